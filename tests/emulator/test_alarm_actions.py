from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.alarm_trials import Trial, formula, state
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
REGION = "eu-south-1"


@pytest.fixture
def cloudwatch(emulator: Emulator) -> Any:
    return emulator.client("cloudwatch", REGION)


class Inbox:
    """A topic with a queue that listens to it."""

    def __init__(self, emulator: Emulator, name: str) -> None:
        self.sqs = emulator.client("sqs", REGION)
        sns = emulator.client("sns", REGION)
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.topic = sns.create_topic(Name=name)["TopicArn"]
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue["Attributes"]["QueueArn"])

    def take(self) -> list[dict[str, Any]]:
        """What has arrived since the last time, the oldest first."""
        received = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        for one in received:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=one["ReceiptHandle"])
        return [json.loads(one["Body"]) for one in received]


def told(messages: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    bodies = [json.loads(one["Message"]) for one in messages]
    return [(one["AlarmName"], one["OldStateValue"], one["NewStateValue"]) for one in bodies]


def test_topics_are_told_when_an_alarm_goes_off_and_when_all_is_well_again(emulator: Emulator, cloudwatch: Any) -> None:
    ill, well = Inbox(emulator, "ill"), Inbox(emulator, "well")
    alarm = Trial(cloudwatch, "told", Statistic="Average", AlarmActions=[ill.topic], OKActions=[well.topic])
    alarm.publish(11)
    assert told(ill.take()) == [("told", "INSUFFICIENT_DATA", "ALARM")]
    alarm.publish(12)
    assert ill.take() == []
    assert well.take() == []
    alarm.publish(1)
    assert told(well.take()) == [("told", "ALARM", "OK")]
    assert ill.take() == []


def test_a_message_says_which_alarm_went_off_and_why(emulator: Emulator, cloudwatch: Any) -> None:
    inbox = Inbox(emulator, "message")
    dimensions = [{"Name": "Zone", "Value": "a"}]
    described = {"AlarmDescription": "what to do", "Dimensions": dimensions, "TreatMissingData": "ignore"}
    Trial(cloudwatch, "message", **described, AlarmActions=[inbox.topic]).publish(11, Dimensions=dimensions)
    (message,) = inbox.take()
    assert message["Subject"] == 'ALARM: "message" in Europe (Milan)'
    body = json.loads(message["Message"])
    assert body.pop("AlarmConfigurationUpdatedTimestamp") <= body.pop("StateChangeTime")
    assert body == {
        "AlarmName": "message",
        "AlarmDescription": "what to do",
        "AWSAccountId": "123456789012",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold: GreaterThanThreshold 10. Last datapoints: 11.",
        "Region": "Europe (Milan)",
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:message",
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [],
        "AlarmActions": [inbox.topic],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "metric",
            "Namespace": "message",
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [{"name": "Zone", "value": "a"}],
            "Period": 3600,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": None,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 10.0,
            "TreatMissingData": "ignore",
        },
    }


def test_a_message_shows_the_formula(emulator: Emulator, cloudwatch: Any) -> None:
    inbox = Inbox(emulator, "formula")
    alarm = Trial(cloudwatch, "formula", **formula("one * 2", ("one",), "formula"), AlarmActions=[inbox.topic])
    alarm.publish(6, metric="one")
    (message,) = inbox.take()
    one, result = json.loads(message["Message"])["Trigger"]["Metrics"]
    assert result == {"Id": "result", "Label": "result", "ReturnData": True, "Expression": "one * 2"}
    assert one["MetricStat"] == {
        "Metric": {"Dimensions": [], "MetricName": "one", "Namespace": "formula"},
        "Period": 3600,
        "Stat": "Sum",
    }


def test_a_state_that_is_set_acts_too(emulator: Emulator, cloudwatch: Any) -> None:
    inbox = Inbox(emulator, "set")
    alarm = Trial(cloudwatch, "set", AlarmActions=[inbox.topic])
    for _ in range(2):
        cloudwatch.set_alarm_state(AlarmName=alarm.name, StateValue="ALARM", StateReason="trial")
    assert told(inbox.take()) == [("set", "INSUFFICIENT_DATA", "ALARM")]
    assert alarm.state == "ALARM"


def test_no_topic_is_told_of_an_alarm_without_actions(emulator: Emulator, cloudwatch: Any) -> None:
    inbox = Inbox(emulator, "disabled")
    alarm = Trial(cloudwatch, "disabled", AlarmActions=[inbox.topic], ActionsEnabled=False)
    alarm.publish(11)
    assert alarm.state == "ALARM"
    assert inbox.take() == []


def test_an_alarm_that_is_put_again_keeps_its_state(cloudwatch: Any) -> None:
    alarm = Trial(cloudwatch, "again", TreatMissingData="ignore")
    alarm.publish(11)
    alarm.settings["Namespace"] = "elsewhere"
    alarm.put()
    assert alarm.state == "ALARM"


def test_a_composite_alarm_goes_off_with_any_of_its_own_and_ends_with_all(emulator: Emulator, cloudwatch: Any) -> None:
    inbox = Inbox(emulator, "composite")
    first, second = (Trial(cloudwatch, name, Statistic="Average") for name in ("first", "second"))
    first.publish(11)
    rule = 'ALARM("first") OR ALARM("second")'
    actions = {"AlarmActions": [inbox.topic], "OKActions": [inbox.topic]}
    cloudwatch.put_composite_alarm(AlarmName="any", AlarmRule=rule, **actions)
    assert state(cloudwatch, "any") == "ALARM"
    second.publish(11)
    assert told(inbox.take()) == [("any", "INSUFFICIENT_DATA", "ALARM")]
    first.publish(1)
    assert state(cloudwatch, "any") == "ALARM"
    second.publish(1)
    assert state(cloudwatch, "any") == "OK"
    (message,) = inbox.take()
    body = json.loads(message["Message"])
    assert (body["NewStateValue"], body["AlarmRule"], "Trigger" in body) == ("OK", rule, False)
    assert body["NewStateReason"].startswith(
        f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:second transitioned to OK"
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("FALSE", "OK"), ('FALSE OR ALARM("part")', "ALARM"), ('NOT ALARM("part")', "INSUFFICIENT_DATA")],
)
def test_only_rules_of_any_are_looked_at(cloudwatch: Any, rule: str, expected: str) -> None:
    Trial(cloudwatch, "part").publish(11)
    cloudwatch.put_composite_alarm(AlarmName=f"rule-{rule}", AlarmRule=rule)
    assert state(cloudwatch, f"rule-{rule}") == expected


def test_a_composite_alarm_of_a_composite_one_follows(cloudwatch: Any) -> None:
    part = Trial(cloudwatch, "deep")
    cloudwatch.put_composite_alarm(AlarmName="middle", AlarmRule='ALARM("deep")')
    cloudwatch.put_composite_alarm(AlarmName="top", AlarmRule='ALARM("middle")')
    assert state(cloudwatch, "top") == "OK"
    part.publish(11)
    assert state(cloudwatch, "top") == "ALARM"
