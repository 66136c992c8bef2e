"""CloudWatch: what follows when an alarm changes.

In moto nothing does: no topic is told and no composite alarm looks again. A new alarm is OK before anybody has looked,
and one that is put again forgets its state. In AWS a new alarm has insufficient data, and one that is put again keeps
its state.
"""

import json
import re
from functools import cache
from typing import Any

from botocore.session import get_session
from moto.cloudwatch.models import Alarm, CloudWatchBackend, MetricDataQuery, cloudwatch_backends
from moto.sns.models import sns_backends

from tools.emulator.helpers.replacing import Method, wrap

ACTIONS = {"ALARM": "alarm_actions", "OK": "ok_actions", "INSUFFICIENT_DATA": "insufficient_data_actions"}
SUBJECT_LENGTH = 99
#: All that a rule may consist of here, joined by OR.
TERM = re.compile(r'FALSE|ALARM\("?([^")]+)"?\)')


def put_alarm(original: Method, backend: CloudWatchBackend, name: str, **settings: object) -> Alarm:
    """Put an alarm, which keeps its state or begins without one; a composite one is looked at straight away."""
    before = backend.alarms.get(name)
    alarm: Alarm = original(backend, name=name, **settings)
    if before is None:
        alarm.state_value = "INSUFFICIENT_DATA"
    else:
        kept = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history")
        alarm.__dict__.update({one: getattr(before, one) for one in kept})
    if alarm.rule is not None:
        _look_again(backend, alarm, alarm)
    return alarm


def update_state(original: Method, alarm: Alarm, reason: str, reason_data: str, state_value: str) -> None:
    """Change the state, and if it is another now, tell the topics and look at the composite alarms on it."""
    before = alarm.state_value
    original(alarm, reason, reason_data, state_value)
    if state_value == before:
        return
    backend = cloudwatch_backends[_account(alarm)][alarm.region_name]
    if alarm.actions_enabled:
        _tell(alarm, before)
    for composite in list(backend.alarms.values()):
        if composite.rule is not None and alarm.name in TERM.findall(composite.rule):
            _look_again(backend, composite, alarm)


def _look_again(backend: CloudWatchBackend, composite: Alarm, cause: Alarm) -> None:
    terms = [TERM.fullmatch(term.strip()) for term in str(composite.rule).split(" OR ")]
    if not all(terms):
        return
    parts = [backend.alarms[term[1]] for term in terms if term and term[1] in backend.alarms]
    state = "ALARM" if any(part.state_value == "ALARM" for part in parts) else "OK"
    if state != composite.state_value:
        when = cause.state_updated_timestamp.strftime("%A %d %B, %Y %H:%M:%S UTC")
        reason = f"{cause.alarm_arn} transitioned to {cause.state_value} at {when}"
        composite.update_state(reason, "{}", state)


def _tell(alarm: Alarm, before: str) -> None:
    topics = sns_backends[_account(alarm)][alarm.region_name]
    subject = f'{alarm.state_value}: "{alarm.name}" in {_title(alarm.region_name)}'[:SUBJECT_LENGTH]
    for arn in getattr(alarm, ACTIONS[alarm.state_value]):
        if arn in topics.topics:
            topics.publish(json.dumps(_message(alarm, before)), arn=arn, subject=subject)


def _message(alarm: Alarm, before: str) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": _account(alarm),
        "AlarmConfigurationUpdatedTimestamp": _time(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _time(alarm.state_updated_timestamp),
        "Region": _title(alarm.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        **({"Trigger": _trigger(alarm)} if alarm.rule is None else {"AlarmRule": alarm.rule}),
    }


def _trigger(alarm: Alarm) -> dict[str, Any]:
    common = {
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
    }
    if alarm.metric_data_queries:
        return {"Period": alarm.period, **common, "Metrics": [_query(one) for one in alarm.metric_data_queries]}
    statistic = (
        {"StatisticType": "Statistic", "Statistic": alarm.statistic.upper()}
        if alarm.statistic
        else {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": alarm.extended_statistic}
    )
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        **statistic,
        "Unit": alarm.unit,
        "Dimensions": [{"name": one.name, "value": one.value} for one in alarm.dimensions],
        "Period": alarm.period,
        **common,
    }


def _query(query: MetricDataQuery) -> dict[str, Any]:
    told: dict[str, Any] = {"Id": query.id, "Label": query.label, "ReturnData": query.return_data}
    if query.metric_stat is None:
        return told | {"Expression": query.expression}
    metric = query.metric_stat.metric
    dimensions = [{"name": one.name, "value": one.value} for one in metric.dimensions]
    named = {"Dimensions": dimensions, "MetricName": metric.metric_name, "Namespace": metric.namespace}
    return told | {"MetricStat": {"Metric": named, "Period": query.metric_stat.period, "Stat": query.metric_stat.stat}}


def _account(alarm: Alarm) -> str:
    return str(alarm.alarm_arn).split(":")[4]


def _time(moment: Any) -> str:  # noqa: ANN401 - a datetime that moto does not type
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"


@cache
def _title(region: str) -> str:
    """Return what AWS calls a region in messages to people."""
    (titles,) = (
        partition["regions"]
        for partition in get_session().get_data("endpoints")["partitions"]
        if region in partition["regions"]
    )
    return str(titles[region]["description"])


def apply() -> None:
    """Apply the patch."""
    wrap(Alarm, "update_state", update_state)
    wrap(CloudWatchBackend, "put_metric_alarm", put_alarm)
