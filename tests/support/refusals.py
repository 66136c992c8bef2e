"""Calls that AWS refuses, and what they need beside the fault that is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ROOT = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Expect a refusal with this code."""
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code, caught.value


def fresh_name(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:12]}"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allows(action: str | list[str], resource: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def role(emulator: Emulator, *statements: dict[str, Any], service: str, **condition: Any) -> str:
    """Make a role that a service may assume, with an inline policy of these statements; return its ARN."""
    iam, name = emulator.client("iam", REGION), fresh_name("role")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **condition}
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy(*statements))
    return arn


def bucket(emulator: Emulator, *, versioned: bool = False, region: str = REGION) -> str:
    s3, name = emulator.client("s3", region), fresh_name("bucket")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def service_may(service: str, action: str | list[str], resource: str, **more: Any) -> dict[str, Any]:
    return allows(action, resource, Principal={"Service": service}, **more)
