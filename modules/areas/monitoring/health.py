"""Whether a region is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct

from modules.blocks.alarms.alarm import STATISTICS, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.alarms.alarm import Alarm
    from modules.blocks.alarms.tier import Tier
    from modules.core.region import Region


class RegionHealth(Construct):
    """One alarm that says whether a region is ill: it goes off with any that pages or that sends clients elsewhere.

    It tells nobody, since the alarms behind it do: the dashboard shows it, and one fault is told once.

    Route 53 takes no alarm of this kind for a health check, nor one on a formula or a percentile, since it follows the
    metric and not the alarm. What it takes are the alarms in ``checkable``.

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
    checkable
        The alarms behind it that a health check of Route 53 can follow.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html and
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_AlarmIdentifier.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, tiers: Sequence[Tier]) -> None:
        super().__init__(scope, id_)
        alarms = [alarm for tier in tiers for alarm in tier.alarms if alarm.concern.counts]
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
        self.checkable = [alarm for alarm in alarms if _can_be_followed(alarm)]


def _can_be_followed(alarm: Alarm) -> bool:
    # Route 53 takes no percentile, no formula, and no alarm on some of many values.
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
    measure, datapoints = alarm.concern.measure, alarm.concern.datapoints
    return isinstance(measure, Metric) and measure.statistic in STATISTICS and datapoints is None
