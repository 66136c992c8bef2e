"""Metric filters of the trail's log group, and alarms on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from constructs import Construct

from modules.blocks.alarms.alarm import Alarm, AlarmSpec, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup

    from modules.areas.trail.metric_filters import MetricFilter
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region

PERIOD = 300


class TrailAlarms(Construct):
    """The metric filters with an alarm for each, in the home region. The trail records the events of all regions.

    Parameters
    ----------
    region
        The home region.
    log_group
        The trail's log group.
    metric_filters
        The metric filters, by identifier.
    alerts
        The home region's topics.

    Attributes
    ----------
    alarms
        The alarms.

    See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-alarms-for-cloudtrail.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        log_group: CloudwatchLogGroup,
        metric_filters: Mapping[str, MetricFilter],
        alerts: AlertTopics,
    ) -> None:
        super().__init__(scope, id_)
        # Copies of the platform can share account and region, so each has a namespace of its own.
        namespace = region.names.of("metric", "trail")
        self.alarms = []
        for identifier, metric_filter in metric_filters.items():
            metric = region.names.of("metric", identifier)
            resource = CloudwatchLogMetricFilter(
                self,
                f"{identifier}-filter",
                provider=region.provider,
                name=metric,
                log_group_name=log_group.name,
                pattern=metric_filter.pattern,
                metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                    namespace=namespace, name=metric, value="1", default_value="0", unit="Count"
                ),
            )
            transformation = resource.metric_transformation
            spec = AlarmSpec(
                metric=Metric(
                    namespace=transformation.namespace, name=transformation.name, dimensions={}, statistic="Sum"
                ),
                threshold=metric_filter.threshold,
                period=PERIOD,
                evaluation_periods=1,
                treat_missing_data="notBreaching",
                severity=metric_filter.severity,
                description=metric_filter.description,
            )
            self.alarms.append(Alarm(self, identifier, region=region, alerts=alerts, tier="trail", spec=spec))
