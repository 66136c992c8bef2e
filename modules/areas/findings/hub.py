"""Security Hub of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.securityhub_account import SecurityhubAccount
from cdktf_cdktf_provider_aws.securityhub_finding_aggregator import SecurityhubFindingAggregator
from cdktf_cdktf_provider_aws.securityhub_standards_control_association import (
    SecurityhubStandardsControlAssociation,
)
from cdktf_cdktf_provider_aws.securityhub_standards_subscription import SecurityhubStandardsSubscription

from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.core.region import Region

#: https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
STANDARDS = {
    "best-practices": "aws-foundational-security-best-practices/v/1.0.0",
    "cis": "cis-aws-foundations-benchmark/v/3.0.0",
}
#: Controls on the root user, by standard. Their result is the same in every region, so one region is enough.
#: https://docs.aws.amazon.com/securityhub/latest/userguide/controls-to-disable.html
GLOBAL_CONTROLS = {"best-practices": ("IAM.6",), "cis": ("IAM.6", "IAM.9")}


def enable_standards(scope: Construct, region: Region) -> SecurityhubAccount:
    """Enable Security Hub and its standards in a region. Global controls are enabled in the home region only.

    Parameters
    ----------
    scope
        The scope of the resources. Their ids are ``security-hub``, ``standard-NAME`` and ``off-STANDARD-CONTROL``.
    region
        The region.

    Returns
    -------
    SecurityhubAccount
        The hub.
    """
    hub = SecurityhubAccount(
        scope,
        "security-hub",
        provider=region.provider,
        enable_default_standards=False,
        auto_enable_controls=True,
        control_finding_generator="SECURITY_CONTROL",
    )
    for identifier, standard in STANDARDS.items():
        subscription = SecurityhubStandardsSubscription(
            scope,
            f"standard-{identifier}",
            provider=region.provider,
            standards_arn=f"arn:{PARTITION}:securityhub:{region.name}::standards/{standard}",
            depends_on=[hub],
        )
        for control in GLOBAL_CONTROLS[identifier] if region.name != region.settings.home else ():
            SecurityhubStandardsControlAssociation(
                scope,
                f"off-{identifier}-{control}",
                provider=region.provider,
                standards_arn=subscription.standards_arn,
                security_control_id=control,
                association_status="DISABLED",
                updated_reason=f"Looked at in {region.settings.home}: the root is the same everywhere",
                depends_on=[subscription],
            )
    return hub


def aggregate_regions(scope: Construct, region: Region, hubs: Sequence[SecurityhubAccount]) -> None:
    """Aggregate the findings of all regions in the home region.

    Security Hub then also expects the AWS Config recorder of IAM resources in the home region. With only one region no
    aggregator is created.

    Parameters
    ----------
    scope
        The scope of the aggregator. Its id is ``aggregator``.
    region
        The home region, with the ``regions`` setting.
    hubs
        The hubs of all regions, which must exist before the aggregator.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html
    """
    linked_regions = sorted(set(region.settings.regions) - {region.name})
    if linked_regions:
        SecurityhubFindingAggregator(
            scope,
            "aggregator",
            provider=region.provider,
            linking_mode="SPECIFIED_REGIONS",
            specified_regions=linked_regions,
            depends_on=list(hubs),
        )
