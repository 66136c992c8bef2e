"""Alarms on metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdktf import ITerraformDependable

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region

Severity = Literal["page", "ticket"]
#: What CloudWatch makes of a period without data: a fault, that all is well, or that nothing has changed.
Missing = Literal["breaching", "ignore", "notBreaching"]
#: The statistics that are not percentiles.
STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric of CloudWatch.

    Parameters
    ----------
    namespace, name
        What AWS calls it, such as ``NetworkPackets`` in ``AWS/EC2``.
    dimensions
        What it is measured of, by the dimension's name; attributes of the resource and never texts of their own.
    statistic
        ``Average``, ``Maximum``, ``Minimum``, ``SampleCount``, ``Sum``, or a percentile such as ``p99``.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


@dataclass(frozen=True, kw_only=True)
class MathExpression:
    """What is computed from metrics.

    Parameters
    ----------
    expression
        The computation in CloudWatch's metric math, in terms of the metrics' ids.
    metrics
        The metrics by id; none where the expression gets its data itself.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    expression: str
    metrics: Mapping[str, Metric]


@dataclass(frozen=True, kw_only=True)
class AlarmSpec:
    """The metric of an alarm, its threshold, and what to do about it.

    Parameters
    ----------
    metric
        What is compared with the threshold.
    threshold
        The value above which, or below which, something is wrong.
    below
        Whether values below the threshold are wrong, and not those above it. No by default.
    period
        Seconds that one value stands for. A minute by default.
    evaluation_periods
        Periods in a row that have to be wrong. Five by default.
    datapoints_to_alarm
        How many of the ``evaluation_periods`` have to be wrong, where not all. For expressions with ``FILL``:
        CloudWatch fills the newest minutes too, whose data is still on its way, so all in a row are never wrong.
    treat_missing_data
        What a period without data means.
    severity
        ``page`` wakes someone up; ``ticket`` waits for the morning.
    unhealthy
        Whether a ticket makes the region unhealthy too. No by default. A page always does.
    on_dashboard
        Whether the dashboard draws it. No by default.
    description
        What it means and what to do about it: what a human reads first.
    """

    metric: Metric | MathExpression
    threshold: float
    below: bool = False
    period: int = MINUTE
    evaluation_periods: int = 5
    datapoints_to_alarm: int | None = None
    treat_missing_data: Missing
    severity: Severity
    unhealthy: bool = False
    on_dashboard: bool = False
    description: str

    @property
    def makes_region_unhealthy(self) -> bool:
        """Whether the region is unhealthy while the alarm is in ALARM."""
        return self.severity == "page" or self.unhealthy


class Alarm(Construct):
    """An alarm. It notifies the topic of its severity when it goes into ALARM and when it is OK again.

    With ``alarms.actions: false`` of the settings it changes its state and notifies nobody. A percentile of too few
    values to be one leaves it as it is.

    Parameters
    ----------
    region
        The region whose CloudWatch has the metric, with ``alarms`` of the settings.
    alerts
        The region's topics.
    tier
        Words for the tier that it is of, joined by hyphens; they open what its name says.
    spec
        Its metric, threshold and description.
    depends_on
        What has to stand before, so that it does not go off while that is being made. Nothing by default.

    Attributes
    ----------
    resource, name, arn
        The alarm.
    tier, spec
        What it was made with.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: AlertTopics,
        tier: str,
        spec: AlarmSpec,
        depends_on: Sequence[ITerraformDependable] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.tier, self.spec = tier, spec
        name = region.names.of("alarm", f"{tier}-{id_}")
        topic = alerts.page if spec.severity == "page" else alerts.ticket
        metric = spec.metric if isinstance(spec.metric, Metric) else None
        plain = metric is not None and metric.statistic in STATISTICS
        self.resource = CloudwatchMetricAlarm(
            self,
            "Resource",
            provider=region.provider,
            alarm_name=name,
            alarm_description=spec.description,
            namespace=metric.namespace if metric else None,
            metric_name=metric.name if metric else None,
            dimensions=dict(metric.dimensions) if metric else None,
            statistic=metric.statistic if metric and plain else None,
            extended_statistic=metric.statistic if metric and not plain else None,
            period=spec.period if metric else None,
            metric_query=_queries(spec.metric, spec) if isinstance(spec.metric, MathExpression) else None,
            comparison_operator="LessThanThreshold" if spec.below else "GreaterThanThreshold",
            threshold=spec.threshold,
            evaluation_periods=spec.evaluation_periods,
            datapoints_to_alarm=spec.datapoints_to_alarm,
            evaluate_low_sample_count_percentiles="ignore" if metric and not plain else None,
            treat_missing_data=spec.treat_missing_data,
            actions_enabled=None if region.settings.alarms.actions else False,
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
            tags={"Name": name},
            depends_on=list(depends_on) or None,
        )
        self.name = self.resource.alarm_name
        self.arn = self.resource.arn


def _queries(formula: MathExpression, spec: AlarmSpec) -> list[CloudwatchMetricAlarmMetricQuery]:
    metrics = [
        CloudwatchMetricAlarmMetricQuery(
            id=id_,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=dict(metric.dimensions),
                stat=metric.statistic,
                period=spec.period,
            ),
        )
        for id_, metric in formula.metrics.items()
    ]
    result = CloudwatchMetricAlarmMetricQuery(
        id="result",
        expression=formula.expression,
        label="result",
        return_data=True,
        # Only what no metric says: CloudWatch takes the period of the metrics.
        period=None if metrics else spec.period,
    )
    return [*metrics, result]
