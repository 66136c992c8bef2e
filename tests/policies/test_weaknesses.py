"""Weaknesses that were planted in the platform's own resources: the gate calls each of them by name."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from policies.gate import judge
from tests.support.synthesized import platform

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.emulator

REGION = "eu-west-1"
ANYBODY = [{"type": "*", "identifiers": ["*"]}]
DOCUMENTS = "aws_iam_policy_document"
TO_ANYWHERE = {"cidr_block": "0.0.0.0/0", "from_port": 0, "to_port": 0, "protocol": "-1", "action": "allow"}

Statements = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Weakness:
    """A resource of the platform with something changed for the worse, in its arguments or in its policy."""

    kind: str
    of: str
    checks: tuple[str, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    policy: Callable[[Statements], Statements] | None = None


def opened(*actions: str) -> Callable[[Statements], Statements]:
    """The policy with a statement more: everyone may do this."""
    more = {"sid": "Open", "effect": "Allow", "actions": list(actions), "resources": ["*"], "principals": ANYBODY}
    return lambda statements: [*statements, more]


def unconditional(statements: Statements) -> Statements:
    return [{key: value for key, value in statement.items() if key != "condition"} for statement in statements]


def of_anybody(statements: Statements) -> Statements:
    return [statement | {"principals": ANYBODY} for statement in unconditional(statements)]


def for_anybody(statements: Statements) -> Statements:
    """A bucket policy that lets everyone in and no longer refuses those it does not name."""
    kept = [statement for statement in statements if statement.get("sid") != "DenyEveryoneElse"]
    return opened("s3:GetObject", "s3:PutObject")(kept)


# MERIDIAN_10 and MERIDIAN_11 are found at the policy document, all else at the resource.
WEAKNESSES = {
    "a key for everyone": Weakness(
        kind="aws_kms_key", of="_keys_data_", policy=opened("kms:*"), checks=("MERIDIAN_10",)
    ),
    "a key that is not rotated": Weakness(
        kind="aws_kms_key", of="_keys_data_", arguments={"enable_key_rotation": False}, checks=("CKV_AWS_7",)
    ),
    "a role that everyone may take on": Weakness(
        kind="aws_iam_role", of="_application-role_", policy=of_anybody, checks=("MERIDIAN_10",)
    ),
    "a role that a service takes on for anybody": Weakness(
        kind="aws_iam_role", of="_network_flow-logs_role_", policy=unconditional, checks=("MERIDIAN_11",)
    ),
    "a role with an administrator's policy": Weakness(
        kind="aws_iam_role_policy",
        of="_application-role_",
        policy=lambda _: [{"effect": "Allow", "actions": ["*"], "resources": ["*"]}],
        checks=("CKV_AWS_49",),
    ),
    "a secret for everyone": Weakness(
        kind="aws_secretsmanager_secret_policy",
        of="_database-secret_",
        policy=opened("secretsmanager:GetSecretValue"),
        checks=("MERIDIAN_10",),
    ),
    "a vault for everyone": Weakness(
        kind="aws_backup_vault_policy",
        of="_backup-vault_",
        policy=opened("backup:CopyFromBackupVault"),
        checks=("MERIDIAN_10",),
    ),
    "a function for everyone": Weakness(
        kind="aws_lambda_permission",
        of="_rotation-function_",
        arguments={"principal": "*", "source_arn": None, "source_account": None},
        checks=("CKV_AWS_301",),
    ),
    "version 1 of the metadata service": Weakness(
        kind="aws_launch_template",
        of="_web_",
        arguments={"metadata_options": {"http_endpoint": "enabled", "http_tokens": "optional"}},
        checks=("CKV_AWS_79",),
    ),
    "instances with public addresses": Weakness(
        kind="aws_launch_template",
        of="_web_",
        arguments={"network_interfaces": [{"associate_public_ip_address": "true"}]},
        checks=("CKV_AWS_88",),
    ),
    "a database that the world may reach": Weakness(
        kind="aws_vpc_security_group_ingress_rule",
        of="_database_access_",
        arguments={
            "cidr_ipv4": "0.0.0.0/0",
            "from_port": 5432,
            "to_port": 5432,
            "ip_protocol": "tcp",
            "referenced_security_group_id": None,
        },
        checks=("MERIDIAN_4",),
    ),
    "a network ACL that lets everything in": Weakness(
        kind="aws_network_acl",
        of="_database-acl_",
        arguments={"ingress": [TO_ANYWHERE | {"rule_no": 1}]},
        checks=("CKV_AWS_229", "CKV_AWS_230", "CKV_AWS_231", "CKV_AWS_232"),
    ),
    "a trail whose files nobody can validate": Weakness(
        kind="aws_cloudtrail", of="_trail_", arguments={"enable_log_file_validation": False}, checks=("CKV_AWS_36",)
    ),
    "a trail of one region": Weakness(
        kind="aws_cloudtrail", of="_trail_", arguments={"is_multi_region_trail": False}, checks=("CKV_AWS_67",)
    ),
    "a bucket that can be made public": Weakness(
        kind="aws_s3_bucket_public_access_block",
        of="_storage_data_",
        arguments=dict.fromkeys(
            ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), False
        ),
        checks=("CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"),
    ),
    "a bucket for everyone": Weakness(
        kind="aws_s3_bucket_policy",
        of="_storage_data_",
        policy=for_anybody,
        checks=("MERIDIAN_10", "MERIDIAN_12"),
    ),
    "a topic for everyone": Weakness(
        kind="aws_sns_topic_policy", of="_alerts_page_", policy=opened("sns:*"), checks=("MERIDIAN_10",)
    ),
    "a queue for everyone": Weakness(
        kind="aws_sqs_queue_policy", of="_rotation-function_", policy=opened("sqs:*"), checks=("MERIDIAN_10",)
    ),
    "an endpoint for everyone": Weakness(
        kind="aws_vpc_endpoint", of="_endpoints_gateway-s3_", policy=unconditional, checks=("MERIDIAN_10",)
    ),
}

Verdicts = dict[tuple[str, str], bool]


def planted() -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The resources concerned, each beside itself with a weakness, and the addresses of each weakness: sound, weak."""
    made = platform(REGION).json
    document: dict[str, Any] = {"provider": made["provider"], "resource": {}, "data": {DOCUMENTS: {}}}
    addresses: dict[str, list[str]] = {}
    for number, (words, weakness) in enumerate(WEAKNESSES.items()):
        name = next(name for name in made["resource"][weakness.kind] if weakness.of in name and REGION in name)
        block, weak = made["resource"][weakness.kind][name], f"{REGION}_weak_{number:08X}"
        changed = deepcopy(block) | weakness.arguments
        concerned = {f"{weakness.kind}.{name}": f"{weakness.kind}.{weak}"}
        for policy in [key for key in made["data"][DOCUMENTS] if f".{key}.json" in json.dumps(block)]:
            statements = made["data"][DOCUMENTS][policy]["statement"]
            document["data"][DOCUMENTS][policy] = {"statement": statements}
            if weakness.policy:
                document["data"][DOCUMENTS][weak] = {"statement": weakness.policy(deepcopy(statements))}
                changed = json.loads(json.dumps(changed).replace(f".{policy}.json", f".{weak}.json"))
                concerned[f"data.{DOCUMENTS}.{policy}"] = f"data.{DOCUMENTS}.{weak}"
        document["resource"].setdefault(weakness.kind, {}).update({name: block, weak: changed})
        addresses[words] = [*concerned.keys(), *concerned.values()]
    return document, addresses


@pytest.fixture(scope="module")
def verdicts(
    tmp_path_factory: pytest.TempPathFactory, write_stack: Callable[..., None]
) -> tuple[Verdicts, dict[str, list[str]]]:
    """Whether each check fails, by check and address, after one run of the gate over everything at once."""
    root = tmp_path_factory.mktemp("weaknesses")
    document, addresses = planted()
    write_stack(root=root, name="platform", document=document)
    (root / "waivers.yaml").write_text("[]\n")
    verdict = judge(
        names=("platform",),
        stacks_dir=root / "stacks",
        plans_dir=root / "plans",
        waivers_path=root / "waivers.yaml",
        today=date(2030, 1, 15),
    )
    assert verdict.errors == ()
    return {(one.check, one.address): one.failed for one in verdict.outcomes}, addresses


@pytest.mark.parametrize("words", WEAKNESSES)
def test_the_gate_refuses(verdicts: tuple[Verdicts, dict[str, list[str]]], words: str) -> None:
    failed, addresses = verdicts
    half = len(addresses[words]) // 2
    sound, weak = addresses[words][:half], addresses[words][half:]
    for check in WEAKNESSES[words].checks:
        assert any(failed.get((check, address)) for address in weak), check
        assert not any(failed.get((check, address)) for address in sound), check
