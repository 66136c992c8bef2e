"""CloudWatch: whether an alarm has gone off.

moto never looks: an alarm stays as it is until SetAlarmState changes it. AWS looks every minute. Here all alarms of a
region are looked at when a metric is published, and, because time passes too, those that nobody has looked at for a
minute when alarms are described. So what SetAlarmState says holds for a minute, or until the next metric.

AWS looks further back than the alarm's periods, in case that data arrives late; here it is exactly those, and the
period that is under way counts as soon as it has data. In simulated time, which begins with `look_at`, it is as in AWS:
data arrives as late as is said, a period counts when it has ended, and where data is missing older data takes its
place; how far back AWS looks it does not say, and its examples look at two periods more.

An alarm on a formula that `metric_math` does not know, on an anomaly band or on a statistic other than those of
`_statistic` is not looked at.

See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import json
import operator
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from moto.cloudwatch.models import (
    Alarm,
    CloudWatchBackend,
    Dimension,
    MetricDatum,
    MetricDatumBase,
    Statistics,
    cloudwatch_backends,
)
from moto.cloudwatch.responses import CloudWatchResponse

from tools.emulator.helpers.metric_math import UnknownFormulaError, compute
from tools.emulator.helpers.replacing import Method, wrap

SECONDS_BETWEEN_LOOKS = 60
COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")

#: The end of a datum, after its timestamp.
RESOLUTION = 60
#: Periods that are looked at besides the alarm's own; of long ones none.
MORE, LONG_PERIOD = 2, 3600

Key = tuple[str, str, frozenset[tuple[str | None, str | None]]]
Data = Mapping[Key, list[MetricDatumBase]]


@dataclass(frozen=True)
class Moment:
    """A moment of simulated time, in seconds of the epoch, and by how many seconds data is late then."""

    now: float
    late: float


@dataclass
class Clock:
    """The simulated time, if there is one."""

    moment: Moment | None = None


CLOCK = Clock()


@dataclass(frozen=True)
class Measure:
    """What an alarm looks at: a formula over metrics, each with its statistic; a metric alone is a formula too."""

    formula: str
    period: int
    metrics: Mapping[str, tuple[Key, str]]


def put_metric_data(original: Method, backend: CloudWatchBackend, *arguments: object, **named: object) -> None:
    """Take the data, and look at all alarms, unless time is simulated."""
    original(backend, *arguments, **named)
    if CLOCK.moment is None:
        look(backend, list(backend.alarms.values()))


def describe_alarms(original: Method, response: CloudWatchResponse) -> object:
    """Look at the alarms that nobody has looked at for a minute, and describe."""
    backend = response.cloudwatch_backend
    if CLOCK.moment is not None:
        return original(response)
    before = time.monotonic() - SECONDS_BETWEEN_LOOKS
    look(backend, [alarm for alarm in backend.alarms.values() if alarm.__dict__.get("looked_at", before) <= before])
    return original(response)


def set_alarm_state(
    original: Method, backend: CloudWatchBackend, alarm_name: str, *arguments: object, **named: object
) -> None:
    """Set the state, as if it was what a look at the alarm had found."""
    original(backend, alarm_name, *arguments, **named)
    backend.alarms[alarm_name].__dict__["looked_at"] = time.monotonic()


def look_at(moment: Moment | None) -> None:
    """Let it be this moment until another is named, and look at the alarms of all regions; None is real time again."""
    CLOCK.moment = moment
    if moment is not None:
        for regions in list(cloudwatch_backends.values()):
            for backend in list(regions.values()):
                look(backend, list(backend.alarms.values()))


def look(backend: CloudWatchBackend, alarms: Iterable[Alarm]) -> None:
    """Bring the state of metric alarms up to what the data says; composite ones follow by themselves."""
    watching = [alarm for alarm in alarms if alarm.rule is None and alarm.comparison_operator in COMPARISONS]
    data = _by_metric(backend.metric_data) if watching else {}
    for alarm in watching:
        alarm.__dict__["looked_at"] = time.monotonic()
        try:
            if CLOCK.moment is None:
                values = recent_values(_measure(alarm), alarm.evaluation_periods, data, time.time())
            else:
                values = arrived_values(_measure(alarm), alarm.evaluation_periods, data, CLOCK.moment)
        except UnknownFormulaError:
            continue
        state = state_of(alarm, values)
        if state != alarm.state_value:
            shown = ", ".join("none" if value is None else f"{value:g}" for value in values)
            reason = f"Threshold: {alarm.comparison_operator} {alarm.threshold:g}. Last datapoints: {shown}."
            detail = {"version": "1.0", "recentDatapoints": values, "threshold": alarm.threshold}
            alarm.update_state(reason, json.dumps(detail), state)


def recent_values(measure: Measure, periods: int, data: Data, now: float) -> list[float | None]:
    """Return the values of the last periods, the newest last; None is a period without data."""
    series = {id_: _by_period(data.get(key, []), measure.period) for id_, (key, _) in measure.metrics.items()}
    newest = int(now // measure.period)
    if not any(newest in one for one in series.values()):
        newest -= 1
    return _computed(measure, series, newest, periods)


def arrived_values(measure: Measure, periods: int, data: Data, moment: Moment) -> list[float | None]:
    """Return the values of the last periods that have ended, of data that has arrived, older ones for missing ones.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    latest = moment.now - moment.late - RESOLUTION
    newest = int(moment.now // measure.period) - 1
    seen = periods + (MORE if measure.period < LONG_PERIOD else 0)
    oldest = (newest - seen + 1) * measure.period
    series = {
        id_: _by_period((one for one in data.get(key, []) if oldest <= _second(one) <= latest), measure.period)
        for id_, (key, _) in measure.metrics.items()
    }
    known = [value for value in _computed(measure, series, newest, seen) if value is not None]
    missing: list[float | None] = [None] * (periods - len(known))
    return [*missing, *known[-periods:]]


def _computed(
    measure: Measure, series: Mapping[str, Mapping[int, list[MetricDatumBase]]], newest: int, periods: int
) -> list[float | None]:
    return [
        compute(
            measure.formula,
            {
                id_: _statistic(measure.metrics[id_][1], one[period]) if period in one else None
                for id_, one in series.items()
            },
        )
        for period in range(newest - periods + 1, newest + 1)
    ]


def state_of(alarm: Alarm, values: list[float | None]) -> str:
    """Return the state that values, the newest last, put an alarm in; it stays as it is if they do not decide."""
    crosses = COMPARISONS[alarm.comparison_operator]
    crossed = [None if value is None else bool(crosses(value, alarm.threshold)) for value in values]
    match alarm.treat_missing_data:
        case "breaching" | "notBreaching" as kind:
            crossed = [kind == "breaching" if one is None else one for one in crossed]
        case "missing" | None:
            if not any(one is not None for one in crossed):
                return "INSUFFICIENT_DATA"
            # What was last known holds on, but nothing is known before the first data: no alarm goes off too early.
            crossed = list(accumulate(crossed, _last_known))
    needed = alarm.datapoints_to_alarm or alarm.evaluation_periods
    if crossed.count(True) >= needed:
        return "ALARM"
    return "OK" if len(crossed) - crossed.count(False) < needed else str(alarm.state_value)


def _last_known(last: bool | None, one: bool | None) -> bool | None:  # noqa: FBT001 - called by accumulate
    return last if one is None else one


def _measure(alarm: Alarm) -> Measure:
    queries = alarm.metric_data_queries
    if not queries:
        key = _key(alarm.namespace, alarm.metric_name, alarm.dimensions)
        return Measure("value", alarm.period, {"value": (key, str(alarm.statistic or alarm.extended_statistic))})
    stats = {query.id: query.metric_stat for query in queries if query.metric_stat}
    result = next((query for query in queries if query.return_data), queries[0])
    formula = result.expression or result.id
    if not stats:
        raise UnknownFormulaError(formula)
    metrics = {
        id_: (_key(stat.metric.namespace, stat.metric.metric_name, stat.metric.dimensions), stat.stat)
        for id_, stat in stats.items()
    }
    return Measure(formula, max(int(stat.period) for stat in stats.values()), metrics)


def _key(namespace: str, name: str, dimensions: Iterable[Dimension]) -> Key:
    return namespace, name, frozenset((one.name, one.value) for one in dimensions)


def _by_metric(data: Iterable[MetricDatumBase]) -> Data:
    found: defaultdict[Key, list[MetricDatumBase]] = defaultdict(list)
    for one in data:
        # Data is looked at again and again, and stays what it is.
        key = one.__dict__.get("key") or one.__dict__.setdefault("key", _key(one.namespace, one.name, one.dimensions))
        found[key].append(one)
    return found


def _by_period(data: Iterable[MetricDatumBase], period: int) -> Mapping[int, list[MetricDatumBase]]:
    found: defaultdict[int, list[MetricDatumBase]] = defaultdict(list)
    for one in data:
        found[int(_second(one) // period)].append(one)
    return found


def _second(one: MetricDatumBase) -> float:
    second = one.__dict__.get("second")
    if second is None:
        # moto's times are in UTC and do not say so.
        second = one.__dict__["second"] = one.timestamp.replace(tzinfo=UTC).timestamp()
    return float(second)


def _statistic(name: str, data: list[MetricDatumBase]) -> float:
    """Return a statistic of the data of one period: one of the five, or a percentile of single values."""
    if name in STATISTICS:
        statistics = Statistics([name], datetime.now(tz=UTC))
        statistics.metric_data = data
        return float(statistics.get_statistics_for_type(name) or 0)
    if not (percentile := re.fullmatch(r"p(\d+(?:\.\d+)?)", name)):
        raise UnknownFormulaError(name)
    values = sorted(one.value for one in data if isinstance(one, MetricDatum))
    place = float(percentile[1]) / 100 * (len(values) - 1)
    below, above = values[int(place)], values[min(int(place) + 1, len(values) - 1)]
    return below + (above - below) * (place - int(place))


def apply() -> None:
    """Apply the patch."""
    wrap(CloudWatchBackend, "put_metric_data", put_metric_data)
    wrap(CloudWatchBackend, "set_alarm_state", set_alarm_state)
    wrap(CloudWatchResponse, "describe_alarms", describe_alarms)
