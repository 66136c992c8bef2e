from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


class Endpoint(BaseHTTPRequestHandler):
    """Somebody who would be woken up."""

    calls = 0

    def do_POST(self) -> None:
        Endpoint.calls += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name that it has there
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/page"
    server.shutdown()


def test_nobody_outside_the_emulator_is_told(emulator: Emulator, endpoint: str) -> None:
    sns = emulator.client("sns", "eu-west-1")
    topic = sns.create_topic(Name="outside")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint)
    sns.publish(TopicArn=topic, Message="wake up")
    assert Endpoint.calls == 0


def test_a_message_for_a_queue_that_is_not_there_is_lost_alone(emulator: Emulator) -> None:
    sns, sqs = emulator.client("sns", "eu-west-1"), emulator.client("sqs", "eu-west-1")
    topic = sns.create_topic(Name="lost")["TopicArn"]
    url = sqs.create_queue(QueueName="there")["QueueUrl"]
    for name in ("gone", "there"):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:eu-west-1:123456789012:{name}")
    sns.publish(TopicArn=topic, Message="hello")
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
