"""Services that have findings, and who is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.guardduty_detector import GuarddutyDetector
from cdktf_cdktf_provider_aws.inspector2_enabler import Inspector2Enabler
from cdktf_cdktf_provider_aws.securityhub_account import SecurityhubAccount
from cdktf_cdktf_provider_aws.securityhub_standards_subscription import SecurityhubStandardsSubscription
from constructs import Construct

from modules.findings.kinds import CONFIGURATION, KINDS, Kind
from modules.settings.ownership import MANAGED, in_region
from modules.settings.regions import PARTITION
from modules.watching.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.alerts.alerts import Alerts
    from modules.region import Region

#: https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
STANDARDS = {
    "best-practices": "aws-foundational-security-best-practices/v/1.0.0",
    "cis": "cis-aws-foundations-benchmark/v/3.0.0",
}


class Findings(Construct):
    """GuardDuty, Security Hub and Inspector of a region, and rules that hand to the topics what they and others find.

    Parameters
    ----------
    region
        The region, with ``findings`` and ``account`` of the settings.
    alerts
        The region's topics.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cloudwatch-events.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: Alerts) -> None:
        super().__init__(scope, id_)
        settings = region.settings.findings
        if in_region(settings.guardduty, region.name) == MANAGED:
            self._detect(region)
        if in_region(settings.security_hub, region.name) == MANAGED:
            self._hold_to_standards(region)
        if in_region(settings.inspector, region.name) == MANAGED:
            Inspector2Enabler(
                self,
                "inspector",
                provider=region.provider,
                account_ids=[region.account_id],
                resource_types=["EC2", "LAMBDA"],
            )
        for identifier, kind in _heard(region):
            Notice(
                self,
                identifier,
                region=region,
                alerts=alerts,
                severity=kind.severity,
                meaning=kind.meaning,
                event=kind.event,
            )

    def _detect(self, region: Region) -> None:
        GuarddutyDetector(
            self,
            "guardduty",
            provider=region.provider,
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            tags={"Name": region.names.of("guardduty", "detector")},
        )

    def _hold_to_standards(self, region: Region) -> None:
        hub = SecurityhubAccount(
            self,
            "security-hub",
            provider=region.provider,
            enable_default_standards=False,
            auto_enable_controls=True,
            control_finding_generator="SECURITY_CONTROL",
        )
        for identifier, standard in STANDARDS.items():
            SecurityhubStandardsSubscription(
                self,
                f"standard-{identifier}",
                provider=region.provider,
                standards_arn=f"arn:{PARTITION}:securityhub:{region.name}::standards/{standard}",
                depends_on=[hub],
            )


def _heard(region: Region) -> Iterator[tuple[str, Kind]]:
    """The kinds of findings that the settings do not keep quiet."""
    settings = region.settings.findings
    services = {"guardduty": settings.guardduty, "security_hub": settings.security_hub, "inspector": settings.inspector}
    for name, service in services.items():
        if in_region(service, region.name) != "off":
            yield from KINDS[name].items()
    yield from CONFIGURATION.items()
