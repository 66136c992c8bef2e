"""A region that is dark costs seconds, and what is no outage is not taken for one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from modules.areas.failover.runtime.clients import FAR, NEAR, Clients, DarkError
from tests.failover.aws import error


class Answering:
    """A client that raises."""

    def __init__(self, raised: Exception) -> None:
        self._raised = raised

    def describe_db_instances(self) -> None:
        raise self._raised


def ask(raised: Exception) -> None:
    Clients("us-west-2", make=lambda *_, **__: Answering(raised)).ask("rds", "us-east-1", "describe_db_instances")


@pytest.mark.parametrize(
    "raised",
    [
        error("ServiceUnavailable", 503),
        error("InternalFailure", 500),
        EndpointConnectionError(endpoint_url="https://rds"),
        ReadTimeoutError(endpoint_url="https://rds"),
    ],
)
def test_what_does_not_answer_is_dark(raised: Exception) -> None:
    with pytest.raises(DarkError, match="rds in us-east-1"):
        ask(raised)


@pytest.mark.parametrize("raised", [error("AccessDenied", 403), error("Throttling", 400), NoCredentialsError()])
def test_what_is_refused_is_not(raised: Exception) -> None:
    with pytest.raises(type(raised)):
        ask(raised)


def test_the_region_that_takes_over_has_more_time() -> None:
    configs: dict[str, Config] = {}

    def make(_: str, *, region_name: str, config: Config) -> Any:
        configs[region_name] = config
        return Answering(error("x"))

    clients = Clients("us-west-2", make=make)
    for region in ("us-west-2", "us-east-1"):
        with pytest.raises(ClientError):
            clients.ask("rds", region, "describe_db_instances")
    assert configs == {"us-west-2": NEAR, "us-east-1": FAR}


@pytest.fixture
def hanging() -> Iterator[str]:
    """An endpoint that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.close()
        for one in kept:
            one.close()


def test_a_region_that_hangs_costs_seconds(hanging: str) -> None:
    def make(service: str, *, region_name: str, config: Config) -> Any:
        keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "example"}
        config = config.merge(Config(proxies={}))
        return boto3.client(service, region_name=region_name, endpoint_url=hanging, config=config, **keys)

    began = time.monotonic()
    with pytest.raises(DarkError, match="ReadTimeoutError"):
        Clients("us-west-2", make=make).ask("dynamodb", "us-east-1", "list_tables")
    assert time.monotonic() - began < 20
