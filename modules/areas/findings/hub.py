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
#: By standard, controls about the root of the account, which say the same in every region: one is enough.
#: https://docs.aws.amazon.com/securityhub/latest/userguide/controls-to-disable.html
ONCE = {"best-practices": ("IAM.6",), "cis": ("IAM.6", "IAM.9")}


def enable_standards(scope: Construct, region: Region) -> SecurityhubAccount:
    """Turn Security Hub and its standards on in a region, without what the home region's says already.

    Parameters
    ----------
    scope
        What the resources are made in; their ids are ``security-hub``, ``standard-NAME`` and ``off-STANDARD-CONTROL``.
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
        for control in ONCE[identifier] if region.name != region.settings.home else ():
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
    """Show the findings of all regions in the home region, where Security Hub then looks for the recorder of users too.

    With one region there is nothing to show.

    Parameters
    ----------
    scope
        What the aggregator is made in; its id is ``aggregator``.
    region
        The home region, with ``regions`` of the settings.
    hubs
        The hubs of all regions, which have to be there before.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html
    """
    others = sorted(set(region.settings.regions) - {region.name})
    if others:
        SecurityhubFindingAggregator(
            scope,
            "aggregator",
            provider=region.provider,
            linking_mode="SPECIFIED_REGIONS",
            specified_regions=others,
            depends_on=list(hubs),
        )
