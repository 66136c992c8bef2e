"""Whether a region is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.alarms.tier_alarms import TierAlarms
    from modules.core.region import Region


class RegionHealth(Construct):
    """A composite alarm per region, in ALARM while any alarm that makes the region unhealthy is in ALARM.

    It is for the dashboard and notifies nobody: the alarms behind it do, so one fault notifies once.

    Parameters
    ----------
    region
        The region.
    tiers
        The alarms of the region.

    Attributes
    ----------
    resource, arn
        The alarm.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, tiers: Sequence[TierAlarms]) -> None:
        super().__init__(scope, id_)
        alarms = [alarm for tier in tiers for alarm in tier.alarms if alarm.spec.makes_region_unhealthy]
        name = region.names.of("alarm", "region-health")
        self.resource = CloudwatchCompositeAlarm(
            self,
            "Resource",
            provider=region.provider,
            alarm_name=name,
            alarm_description=f"{region.name} is ill: one of its alarms that page or send clients elsewhere is on.",
            alarm_rule=" OR ".join(f'ALARM("{alarm.name}")' for alarm in alarms),
            tags={"Name": name},
        )
        self.arn = self.resource.arn
