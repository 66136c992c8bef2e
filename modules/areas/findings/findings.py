"""GuardDuty, Security Hub and Inspector, and the notifications of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.guardduty_detector import GuarddutyDetector
from cdktf_cdktf_provider_aws.inspector2_enabler import Inspector2Enabler
from constructs import Construct

from modules.areas.findings.finding_rules import WITHOUT_SEVERITY, FindingRule, finding_rules_by_service
from modules.areas.findings.hub import enable_standards
from modules.blocks.alarms.event_rule import EventRule
from modules.settings.ownership import MANAGED, in_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdktf_cdktf_provider_aws.securityhub_account import SecurityhubAccount

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region


class Findings(Construct):
    """GuardDuty, Security Hub and Inspector of a region, and EventBridge rules that send findings to the topics.

    There are also rules for the findings of IAM Access Analyzer and AWS Config.

    Parameters
    ----------
    region
        The region, with the ``findings`` and ``account`` settings.
    alerts
        The region's topics.

    Attributes
    ----------
    hub
        Security Hub, if the platform manages it.
    event_rules
        The EventBridge rules.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cloudwatch-events.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: AlertTopics) -> None:
        super().__init__(scope, id_)
        settings = region.settings.findings
        self.hub: SecurityhubAccount | None = None
        if in_region(settings.guardduty, region.name) == MANAGED:
            self._guardduty(region)
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
                severity=rule.severity,
                description=rule.description,
                event=rule.event,
            )
            for identifier, rule in _finding_rules(region)
        ]

    def _guardduty(self, region: Region) -> None:
        GuarddutyDetector(
            self,
            "guardduty",
            provider=region.provider,
            enable=True,
            # How often an ongoing finding is sent again. New findings are sent at once.
            finding_publishing_frequency="SIX_HOURS",
            tags={"Name": region.names.of("guardduty", "detector")},
        )


def _finding_rules(region: Region) -> Iterator[tuple[str, FindingRule]]:
    """The finding rules of all services that are not ``off`` in the settings."""
    settings = region.settings.findings
    services = {"guardduty": settings.guardduty, "security_hub": settings.security_hub, "inspector": settings.inspector}
    for name, service in services.items():
        if in_region(service, region.name) != "off":
            yield from finding_rules_by_service(region.name)[name].items()
    yield from WITHOUT_SEVERITY.items()
