import json
from typing import Any
from uuid import uuid4

import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
REGION = "eu-west-1"


@pytest.fixture
def trails(emulator: Emulator) -> tuple[Any, list[str]]:
    """Two trails of one account, and their names."""
    bucket, s3 = f"trails-{uuid4().hex}", emulator.client("s3", REGION)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    deliver = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deliver]}))
    client, names = emulator.client("cloudtrail", REGION), [f"one-{uuid4().hex}", f"other-{uuid4().hex}"]
    for name in names:
        client.create_trail(Name=name, S3BucketName=bucket)
    return client, names


def test_a_look_for_one_trail_finds_no_other(trails: tuple[Any, list[str]]) -> None:
    client, names = trails
    everything = {one["Name"]: one["TrailARN"] for one in client.describe_trails()["trailList"]}
    assert everything.keys() >= set(names)
    for wanted in (names[0], everything[names[0]]):
        (found,) = client.describe_trails(trailNameList=[wanted])["trailList"]
        assert found["Name"] == names[0]


def test_a_trail_is_deleted_by_its_name_or_its_arn(trails: tuple[Any, list[str]]) -> None:
    client, (one, other) = trails
    (found,) = client.describe_trails(trailNameList=[one])["trailList"]
    client.delete_trail(Name=found["TrailARN"])
    client.delete_trail(Name=other)
    assert client.describe_trails(trailNameList=[one, other])["trailList"] == []
