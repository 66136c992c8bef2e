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

    from modules.areas.alerts.alerts import Alerts
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
class Formula:
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
class Concern:
    """What is looked at, and when it is a reason to act.

    Parameters
    ----------
    measure
        What is looked at.
    threshold
        The value above which, or below which, something is wrong.
    below
        Whether values below the threshold are wrong, and not those above it. No by default.
    period
        Seconds that one value stands for. A minute by default.
    periods
        Values in a row that have to be wrong. Five by default.
    datapoints
        How many of the ``periods`` have to be wrong, where not all. For what is filled up: CloudWatch fills the newest
        minutes too, whose data is still on its way, so all in a row are never wrong.
    missing
        What a period without data means.
    severity
        ``page`` wakes someone up; ``ticket`` waits for the morning.
    elsewhere
        Whether clients are better off in another region meanwhile: they suffer now, and the cause does not come along
        with them. No by default. Only what Route 53 can follow sends them there.
    headline
        Whether the dashboard draws it. No by default.
    meaning
        What it means and what to do about it: what a human reads first.
    """

    measure: Metric | Formula
    threshold: float
    below: bool = False
    period: int = MINUTE
    periods: int = 5
    datapoints: int | None = None
    missing: Missing
    severity: Severity
    elsewhere: bool = False
    headline: bool = False
    meaning: str

    @property
    def counts(self) -> bool:
        """Whether the region is ill while it is so."""
        return self.severity == "page" or self.elsewhere


class Alarm(Construct):
    """An alarm on one concern. It tells the topic of its severity when it goes off, and when all is well again.

    With ``alarms.actions: false`` of the settings it changes its state and tells nobody. A percentile of too few
    values to be one leaves it as it is.

    Parameters
    ----------
    region
        The region whose CloudWatch has the metric, with ``alarms`` of the settings.
    alerts
        The region's topics.
    tier
        Words for the tier that it is of, joined by hyphens; they open what its name says.
    concern
        What is looked at, and when it is a reason to act.
    depends_on
        What has to stand before, so that it does not go off while that is being made. Nothing by default.

    Attributes
    ----------
    resource, name, arn
        The alarm.
    tier, concern
        What it was made with.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: Alerts,
        tier: str,
        concern: Concern,
        depends_on: Sequence[ITerraformDependable] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.tier, self.concern = tier, concern
        name = region.names.of("alarm", f"{tier}-{id_}")
        topic = alerts.page if concern.severity == "page" else alerts.ticket
        measure = concern.measure
        metric = measure if isinstance(measure, Metric) else None
        plain = metric is not None and metric.statistic in STATISTICS
        self.resource = CloudwatchMetricAlarm(
            self,
            "Resource",
            provider=region.provider,
            alarm_name=name,
            alarm_description=concern.meaning,
            namespace=metric.namespace if metric else None,
            metric_name=metric.name if metric else None,
            dimensions=dict(metric.dimensions) if metric else None,
            statistic=metric.statistic if metric and plain else None,
            extended_statistic=metric.statistic if metric and not plain else None,
            period=concern.period if metric else None,
            metric_query=_queries(measure, concern) if isinstance(measure, Formula) else None,
            comparison_operator="LessThanThreshold" if concern.below else "GreaterThanThreshold",
            threshold=concern.threshold,
            evaluation_periods=concern.periods,
            datapoints_to_alarm=concern.datapoints,
            evaluate_low_sample_count_percentiles="ignore" if metric and not plain else None,
            treat_missing_data=concern.missing,
            actions_enabled=None if region.settings.alarms.actions else False,
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
            tags={"Name": name},
            depends_on=list(depends_on) or None,
        )
        self.name = self.resource.alarm_name
        self.arn = self.resource.arn


def _queries(formula: Formula, concern: Concern) -> list[CloudwatchMetricAlarmMetricQuery]:
    metrics = [
        CloudwatchMetricAlarmMetricQuery(
            id=id_,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=dict(metric.dimensions),
                stat=metric.statistic,
                period=concern.period,
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
        period=None if metrics else concern.period,
    )
    return [*metrics, result]
