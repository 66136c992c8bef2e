"""Roles of an account on the emulator, and clients that sign as them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.emulator import Credentials, Emulator

ACCOUNT = "123456789012"
TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}]}


def assume(emulator: Emulator, role: str) -> Emulator:
    """The emulator for a session of a role."""
    sts = emulator.client("sts", "us-east-1")
    taken = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="test")["Credentials"]
    return emulator.acting_as(
        Credentials(
            access_key=taken["AccessKeyId"],
            secret_key=taken["SecretAccessKey"],
            session_token=taken["SessionToken"],
        )
    )


def make_role(emulator: Emulator, name: str, policies: Iterable[Path]) -> Emulator:
    """Make a role with policies of files, and return the emulator for a session of it."""
    iam = emulator.client("iam", "us-east-1")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    for file in policies:
        document = file.read_text().replace("ACCOUNT_ID", ACCOUNT)
        made = iam.create_policy(PolicyName=f"{name}-{file.stem}", PolicyDocument=document)
        iam.attach_role_policy(RoleName=name, PolicyArn=made["Policy"]["Arn"])
    return assume(emulator, name)


def is_refused(code: str) -> bool:
    """Whether an error is IAM's."""
    return code in {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}


def changes_of(plan: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """What a plan does to each resource, but for versions of secrets and reads."""
    return {
        change["address"]: tuple(change["change"]["actions"])
        for change in plan["resource_changes"]
        if change["type"] != "aws_secretsmanager_secret_version" and change["change"]["actions"] != ["read"]
    }
