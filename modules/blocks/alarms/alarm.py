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

from modules.blocks.alarms.runbooks import with_runbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdktf import ITerraformDependable

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region

Severity = Literal["page", "ticket"]
#: ``treat_missing_data`` of CloudWatch: ``breaching`` counts missing data as a fault, ``notBreaching`` as healthy, and
#: ``ignore`` keeps the alarm's state.
MissingData = Literal["breaching", "ignore", "notBreaching"]
#: The statistics that are not percentiles.
STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric of CloudWatch.

    Parameters
    ----------
    namespace, name
        Its namespace and name in CloudWatch, such as ``NetworkPackets`` in ``AWS/EC2``.
    dimensions
        Values by the dimension's name. They must be attributes of the resource and never literal text.
    statistic
        ``Average``, ``Maximum``, ``Minimum``, ``SampleCount``, ``Sum``, or a percentile such as ``p99``.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


@dataclass(frozen=True, kw_only=True)
class MathExpression:
    """A metric math expression.

    Parameters
    ----------
    expression
        The expression, in terms of the metrics' ids.
    metrics
        The metrics by id. Empty if the expression fetches its own data.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    expression: str
    metrics: Mapping[str, Metric]


@dataclass(frozen=True, kw_only=True)
class AlarmSpec:
    """The metric of an alarm, its threshold, and its description.

    Parameters
    ----------
    metric
        The metric or expression that is compared with the threshold.
    threshold
        Values above it breach, or values below it if ``below`` is set.
    below
        Whether values below the threshold breach, instead of those above it. No by default.
    period
        Length of a period in seconds. A minute by default.
    evaluation_periods
        How many of the latest periods are evaluated. All must breach, unless ``datapoints_to_alarm`` says less. Five
        by default.
    datapoints_to_alarm
        How many of the ``evaluation_periods`` must breach. All by default. Expressions with ``FILL`` need fewer:
        ``FILL`` also fills the newest minutes, whose data has not arrived yet, so they never breach.
    treat_missing_data
        What CloudWatch does with a period without data.
    severity
        ``page`` wakes someone up. ``ticket`` can wait until working hours.
    unhealthy
        Whether the alarm makes the region unhealthy although it is a ticket. No by default. A page always does.
    on_dashboard
        Whether the dashboard shows its graph. No by default.
    description
        What it means and what to do about it. Whoever is on call reads it first. The alarm's own description also
        names its page in docs/runbooks, if it has one.
    """

    metric: Metric | MathExpression
    threshold: float
    below: bool = False
    period: int = MINUTE
    evaluation_periods: int = 5
    datapoints_to_alarm: int | None = None
    treat_missing_data: MissingData
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

    With ``alarms.actions: false`` of the settings it changes its state and notifies nobody. If it is on a percentile,
    a period with too few values keeps its state.

    Parameters
    ----------
    region
        The region whose CloudWatch has the metric, with ``alarms`` of the settings.
    alerts
        The region's topics.
    tier
        Name of its tier: words joined by hyphens. The alarm's name begins with it.
    spec
        Its metric, threshold and description.
    depends_on
        What must exist before the alarm, so that it is not in ALARM during creation. Nothing by default.

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
            alarm_description=with_runbook(f"{tier}-{id_}", spec.description),
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


def _queries(expression: MathExpression, spec: AlarmSpec) -> list[CloudwatchMetricAlarmMetricQuery]:
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
        for id_, metric in expression.metrics.items()
    ]
    result = CloudwatchMetricAlarmMetricQuery(
        id="result",
        expression=expression.expression,
        label="result",
        return_data=True,
        # Only an expression without metrics has a period: else CloudWatch uses that of the metrics.
        period=None if metrics else spec.period,
    )
    return [*metrics, result]
