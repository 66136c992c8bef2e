from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from moto.cloudwatch.models import CloudWatchBackend

from tests.support.alarm_trials import Trial, formula
from tools.emulator import Emulator
from tools.emulator.patches import alarm_evaluation

pytestmark = pytest.mark.emulator


@pytest.fixture
def cloudwatch(emulator: Emulator) -> Any:
    return emulator.client("cloudwatch", "eu-north-1")


def test_a_new_alarm_has_insufficient_data(cloudwatch: Any) -> None:
    assert Trial(cloudwatch, "new").state == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(
    ("operator", "well", "ill"),
    [
        ("GreaterThanThreshold", 10, 11),
        ("GreaterThanOrEqualToThreshold", 9, 10),
        ("LessThanThreshold", 10, 9),
        ("LessThanOrEqualToThreshold", 11, 10),
    ],
)
def test_an_alarm_goes_off_only_beyond_its_threshold(cloudwatch: Any, operator: str, well: int, ill: int) -> None:
    for value, expected in ((well, "OK"), (ill, "ALARM")):
        alarm = Trial(cloudwatch, f"{operator}-{value}", ComparisonOperator=operator)
        alarm.publish(value)
        assert alarm.state == expected


@pytest.mark.parametrize(
    ("statistic", "value"), [("Average", 4), ("Maximum", 9), ("Minimum", 1), ("SampleCount", 3), ("Sum", 12)]
)
def test_a_period_is_summed_up_by_the_statistic(cloudwatch: Any, statistic: str, value: int) -> None:
    alarm = Trial(cloudwatch, f"statistic-{statistic}", Statistic=statistic, Threshold=value - 0.5)
    for one in (1, 2, 9):
        alarm.publish(one)
    assert alarm.state == "ALARM"
    alarm.settings["Threshold"] = value + 0.5
    alarm.put()
    assert alarm.state == "OK"


def test_a_percentile_forgives_a_few(cloudwatch: Any) -> None:
    alarm = Trial(cloudwatch, "percentile", Statistic=None, ExtendedStatistic="p99")
    cloudwatch.put_metric_data(
        Namespace=alarm.name, MetricData=[{"MetricName": "metric", "Values": [1, 50], "Counts": [990, 5]}]
    )
    assert alarm.state == "OK"
    cloudwatch.put_metric_data(
        Namespace=alarm.name, MetricData=[{"MetricName": "metric", "Values": [50], "Counts": [10]}]
    )
    assert alarm.state == "ALARM"


def test_all_periods_in_a_row_have_to_be_wrong(cloudwatch: Any) -> None:
    alarm = Trial(cloudwatch, "row", EvaluationPeriods=3)
    alarm.publish(11, 10, 11)
    assert alarm.state == "OK"
    alarm.publish(1, ended=1)
    assert alarm.state == "ALARM"


def test_some_periods_are_enough_if_the_alarm_says_so(cloudwatch: Any) -> None:
    alarm = Trial(cloudwatch, "some", EvaluationPeriods=3, DatapointsToAlarm=2)
    alarm.publish(11, 10, 11)
    assert alarm.state == "ALARM"


def test_another_dimension_is_another_metric(cloudwatch: Any) -> None:
    alarm = Trial(cloudwatch, "dimension", Dimensions=[{"Name": "Zone", "Value": "a"}])
    alarm.publish(11)
    alarm.publish(11, Dimensions=[{"Name": "Zone", "Value": "b"}])
    alarm.publish(11, Dimensions=[{"Name": "Zone", "Value": "a"}, {"Name": "Host", "Value": "1"}])
    assert alarm.state == "INSUFFICIENT_DATA"
    alarm.publish(11, Dimensions=[{"Name": "Zone", "Value": "a"}])
    assert alarm.state == "ALARM"


@pytest.mark.parametrize(
    ("missing", "before", "after"),
    [
        ("breaching", "OK", "ALARM"),
        ("notBreaching", "ALARM", "OK"),
        ("ignore", "ALARM", "ALARM"),
        ("ignore", "OK", "OK"),
        ("missing", "OK", "INSUFFICIENT_DATA"),
        (None, "ALARM", "INSUFFICIENT_DATA"),
    ],
)
def test_silence_means_what_the_alarm_says(cloudwatch: Any, missing: str | None, before: str, after: str) -> None:
    alarm = Trial(cloudwatch, f"silence-{missing}-{before}", TreatMissingData=missing)
    cloudwatch.set_alarm_state(AlarmName=alarm.name, StateValue=before, StateReason="trial")
    assert alarm.state == before
    alarm.put()
    assert alarm.state == after


@pytest.mark.parametrize(
    ("missing", "values", "expected"),
    [
        ("breaching", (None, None, 11), "ALARM"),
        ("breaching", (None, None, 1), "OK"),
        ("notBreaching", (11, None, 11), "OK"),
        # What is there does not decide, so the alarm stays as it was.
        ("ignore", (11, None, 11), "INSUFFICIENT_DATA"),
        ("ignore", (None, None, 1), "OK"),
        # The first fault is as old as the alarm looks back, and nothing says that it is over.
        ("missing", (11, None, None), "ALARM"),
        ("missing", (None, None, 11), "INSUFFICIENT_DATA"),
        ("missing", (11, None, 1), "OK"),
    ],
)
def test_gaps_mean_what_the_alarm_says(
    cloudwatch: Any, missing: str, values: tuple[float | None, ...], expected: str
) -> None:
    alarm = Trial(cloudwatch, f"gaps-{missing}-{values}", TreatMissingData=missing, EvaluationPeriods=3)
    alarm.publish(*values, ended=1)
    assert alarm.state == expected


def test_an_alarm_follows_a_formula(cloudwatch: Any) -> None:
    share = formula("IF(all > 20, 100 * FILL(failed, 0) / all, 0)", ("all", "failed"), "share")
    alarm = Trial(cloudwatch, "share", **share)
    alarm.publish(100, metric="all")
    assert alarm.state == "OK"
    alarm.publish(11, metric="failed")
    assert alarm.state == "ALARM"


def test_filled_gaps_do_not_make_a_period_that_has_only_begun_count(cloudwatch: Any) -> None:
    alarm = Trial(cloudwatch, "filled", **formula("FILL(failed, 0)", ("failed",), "filled"))
    alarm.publish(11, metric="failed", ended=1)
    assert alarm.state == "ALARM"


@pytest.mark.parametrize(
    "settings",
    [
        formula("DB_PERF_INSIGHTS('RDS', 'db-1', 'db.load.avg')", (), "unknown"),
        formula("ANOMALY_DETECTION_BAND(one)", ("one",), "unknown"),
        formula("one", ("one",), "unknown", stat="tm99"),
    ],
)
def test_an_alarm_on_what_is_not_evaluated_stays_as_it_is(cloudwatch: Any, settings: dict[str, Any]) -> None:
    alarm = Trial(cloudwatch, "unknown", TreatMissingData="breaching", **settings)
    alarm.publish(11, 11, metric="one")
    assert alarm.state == "INSUFFICIENT_DATA"


def test_a_state_says_why(cloudwatch: Any) -> None:
    alarm = Trial(cloudwatch, "why", EvaluationPeriods=2)
    alarm.publish(11, 12.5)
    (described,) = cloudwatch.describe_alarms(AlarmNames=["why"])["MetricAlarms"]
    assert described["StateReason"] == "Threshold: GreaterThanThreshold 10. Last datapoints: 11, 12.5."
    assert described["StateUpdatedTimestamp"] > described["AlarmConfigurationUpdatedTimestamp"]


def test_time_that_passes_counts_when_alarms_are_described(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
    clock = SimpleNamespace(time=lambda: start, monotonic=lambda: 0.0)
    monkeypatch.setattr(alarm_evaluation, "time", clock)
    backend = CloudWatchBackend("eu-north-1", "123456789012")
    alarm = backend.put_metric_alarm(
        name="passing",
        namespace="passing",
        metric_name="metric",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        period=60,
        threshold=10,
        statistic="Sum",
        description="",
        dimensions=[],
        alarm_actions=[],
        treat_missing_data="notBreaching",
    )
    datum = {"MetricName": "metric", "Value": 11, "Timestamp": datetime.fromtimestamp(start, tz=UTC)}
    alarm_evaluation.put_metric_data(CloudWatchBackend.put_metric_data, backend, "passing", [datum])
    assert alarm.state_value == "ALARM"
    for seconds, expected in ((59, "ALARM"), (119, "ALARM"), (180, "OK")):
        clock.time, clock.monotonic = (lambda now=start + seconds: now), (lambda now=seconds: now)
        response: Any = SimpleNamespace(cloudwatch_backend=backend)
        alarm_evaluation.describe_alarms(lambda _: None, response)
        assert alarm.state_value == expected


@pytest.fixture
def backend() -> Iterator[CloudWatchBackend]:
    """A backend without anything, in real time again afterwards."""
    yield CloudWatchBackend("eu-north-1", "123456789012")
    alarm_evaluation.CLOCK.moment = None


def trial(backend: CloudWatchBackend, **more: Any) -> Any:
    settings = {
        "name": "simulated",
        "namespace": "simulated",
        "metric_name": "metric",
        "comparison_operator": "GreaterThanThreshold",
        "evaluation_periods": 3,
        "period": 60,
        "threshold": 10,
        "statistic": "Sum",
        "description": "",
        "dimensions": [],
        "alarm_actions": [],
    }
    return backend.put_metric_alarm(**{**settings, **more})


def simulated(backend: CloudWatchBackend, alarm: Any, *values: float | None, late: int = 0) -> str:
    """State of an alarm after the minutes of the values, the newest last, at the moment when the last one has ended."""
    start = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
    data = [
        {"MetricName": "metric", "Value": value, "Timestamp": datetime.fromtimestamp(start + 60 * place, tz=UTC)}
        for place, value in enumerate(values)
        if value is not None
    ]
    backend.metric_data = []
    CloudWatchBackend.put_metric_data(backend, "simulated", data)
    alarm_evaluation.CLOCK.moment = alarm_evaluation.Moment(now=start + 60 * len(values), late=late)
    alarm_evaluation.look(backend, [alarm])
    return str(alarm.state_value)


@pytest.mark.parametrize(
    ("missing", "values", "expected"),
    [
        # The examples of AWS's page: X breaches, - is missing, five minutes are looked at of which three count.
        ("breaching", (0, None, 11, None, 11), "OK"),
        ("breaching", (None, None, None, None, 0), "OK"),
        ("breaching", (None, None, None, None, None), "ALARM"),
        ("notBreaching", (None, None, None, None, None), "OK"),
        ("notBreaching", (0, 11, 11, None, 11), "ALARM"),
        ("breaching", (None, None, 11, None, None), "ALARM"),
        ("notBreaching", (None, None, 11, None, None), "OK"),
    ],
)
def test_in_simulated_time_older_data_takes_the_place_of_missing_data(
    backend: CloudWatchBackend, missing: str, values: tuple[float | None, ...], expected: str
) -> None:
    alarm = trial(backend, treat_missing_data=missing)
    assert simulated(backend, alarm, *values) == expected


def test_in_simulated_time_late_data_is_not_seen_yet_and_no_silence_either(backend: CloudWatchBackend) -> None:
    well = trial(backend, treat_missing_data="breaching")
    assert simulated(backend, well, 0, 0, 0, 0, 0, late=120) == "OK"
    assert simulated(backend, well, 0, 0, 0, 11, 11, late=120) == "OK"
    assert simulated(backend, well, 0, 0, 0, 11, 11, 11, 0, 0, late=120) == "ALARM"
