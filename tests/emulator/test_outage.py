"""Regions that do not answer, and answer again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError, ReadTimeoutError

from tests.support.refusals import fresh_name, policy
from tools.emulator import Emulator, EmulatorError

pytestmark = pytest.mark.emulator

DARK, LIT = "us-east-1", "us-west-2"
STATEMENT = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator of its own: an outage is of all who use one."""
    with Emulator.start(directory=tmp_path_factory.mktemp("outage")) as emulator:
        yield emulator


@pytest.fixture
def emulator(world: Emulator) -> Iterator[Emulator]:
    yield world
    world.outage()


@cache
def client(emulator: Emulator, service: str, region: str, *, style: str = "path") -> Any:
    return boto3.Session().client(
        service,
        region_name=region,
        endpoint_url=emulator.endpoint,
        aws_access_key_id=emulator.credentials.access_key,
        aws_secret_access_key=emulator.credentials.secret_key,
        config=Config(
            signature_version="s3v4" if service == "s3" else None,
            retries={"total_max_attempts": 1},
            read_timeout=2,
            s3={"addressing_style": style},
            # No resolver knows BUCKET.127.0.0.1.
            proxies={"http": emulator.endpoint} if style == "virtual" else {},
        ),
    )


def bucket(emulator: Emulator, region: str) -> str:
    name = fresh_name("bucket")
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    emulator.client("s3", region).create_bucket(Bucket=name, **where)
    emulator.client("s3", region).put_object(Bucket=name, Key="a", Body=b"x")
    return name


def status(emulator: Emulator, service: str, region: str, operation: str, **parameters: object) -> int:
    try:
        answer = getattr(client(emulator, service, region), operation)(**parameters)
    except ClientError as error:
        answer = error.response
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def test_a_dark_region_answers_503_in_each_protocol_and_the_others_answer(emulator: Emulator) -> None:
    emulator.outage([DARK])
    for service, operation in (
        ("dynamodb", "list_tables"),
        ("lambda", "list_functions"),
        ("rds", "describe_db_instances"),
        ("ec2", "describe_vpcs"),
        ("s3", "list_buckets"),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(client(emulator, service, DARK), operation)()
        answered = caught.value.response
        assert answered["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert "ServiceUnavailable" in answered["Error"]["Code"]
        assert status(emulator, service, LIT, operation) == 200
    emulator.outage()
    assert status(emulator, "dynamodb", DARK, "list_tables") == 200


def test_a_connection_is_closed_at_once(emulator: Emulator) -> None:
    emulator.outage([DARK], mode="close")
    began = time.monotonic()
    with pytest.raises(ConnectionClosedError):
        client(emulator, "dynamodb", DARK).list_tables()
    assert time.monotonic() - began < 1
    assert status(emulator, "dynamodb", LIT, "list_tables") == 200


def test_a_region_that_hangs_keeps_no_other_waiting_and_lets_go_when_it_is_back(emulator: Emulator) -> None:
    emulator.outage([DARK], mode="hang")
    with pytest.raises(ReadTimeoutError):
        client(emulator, "dynamodb", DARK).list_tables()
    assert status(emulator, "dynamodb", LIT, "list_tables") == 200
    held: list[HTTPClientError] = []

    def hang() -> None:
        try:
            client(emulator, "dynamodb", DARK).list_tables()
        except HTTPClientError as error:
            held.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    time.sleep(0.3)
    assert thread.is_alive()
    emulator.outage()
    thread.join(timeout=1)
    assert [type(one) for one in held] == [ConnectionClosedError]


def test_an_emulator_ends_while_requests_hang(tmp_path: Path) -> None:
    with Emulator.start(directory=tmp_path) as emulator:
        emulator.outage([DARK], mode="hang")
        with pytest.raises(ReadTimeoutError):
            client(emulator, "dynamodb", DARK).list_tables()
        began = time.monotonic()
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_a_bucket_is_dark_with_its_region_whichever_region_asks(emulator: Emulator, style: str) -> None:
    dark, lit = bucket(emulator, "ap-south-1"), bucket(emulator, LIT)
    emulator.outage(["ap-south-1"])
    s3 = client(emulator, "s3", LIT, style=style)
    assert s3.get_object(Bucket=lit, Key="a")["Body"].read() == b"x"
    for call in (
        lambda: s3.get_object(Bucket=dark, Key="a"),
        lambda: s3.put_object(Bucket=dark, Key="b", Body=b"y"),
        lambda: s3.copy_object(Bucket=lit, Key="b", CopySource={"Bucket": dark, "Key": "a"}),
    ):
        with pytest.raises(ClientError, match="ServiceUnavailable"):
            call()
    emulator.outage()
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=dark)["Contents"]] == ["a"]


def test_an_address_signed_beforehand_is_dark_too(emulator: Emulator) -> None:
    name = bucket(emulator, "ap-south-1")
    addresses = [
        client(emulator, "s3", region).generate_presigned_url("get_object", Params={"Bucket": name, "Key": "a"})
        for region in (LIT, "ap-south-1")
    ]
    opener = build_opener(ProxyHandler({}))
    emulator.outage(["ap-south-1"])
    for address in addresses:
        with pytest.raises(HTTPError, match="503"):
            opener.open(address)
    emulator.outage()
    assert opener.open(addresses[0]).read() == b"x"


def test_sts_is_dark_in_its_region_alone(emulator: Emulator) -> None:
    emulator.outage([DARK], control="all")
    assert status(emulator, "sts", DARK, "get_caller_identity") == 503
    assert status(emulator, "sts", LIT, "get_caller_identity") == 200
    assert status(emulator, "sts", "aws-global", "get_caller_identity") == 200


def test_control_planes_fail_for_all_regions_when_that_is_said(emulator: Emulator) -> None:
    def change(region: str) -> int:
        name = fresh_name("role")
        return status(emulator, "iam", region, "create_role", RoleName=name, AssumeRolePolicyDocument=policy(STATEMENT))

    def zone(region: str) -> int:
        name = fresh_name("zone")
        return status(emulator, "route53", region, "create_hosted_zone", Name=f"{name}.example", CallerReference=name)

    emulator.outage([DARK])
    assert {change(DARK), change(LIT)} == {200}
    emulator.outage([DARK], control=True)
    assert {change(LIT), zone(LIT)} == {503}
    assert {status(emulator, "iam", LIT, "list_roles"), status(emulator, "route53", LIT, "list_hosted_zones")} == {200}
    emulator.outage([DARK], control="all")
    assert {status(emulator, "iam", LIT, "list_roles"), status(emulator, "route53", LIT, "list_hosted_zones")} == {503}
    emulator.outage()
    assert {change(LIT), zone(LIT)} == {200, 201}


def test_it_tells_which_calls_it_did_not_answer(emulator: Emulator) -> None:
    emulator.outage([DARK])
    for _ in range(2):
        status(emulator, "dynamodb", DARK, "list_tables")
    status(emulator, "dynamodb", LIT, "list_tables")
    assert emulator.unanswered() == {"dynamodb us-east-1 ListTables": 2}
    emulator.outage()
    assert emulator.unanswered() == {}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"regions": ["nowhere"]}, "'nowhere' is not a region"),
        ({"regions": [DARK], "mode": "gone"}, "regions.us-east-1: 'gone': 503, close, hang are allowed"),
        ({"control": "some"}, "control: 'some'"),
    ],
)
def test_what_makes_no_sense_is_refused(emulator: Emulator, said: dict[str, Any], why: str) -> None:
    with pytest.raises(EmulatorError, match=why):
        emulator.outage(**said)


def test_nobody_without_the_key_darkens_a_region(emulator: Emulator) -> None:
    address = urlsplit(emulator.endpoint)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=5)
    connection.request("PUT", "/emulator/outage", body='{"regions": {"us-east-1": "503"}}')
    assert connection.getresponse().status == 403
    connection.close()
    assert status(emulator, "dynamodb", DARK, "list_tables") == 200
