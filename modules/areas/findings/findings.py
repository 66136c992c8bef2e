"""Services that have findings, and who is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.guardduty_detector import GuarddutyDetector
from cdktf_cdktf_provider_aws.inspector2_enabler import Inspector2Enabler
from constructs import Construct

from modules.areas.findings.finding_rules import CONFIGURATION, FindingRule, of_services
from modules.areas.findings.hub import enable_standards
from modules.blocks.alarms.event_rule import EventRule
from modules.settings.ownership import MANAGED, in_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdktf_cdktf_provider_aws.securityhub_account import SecurityhubAccount

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region


class Findings(Construct):
    """GuardDuty, Security Hub and Inspector of a region, and rules that hand to the topics what they and others find.

    Parameters
    ----------
    region
        The region, with ``findings`` and ``account`` of the settings.
    alerts
        The region's topics.

    Attributes
    ----------
    hub
        Security Hub, if it is ours.
    event_rules
        The rules.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cloudwatch-events.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: AlertTopics) -> None:
        super().__init__(scope, id_)
        settings = region.settings.findings
        self.hub: SecurityhubAccount | None = None
        if in_region(settings.guardduty, region.name) == MANAGED:
            self._detect(region)
        if in_region(settings.security_hub, region.name) == MANAGED:
            self.hub = enable_standards(self, region)
        if in_region(settings.inspector, region.name) == MANAGED:
            Inspector2Enabler(
                self,
                "inspector",
                provider=region.provider,
                account_ids=[region.account_id],
                resource_types=["EC2", "LAMBDA"],
            )
        self.event_rules = [
            EventRule(
                self,
                identifier,
                region=region,
                alerts=alerts,
                severity=kind.severity,
                description=kind.description,
                event=kind.event,
            )
            for identifier, kind in _heard(region)
        ]

    def _detect(self, region: Region) -> None:
        GuarddutyDetector(
            self,
            "guardduty",
            provider=region.provider,
            enable=True,
            # How often a threat that goes on is told again; new ones are told at once.
            finding_publishing_frequency="SIX_HOURS",
            tags={"Name": region.names.of("guardduty", "detector")},
        )


def _heard(region: Region) -> Iterator[tuple[str, FindingRule]]:
    """The kinds of findings that the settings do not keep quiet."""
    settings = region.settings.findings
    services = {"guardduty": settings.guardduty, "security_hub": settings.security_hub, "inspector": settings.inspector}
    for name, service in services.items():
        if in_region(service, region.name) != "off":
            yield from of_services(region.name)[name].items()
    yield from CONFIGURATION.items()
