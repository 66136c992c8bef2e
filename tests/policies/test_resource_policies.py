"""Whom resource policies let in: each form that is refused, and those that this platform has and AWS asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policies.resource_policies import EVERYONE, EVERYONE_ELSE, SERVICES, read_policies
from policies.stack import Stack
from tests.support.region_sets import ONE, THREE
from tests.support.synthesized import stacks

if TYPE_CHECKING:
    from pathlib import Path

REGION = "eu-west-1"
NAME = "eu-west-1_thing_AA11BB22"
DOCUMENT = f"data.aws_iam_policy_document.{NAME}"
ACCOUNT = "123456789012"
ANYBODY = [{"type": "*", "identifiers": ["*"]}]
TRUST = ("aws_iam_role", "assume_role_policy")
TOPIC = ("aws_sns_topic_policy", "policy")
BUCKET = ("aws_s3_bucket_policy", "policy")
ENDPOINT = ("aws_vpc_endpoint", "policy")
KEY = ("aws_kms_key", "policy")


def condition(test: str, variable: str, *values: str) -> dict[str, Any]:
    return {"test": test, "variable": variable, "values": list(values)}


OWN = condition("StringEquals", "aws:PrincipalAccount", ACCOUNT)
SOURCE = condition("StringEquals", "aws:SourceAccount", ACCOUNT)
REFUSAL = {
    "effect": "Deny",
    "principals": ANYBODY,
    "actions": ["s3:*"],
    "resources": ["*"],
    "condition": [condition("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/admin")],
}


def everyone(*conditions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"principals": ANYBODY, "actions": ["sns:*"], "resources": ["*"], "condition": list(conditions)} | more


def service(name: str, action: str, *conditions: dict[str, Any], resource: str = "*") -> dict[str, Any]:
    principals = [{"type": "Service", "identifiers": [f"{name}.amazonaws.com"]}]
    return {"principals": principals, "actions": [action], "resources": [resource], "condition": list(conditions)}


def text(statement: dict[str, Any]) -> str:
    """The same statement as AWS keeps it."""
    principals: dict[str, list[str]] = {}
    for each in statement["principals"]:
        principals.setdefault("AWS" if each["type"] == "*" else each["type"], []).extend(each["identifiers"])
    conditions: dict[str, dict[str, list[str]]] = {}
    for each in statement.get("condition") or []:
        conditions.setdefault(each["test"], {})[each["variable"]] = each["values"]
    kept = {
        "Effect": statement.get("effect", "Allow"),
        "Principal": principals,
        "Action": statement["actions"],
        "Resource": statement["resources"],
        "Condition": conditions,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": kept})


def stack(
    resources: dict[str, Any], *, documents: dict[str, Any] | None = None, planned: dict[str, Any] | None = None
) -> Stack:
    root = [
        {"address": f"{kind}.{name}", "mode": "managed", "values": values}
        for kind, named in (planned or {}).items()
        for name, values in named.items()
    ]
    where: Path = None  # type: ignore[assignment]
    return Stack(
        name="platform",
        json_path=where,
        plan_path=where,
        document={"resource": resources, "data": {"aws_iam_policy_document": documents or {}}},
        plan={"planned_values": {"root_module": {"resources": root}}},
    )


def of_document(*statements: dict[str, Any], of: tuple[str, str] = TOPIC) -> dict[tuple[str, str], bool]:
    """Whether each check fails, by check and address, where a resource has the statements as its document."""
    kind, argument = of
    resources = {kind: {NAME: {argument: f"${{{DOCUMENT}.json}}"}}}
    return failures(stack(resources, documents={NAME: {"statement": list(statements)}}))


def failures(judged: Stack) -> dict[tuple[str, str], bool]:
    found: dict[tuple[str, str], bool] = {}
    for outcome in read_policies(judged):
        key = (outcome.check, outcome.address)
        found[key] = found.get(key, False) or outcome.failed
    return found


@pytest.mark.parametrize(
    "statement",
    [
        everyone(),
        everyone(principals=[{"type": "AWS", "identifiers": ["*"]}]),
        everyone(principals=[{"type": "AWS", "identifiers": [f"arn:aws:iam::{ACCOUNT}:root", "*"]}]),
        everyone(principals=None, not_principals=[{"type": "AWS", "identifiers": [f"arn:aws:iam::{ACCOUNT}:root"]}]),
        everyone(condition("Bool", "aws:SecureTransport", "true")),
        everyone(condition("StringNotEquals", "aws:PrincipalAccount", "999999999999")),
        everyone(condition("StringEqualsIfExists", "aws:PrincipalAccount", ACCOUNT)),
        everyone(condition("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*")),
        everyone(condition("StringLike", "aws:PrincipalAccount", "*")),
        everyone(condition("StringEquals", "aws:PrincipalAccount", ACCOUNT, "*")),
        everyone(condition("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin")),
        everyone(condition("ArnLike", "aws:SourceArn", "arn:aws:s3:::*")),
        everyone(condition("ArnLike", "aws:SourceArn", "arn:*")),
        everyone(condition("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com")),
        everyone(condition("ArnLike", "kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:{REGION}:{ACCOUNT}:*")),
    ],
)
def test_rejects_everyone_without_a_condition_that_says_who(statement: dict[str, Any]) -> None:
    assert of_document(statement)[EVERYONE, DOCUMENT]


@pytest.mark.parametrize(
    "statement",
    [
        everyone(OWN),
        everyone(condition("StringEquals", "AWS:PrincipalAccount", "${data.aws_caller_identity.here.account_id}")),
        everyone(condition("ArnLike", "aws:PrincipalArn", "${data.aws_iam_session_context.here.issuer_arn}")),
        everyone(condition("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/x-*")),
        everyone(condition("ArnEquals", "aws:SourceArn", "arn:aws:s3:::one-bucket")),
        everyone(condition("StringEquals", "aws:SourceVpce", "${aws_vpc_endpoint.here.id}")),
        everyone(condition("StringEquals", "kms:CallerAccount", ACCOUNT), condition("Null", "aws:TagKeys", "true")),
        everyone(condition("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*")),
        everyone(effect="Deny"),
        everyone(principals=[{"type": "AWS", "identifiers": [f"arn:aws:iam::{ACCOUNT}:root"]}]),
    ],
)
def test_everyone_who_is_said_to_be_somebody_passes(statement: dict[str, Any]) -> None:
    assert not any(of_document(statement).values())


@pytest.mark.parametrize(
    ("of", "statement"),
    [
        (TRUST, service("ssm", "sts:AssumeRole")),
        (TRUST, service("vpc-flow-logs", "sts:AssumeRole", OWN)),
        (TRUST, service("rds", "sts:AssumeRole", condition("StringLike", "aws:SourceAccount", "*"))),
        (TRUST, service("config", "sts:AssumeRole", condition("ArnLike", "aws:SourceArn", "arn:aws:config:*:*:*"))),
        # What may do without in one kind of policy, or for one action, may not in others.
        (TOPIC, service("ec2", "sts:AssumeRole")),
        (TRUST, service("events", "sts:AssumeRole")),
        (TOPIC, service("events", "sns:*")),
        (BUCKET, service("cloudtrail", "s3:PutObject")),
        (BUCKET, service("logdelivery.elasticloadbalancing", "s3:PutObject", resource="arn:aws:s3:::logs/*")),
        (BUCKET, service("logdelivery.elasticloadbalancing", "s3:PutObject", resource="arn:aws:s3:::logs/AWSLogs/*")),
        (KEY, service("logs.eu-west-1", "kms:*", condition("ArnLike", "kms:EncryptionContext:aws:logs:arn", "*"))),
        (KEY, service("sns", "kms:*", condition("StringEquals", "kms:EncryptionContext:Version", "1"))),
    ],
)
def test_rejects_a_service_that_works_for_whomever(of: tuple[str, str], statement: dict[str, Any]) -> None:
    assert of_document(statement, of=of)[SERVICES, DOCUMENT]


@pytest.mark.parametrize(
    ("of", "statement"),
    [
        (TRUST, service("ssm", "sts:AssumeRole", SOURCE)),
        (TRUST, service("rds", "sts:AssumeRole", condition("ArnLike", "aws:SourceArn", f"arn:aws:rds:*:{ACCOUNT}:*"))),
        (TRUST, service("ec2", "sts:AssumeRole")),
        (TRUST, service("cloudtrail", "sts:AssumeRole")),
        (TOPIC, service("events", "sns:Publish")),
        (BUCKET, service("logdelivery.elasticloadbalancing", "s3:PutObject", resource=f"b/AWSLogs/{ACCOUNT}/*")),
        (
            KEY,
            service(
                "logs.eu-west-1",
                "kms:*",
                condition("ArnLike", "kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:{REGION}:{ACCOUNT}:*"),
            ),
        ),
    ],
)
def test_a_service_that_says_for_whom_or_cannot_passes(of: tuple[str, str], statement: dict[str, Any]) -> None:
    assert not of_document(statement, of=of)[SERVICES, DOCUMENT]


def test_rejects_an_exception_of_a_document_that_others_have_as_well() -> None:
    policy = f"${{{DOCUMENT}.json}}"
    resources = {
        "aws_iam_role": {"a": {"assume_role_policy": policy}},
        "aws_sqs_queue_policy": {"b": {"policy": policy}},
    }
    documents = {NAME: {"statement": [service("ec2", "sts:AssumeRole")]}}
    assert failures(stack(resources, documents=documents))[SERVICES, DOCUMENT]


def test_a_document_within_another_is_judged_by_what_has_the_other() -> None:
    resources = {"aws_iam_role": {"a": {"assume_role_policy": "${data.aws_iam_policy_document.outer.json}"}}}
    documents = {
        NAME: {"statement": [service("ec2", "sts:AssumeRole"), everyone()]},
        "outer": {"source_policy_documents": [f"${{{DOCUMENT}.json}}"]},
    }
    found = failures(stack(resources, documents=documents))
    assert (found[SERVICES, DOCUMENT], found[EVERYONE, DOCUMENT]) == (False, True)


def test_what_only_waits_for_a_document_does_not_have_it_as_its_policy() -> None:
    resources = {
        "aws_iam_role": {"a": {"assume_role_policy": f"${{{DOCUMENT}.json}}"}},
        "aws_sqs_queue_policy": {"b": {"policy": "${aws_sqs_queue.x.policy}", "depends_on": [DOCUMENT]}},
    }
    documents = {NAME: {"statement": [service("ec2", "sts:AssumeRole")]}}
    assert not failures(stack(resources, documents=documents))[SERVICES, DOCUMENT]


def test_an_endpoint_lets_everyone_read_buckets_that_it_names_in_full_and_do_no_more() -> None:
    packages = {"actions": ["s3:GetObject"], "resources": [f"arn:aws:s3:::packages-{REGION}/*"]}
    assert not any(of_document(everyone(**packages), of=ENDPOINT).values())
    for more in ({"actions": ["s3:PutObject"]}, {"resources": ["arn:aws:s3:::packages-*/*"]}, {"resources": ["*"]}):
        assert of_document(everyone(**packages | more), of=ENDPOINT)[EVERYONE, DOCUMENT]
    assert of_document(everyone(**packages), of=BUCKET)[EVERYONE, DOCUMENT]


def test_rejects_an_endpoint_without_a_policy() -> None:
    address = f"aws_vpc_endpoint.{NAME}"
    assert failures(stack({"aws_vpc_endpoint": {NAME: {"vpc_id": "vpc-1"}}})) == {(EVERYONE, address): True}


@pytest.mark.parametrize("planned", [False, True], ids=["in the JSON", "in the plan"])
def test_texts_are_read_as_documents_are(planned: bool) -> None:  # noqa: FBT001
    kind, argument = TOPIC
    for statement, check in ((everyone(), EVERYONE), (service("sns", "sns:Publish"), SERVICES)):
        block = {kind: {NAME: {argument: text(statement)}}}
        known = {kind: {NAME: {argument: "${aws_sns_topic.x.policy}"}}}
        judged = stack(block) if not planned else stack({kind: {}}, planned=block)
        assert failures(judged)[check, f"{kind}.{NAME}"]
        assert failures(stack(known))[EVERYONE, f"{kind}.{NAME}"]
    sound = {kind: {NAME: {argument: text(everyone(OWN))}}}
    assert failures(stack(sound, planned=sound)) == {(EVERYONE, f"{kind}.{NAME}"): False}


def test_a_policy_behind_one_that_cannot_be_read_is_judged_as_well() -> None:
    kind, argument = TOPIC
    block = {"access_policies": "{not JSON", argument: text(service("sns", "sns:Publish"))}
    address = f"{kind}.{NAME}"
    assert failures(stack({kind: {NAME: block}})) == {(EVERYONE, address): True, (SERVICES, address): True}


def test_what_a_plan_shows_of_a_topic_or_bucket_that_stands_is_read_like_its_policy() -> None:
    planned = {
        "aws_sns_topic": {NAME: {"policy": text(service("events", "sns:Publish"))}},
        "aws_sqs_queue": {NAME: {"policy": ""}},
        "aws_s3_bucket": {NAME: {"policy": text(everyone())}},
    }
    assert failures(stack({}, planned=planned)) == {
        (SERVICES, f"aws_sns_topic.{NAME}"): False,
        (EVERYONE, f"aws_s3_bucket.{NAME}"): True,
    }


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ({}, False),
        ({"condition": [condition("ArnNotLike", "aws:PrincipalArn", "*")]}, True),
        ({"condition": [condition("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin")]}, True),
        ({"condition": [condition("Bool", "aws:SecureTransport", "false")]}, True),
        ({"actions": ["s3:PutObject"]}, True),
        ({"effect": "Allow"}, True),
    ],
)
def test_a_bucket_policy_refuses_everyone_whom_it_does_not_name(more: dict[str, Any], failed: bool) -> None:  # noqa: FBT001
    address = f"aws_s3_bucket_policy.{NAME}"
    assert of_document(REFUSAL | more, of=BUCKET)[EVERYONE_ELSE, address] == failed
    written = {"aws_s3_bucket_policy": {NAME: {"policy": text(REFUSAL | more)}}}
    assert failures(stack(written))[EVERYONE_ELSE, address] == failed
    assert failures(stack({}, planned=written))[EVERYONE_ELSE, address] == failed


def test_a_policy_that_the_plan_does_not_know_yet_is_judged_by_its_document() -> None:
    resources = {"aws_s3_bucket_policy": {NAME: {"policy": f"${{{DOCUMENT}.json}}"}}}
    documents = {NAME: {"statement": REFUSAL}}
    judged = stack(resources, documents=documents, planned={"aws_s3_bucket_policy": {NAME: {"bucket": "b"}}})
    assert not any(failures(judged).values())


@pytest.mark.parametrize("regions", [ONE, THREE], ids=len)
def test_every_policy_of_the_platform_passes(regions: tuple[str, ...]) -> None:
    where: Path = None  # type: ignore[assignment]
    for name, made in stacks(*regions).items():
        found = failures(Stack(name=name, json_path=where, plan_path=where, document=made.json, plan={}))
        assert [key for key, failed in found.items() if failed] == []
        assert len(found) > len(regions)
