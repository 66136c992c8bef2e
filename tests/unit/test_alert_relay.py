"""The relay's runtime: what it publishes of what SNS gives it, and what it does when it cannot."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from modules.alerts.relay.runtime import handler
from modules.alerts.relay.runtime.handler import RelayError, relay
from modules.alerts.relay.runtime.message import LARGEST_TEXT

ACCOUNT = "123456789012"
ALARM = {"AlarmName": "cpu", "AlarmDescription": "Look at it.", "Trigger": {"Threshold": 80.0}}


def topic(severity: str, region: str, suffix: str = "test") -> str:
    return f"arn:aws:sns:{region}:{ACCOUNT}:PROD-sns-{suffix}-{severity}-{region}"


HOMES = [topic("page", "us-east-1"), topic("ticket", "us-east-1")]


def record(arn: str, text: str = "all is lost", **more: Any) -> dict[str, Any]:
    return {"EventSource": "aws:sns", "Sns": {"TopicArn": arn, "MessageId": "one", "Message": text} | more}


class Spy:
    """A client that keeps what it is asked to publish, and refuses some of it."""

    def __init__(self, *refused: str) -> None:
        self.refused, self.published = refused, list[dict[str, Any]]()

    def publish(self, **request: Any) -> dict[str, str]:
        if request["Message"] in self.refused:
            raise ConnectionError("nobody there")
        self.published.append(request)
        return {"MessageId": "other"}


def published(*records: dict[str, Any], homes: list[str] = HOMES) -> list[dict[str, Any]]:
    spy = Spy()
    relay({"Records": list(records)}, client=spy, homes=homes)
    return spy.published


@pytest.mark.parametrize("severity", ["page", "ticket"])
@pytest.mark.parametrize("suffix", ["test", "eu-west-1", "page", "ticket"])
def test_a_message_goes_to_the_home_topic_of_its_severity(severity: str, suffix: str) -> None:
    homes = [topic(one, "us-east-1", suffix) for one in ("page", "ticket")]
    (request,) = published(record(topic(severity, "eu-west-1", suffix)), homes=homes)
    assert request["TopicArn"] == topic(severity, "us-east-1", suffix)


def test_subject_opens_with_the_region_it_comes_from() -> None:
    (request,) = published(record(topic("page", "ap-south-1"), Subject='ALARM: "cpu" in Mumbai'))
    assert request["Subject"] == '[ap-south-1] ALARM: "cpu" in Mumbai'


def test_subject_names_the_topic_where_there_is_none() -> None:
    for sns in ({}, {"Subject": None}):
        (request,) = published(record(topic("page", "ap-south-1"), **sns))
        assert request["Subject"] == "[ap-south-1] PROD-sns-test-page-ap-south-1"


@pytest.mark.parametrize("length", [84, 85, 86, 87, 99])
def test_subject_is_cut_to_what_sns_takes(length: int) -> None:
    subject = "ALARM: " + "x" * (length - 7)
    (request,) = published(record(topic("page", "ap-south-1"), Subject=subject))
    assert request["Subject"] == f"[ap-south-1] {subject}"[:99]


def test_a_cut_subject_does_not_end_in_a_space() -> None:
    (request,) = published(record(topic("page", "ap-south-1"), Subject="x" * 85 + " y"))
    assert request["Subject"] == "[ap-south-1] " + "x" * 85


def test_attributes_are_kept_and_say_where_it_comes_from() -> None:
    attributes = {
        "severity": {"Type": "String", "Value": "high"},
        "count": {"Type": "Number", "Value": "3"},
        "proof": {"Type": "Binary", "Value": "AP8="},
    }
    source = topic("ticket", "eu-west-1")
    (request,) = published(record(source, MessageAttributes=attributes))
    assert request["MessageAttributes"] == {
        "severity": {"DataType": "String", "StringValue": "high"},
        "count": {"DataType": "Number", "StringValue": "3"},
        "proof": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "OriginRegion": {"DataType": "String", "StringValue": "eu-west-1"},
        "OriginTopic": {"DataType": "String", "StringValue": source},
        "OriginMessageId": {"DataType": "String", "StringValue": "one"},
    }


@pytest.mark.parametrize("text", ["Your budget is spent.", "[1]", "7", "{broken", ""])
def test_text_is_handed_on_as_it_is(text: str) -> None:
    (request,) = published(record(topic("page", "eu-west-1"), text))
    assert request["Message"] == text
    assert "MessageStructure" not in request


def test_json_reaches_programs_as_it_is_and_mails_in_lines() -> None:
    text = json.dumps(ALARM, indent=1)
    (request,) = published(record(topic("page", "eu-west-1"), text))
    assert request["MessageStructure"] == "json"
    assert json.loads(request["Message"]) == {
        "default": text,
        "email": 'AlarmName: cpu\nAlarmDescription: Look at it.\nTrigger: {"Threshold": 80.0}',
    }


def test_json_too_large_to_be_said_twice_is_said_once() -> None:
    text = json.dumps({"finding": "x" * (LARGEST_TEXT // 2)})
    (request,) = published(record(topic("page", "eu-west-1"), text))
    assert request["Message"] == text
    assert "MessageStructure" not in request


@pytest.mark.parametrize("severity", ["page", "ticket"])
def test_rejects_a_message_of_a_home_topic_which_would_go_round(severity: str) -> None:
    spy = Spy()
    with pytest.raises(RelayError, match="one"):
        relay({"Records": [record(topic(severity, "us-east-1"))]}, client=spy, homes=HOMES)
    assert spy.published == []


@pytest.mark.parametrize("source", [topic("other", "eu-west-1"), topic("page", "eu-west-1", "copy")])
def test_rejects_a_message_of_a_topic_that_is_none_of_ours(source: str) -> None:
    spy = Spy()
    with pytest.raises(RelayError):
        relay({"Records": [record(source)]}, client=spy, homes=HOMES)
    assert spy.published == []


def test_what_was_not_handed_on_raises_after_all_have_been_tried(caplog: pytest.LogCaptureFixture) -> None:
    source, spy = topic("page", "eu-west-1"), Spy("lost")
    records = [record(source, "lost", MessageId="a"), record(source, "kept", MessageId="b")]
    with caplog.at_level(logging.INFO), pytest.raises(RelayError, match=r"^not handed on: a$"):
        relay({"Records": records}, client=spy, homes=HOMES)
    assert [one["Message"] for one in spy.published] == ["kept"]
    said = [(one.levelname, one.getMessage(), one.__dict__["origin_message"]) for one in caplog.records]
    assert said == [("ERROR", "not handed on", "a"), ("INFO", "handed on", "b")]
    # What is told may be a finding; the log says which message it was and not what was in it.
    assert not any("kept" in str(one.__dict__) for one in caplog.records)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield
    handler._client.cache_clear()


@pytest.mark.usefixtures("account")
def test_sns_takes_what_is_published_and_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    homes = [sns.create_topic(Name=arn.rpartition(":")[2])["TopicArn"] for arn in HOMES]
    assert homes == HOMES
    queue = sqs.create_queue(QueueName="people")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=homes[0], Protocol="sqs", Endpoint=arn)
    monkeypatch.setenv("HOME_TOPICS", ",".join(homes))
    text = json.dumps(ALARM)
    handler.handler({"Records": [record(topic("page", "eu-west-1"), text, Subject="ALARM: " + "x" * 92)]}, None)
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(message["Body"])
    assert told["Message"] == text
    assert told["Subject"].startswith("[eu-west-1] ALARM: x")
    assert told["MessageAttributes"]["OriginRegion"] == {"Type": "String", "Value": "eu-west-1"}


@pytest.mark.usefixtures("account")
def test_the_client_gives_up_before_the_function_does() -> None:
    config = handler._client().meta.config  # type: ignore[attr-defined]
    attempts = config.retries["total_max_attempts"]
    assert attempts * (config.connect_timeout + config.read_timeout) < 30
