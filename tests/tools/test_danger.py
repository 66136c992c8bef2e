"""What a plan does that somebody who says yes should know of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.danger import MOST_LINES, dangers

OURS, FOREIGN = "123456789012", "999999999999"


def plan_of(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"resource_changes": [{"mode": "managed", **each} for each in changes]}


def change(kind: str, actions: str, *, before: Any = None, after: Any = None, name: str = "main") -> dict[str, Any]:
    what = {"actions": actions.split("/"), "before": before, "after": after}
    return {"address": f"{kind}.{name}", "type": kind, "change": what}


def found(*changes: dict[str, Any]) -> dict[str, list[str]]:
    return dangers(plan_of(*changes), account_id=OURS)


def policy(principal: Any, *, effect: str = "Allow", **more: Any) -> str:
    return json.dumps({"Statement": [{"Effect": effect, "Principal": principal, "Action": "*", **more}]})


def test_data_that_goes_is_told_by_kind_and_apart_from_what_is_made_anew() -> None:
    lines = found(
        *(change("aws_s3_bucket", "delete", name=str(number)) for number in range(5)),
        change("aws_db_instance", "delete/create"),
        change("aws_kms_key", "create/delete"),
        change("aws_lb", "delete"),
    )
    assert lines == {
        "data": [
            "destroyed: 5 aws_s3_bucket: aws_s3_bucket.0, aws_s3_bucket.1, aws_s3_bucket.2, and 2 more",
            "replaced: 1 aws_db_instance: aws_db_instance.main",
            "replaced: 1 aws_kms_key: aws_kms_key.main",
        ]
    }


def test_data_that_is_left_alone_or_only_forgotten_is_no_danger() -> None:
    assert (
        found(change("aws_kms_key", "forget"), change("aws_s3_bucket", "no-op"), change("aws_s3_bucket", "create"))
        == {}
    )


@pytest.mark.parametrize(
    "after",
    [
        {"policy": policy({"AWS": f"arn:aws:iam::{FOREIGN}:root"})},
        {"policy": policy({"AWS": FOREIGN})},
        # Whom a refusal leaves out is let in by it.
        {
            "policy": policy(
                "*",
                effect="Deny",
                Condition={"StringNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::{FOREIGN}:role/attacker*"]}},
            )
        },
        {"principal": FOREIGN},
        {"endpoint": f"arn:aws:sqs:eu-west-1:{FOREIGN}:queue"},
    ],
)
def test_account_of_a_stranger_that_was_not_there_before_is_told(after: dict[str, Any]) -> None:
    line = f"names account {FOREIGN}: aws_s3_bucket_policy.main"
    ours = json.loads(json.dumps(after).replace(FOREIGN, OURS))
    assert found(change("aws_s3_bucket_policy", "create", after=after)) == {"policies": [line]}
    assert found(change("aws_s3_bucket_policy", "update", before=ours, after=after)) == {"policies": [line]}
    assert found(change("aws_s3_bucket_policy", "update", before=after, after=after)) == {}
    assert found(change("aws_s3_bucket_policy", "create", after=ours)) == {}


def test_what_is_no_account_is_not_taken_for_one() -> None:
    harmless = {
        "bucket": f"prod-s3-main-data-{FOREIGN}-eu-west-1",
        "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "hash": f"abc{FOREIGN}def",
        "tags": {"note": FOREIGN},
    }
    assert found(change("aws_s3_bucket", "create", after=harmless)) == {}


def test_document_that_is_only_read_while_it_is_applied_is_looked_at_as_far_as_it_is_known() -> None:
    principals = [{"type": "AWS", "identifiers": [f"arn:aws:iam::{FOREIGN}:root"]}]
    document = change("aws_iam_policy_document", "read", after={"statement": [{"principals": principals}]})
    assert found(document | {"mode": "data"}) == {
        "policies": [f"names account {FOREIGN}: aws_iam_policy_document.main"]
    }


@pytest.mark.parametrize(
    "after",
    [
        {"policy": policy("*")},
        {"policy": policy({"AWS": ["*"]})},
        {"assume_role_policy": policy({"AWS": "*"})},
        {"statement": [{"effect": None, "principals": [{"type": "*", "identifiers": ["*"]}]}]},
    ],
)
def test_policy_that_lets_anybody_in_is_told(after: dict[str, Any]) -> None:
    told = found(change("aws_sqs_queue_policy", "update", before={"policy": policy({"AWS": OURS})}, after=after))
    assert told == {"policies": ["lets anybody in, without a condition: aws_sqs_queue_policy.main"]}


@pytest.mark.parametrize(
    "text",
    [policy("*", effect="Deny"), policy("*", Condition={"Bool": {"x": "y"}}), policy({"Service": "rds.amazonaws.com"})],
)
def test_policy_that_refuses_or_is_bounded_is_not(text: str) -> None:
    assert found(change("aws_sqs_queue_policy", "create", after={"policy": text})) == {}


def test_ports_that_are_opened_to_everybody_are_told() -> None:
    https = {"from_port": 443, "to_port": 443, "ip_protocol": "tcp", "cidr_ipv4": "0.0.0.0/0"}
    everything = {"from_port": None, "to_port": None, "ip_protocol": "-1", "cidr_ipv6": "::/0"}
    inline = {
        "ingress": [{"from_port": 1, "to_port": 9, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"]}]
    }
    rule = "aws_vpc_security_group_ingress_rule"
    assert found(
        change(rule, "create", after=https, name="a"),
        change(rule, "create", after=everything, name="b"),
        change("aws_security_group", "update", before={"ingress": []}, after=inline),
        change(rule, "create", after=https | {"cidr_ipv4": "10.0.0.0/8"}, name="c"),
        change("aws_vpc_security_group_egress_rule", "create", after=https, name="d"),
    ) == {
        "network": [
            f"opens port 443 to 0.0.0.0/0: {rule}.a",
            f"opens all ports to ::/0: {rule}.b",
            "opens ports 1 to 9 to 0.0.0.0/0: aws_security_group.main",
        ]
    }
    assert found(change("aws_security_group", "update", before=inline, after=inline | {"description": "x"})) == {}


@pytest.mark.parametrize("block", ["0.0.0.0/1", "128.0.0.0/1", "1.2.3.4/0", "2000::/3"])
def test_a_part_of_the_internet_that_is_most_of_it_is_everybody(block: str) -> None:
    rule = {"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr_ipv6" if ":" in block else "cidr_ipv4": block}
    line = f"opens port 22 to {block}: aws_vpc_security_group_ingress_rule.main"
    assert found(change("aws_vpc_security_group_ingress_rule", "create", after=rule)) == {"network": [line]}


@pytest.mark.parametrize("block", ["10.0.0.0/8", "fd00::/8", "203.0.113.0/24", "pl-12345678", ""])
def test_a_network_is_not_everybody(block: str) -> None:
    rule = {"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr_ipv4": block}
    assert found(change("aws_vpc_security_group_ingress_rule", "create", after=rule)) == {}


def test_a_role_that_loses_its_boundary_is_told() -> None:
    bounded = {"permissions_boundary": f"arn:aws:iam::{OURS}:policy/boundary"}
    line = "loses its permissions boundary: aws_iam_role.main"
    for gone in (None, ""):
        free = {"permissions_boundary": gone}
        assert found(change("aws_iam_role", "update", before=bounded, after=free)) == {"policies": [line]}
        assert found(change("aws_iam_role", "update", before=free, after=bounded)) == {}
    # It is not known yet, which is not gone.
    assert found(change("aws_iam_role", "update", before=bounded, after={})) == {}


ADMINISTRATOR, READER = (f"arn:aws:iam::aws:policy/{name}" for name in ("AdministratorAccess", "ReadOnlyAccess"))


def test_a_policy_that_is_attached_to_what_stands_is_told_and_of_what_is_new_those_that_allow_nearly_all() -> None:
    kind = "aws_iam_role_policy_attachments_exclusive"
    few, more = {"policy_arns": [READER]}, {"policy_arns": [READER, ADMINISTRATOR]}
    line = f"attaches {ADMINISTRATOR}: {kind}.main"
    assert found(change(kind, "update", before=few, after=more)) == {"policies": [line]}
    assert found(change(kind, "update", before=more, after=few)) == {}
    assert found(change(kind, "create", after=few)) == {}
    assert found(change(kind, "create", after=more)) == {"policies": [line]}
    # Of what the plan does not know yet it has nothing.
    unknown = {"policy_arns": [None, ADMINISTRATOR]}
    assert found(change(kind, "update", before=few, after=unknown)) == {"policies": [line]}
    assert found(change(kind, "update", before=few, after={"policy_arns": [None, "arn:aws:iam::aws:policy/b"]})) == {
        "policies": [f"attaches arn:aws:iam::aws:policy/b: {kind}.main"]
    }
    one = "aws_iam_role_policy_attachment"
    assert found(change(one, "create", after={"policy_arn": ADMINISTRATOR})) == {
        "policies": [f"attaches {ADMINISTRATOR}: {one}.main"]
    }


def test_a_new_policy_that_allows_everything_is_told() -> None:
    whole = {"Effect": "Allow", "Action": ["*"], "Resource": "*"}
    part = [
        {**whole, "Action": "s3:*"},
        {**whole, "Resource": "arn:aws:s3:::b"},
        {**whole, "Effect": "Deny"},
        {**whole, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        # The policy of a key: it speaks of the key alone.
        {**whole, "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"}},
    ]
    new, old = (json.dumps({"Statement": one}) for one in (whole, part))
    line = "allows every action on every resource: aws_iam_role_policy.main"
    assert found(change("aws_iam_role_policy", "create", after={"policy": new})) == {"policies": [line]}
    assert found(change("aws_iam_role_policy", "create", after={"policy": old})) == {}
    document = {"statement": [{"actions": ["*"], "resources": ["*"], "effect": "Allow", "principals": []}]}
    assert "policies" in found(change("aws_iam_policy_document", "read", after=document) | {"mode": "data"})


@pytest.mark.parametrize(
    "text", ['echo "Statement"', '{"mainSteps": {"Statement": 1}}', '["Statement"]', '{"Statement": "x"}']
)
def test_a_text_with_the_word_is_not_taken_for_a_policy(text: str) -> None:
    assert found(change("aws_ssm_document", "update", before={"content": "{}"}, after={"content": text})) == {}


def test_a_long_list_is_cut() -> None:
    rule = {"from_port": 443, "to_port": 443, "ip_protocol": "tcp", "cidr_ipv4": "0.0.0.0/0"}
    rules = [
        change("aws_vpc_security_group_ingress_rule", "create", after=rule, name=str(number)) for number in range(20)
    ]
    lines = found(*rules)["network"]
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == f"and {20 - MOST_LINES} more"


def statement(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*", "Principal": {"AWS": OURS}, **more}


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (statement(), statement(Action=["s3:GetObject", "s3:Put*"]), "allows more actions (s3:Put*)"),
        (statement(), {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, "allows more actions (*)"),
        (
            statement(),
            statement(Principal={"AWS": [OURS, f"arn:aws:iam::{OURS}:role/x"]}),
            f"allows more principals (arn:aws:iam::{OURS}:role/x)",
        ),
        (
            statement(Sid="Own", Condition={"StringEquals": {"aws:SourceAccount": OURS}}),
            statement(Sid="Own"),
            "drops a condition of what it allows (Own)",
        ),
        # Of other resources than before, under no condition.
        (
            statement(Sid="Own", Condition={"StringEquals": {"aws:SourceAccount": OURS}}),
            statement(Sid="Own", Resource=["arn:aws:s3:::new"]),
            "drops a condition of what it allows (Own)",
        ),
        (
            statement(Condition={"StringEquals": {"token.example.com:sub": "repo:a/b:environment:production"}}),
            statement(
                Condition={
                    "StringEquals": {
                        "token.example.com:sub": ["repo:a/b:environment:production", "repo:a/b:pull_request"]
                    }
                }
            ),
            "lets in more by a condition (token.example.com:sub: repo:a/b:pull_request)",
        ),
        (
            statement(Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/a"}}),
            statement(Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}}),
            "lets in more by a condition (aws:PrincipalArn: arn:aws:iam::123456789012:role/*)",
        ),
        (
            statement(Condition={"StringNotEquals": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}}),
            statement(Condition={"StringNotEquals": {"aws:SourceVpc": ["vpc-1"]}}),
            "lets in more by a condition (aws:SourceVpc: vpc-2)",
        ),
        (
            statement(Effect="Deny", Sid="Tls"),
            statement(Effect="Deny", Sid="Tls", Action="s3:GetObject"),
            "refuses less, or something else (Tls)",
        ),
    ],
)
def test_policy_that_allows_more_than_before_is_told(before: Any, after: Any, line: str) -> None:
    old, new = (json.dumps({"Statement": one}) for one in (before, [after]))
    told = found(change("aws_iam_policy", "update", before={"policy": old}, after={"policy": new}))
    assert told["policies"][0] == f"{line}: aws_iam_policy.main"
    same = json.dumps({"Statement": [before]})
    assert found(change("aws_iam_policy", "update", before={"policy": old}, after={"policy": same})) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (statement(Action=["s3:*"]), statement(Action=["s3:GetObject"])),
        (statement(Action="S3:get*"), statement(Action="s3:GetObject")),
        (statement(Principal="*", Condition={"a": {"b": "c"}}), statement(Condition={"a": {"b": "c"}})),
        (statement(), statement(Resource=["arn:aws:s3:::new"])),
        (statement(), statement(Condition={"StringEquals": {"aws:SourceAccount": OURS}})),
        # A pattern covers its names, and what a condition says about resources follows them.
        (
            statement(Condition={"StringLike": {"aws:PrincipalArn": ["arn:aws:iam::1:role/*"]}}),
            statement(Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/a"}}),
        ),
        (
            statement(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:1:a"}}),
            statement(
                Condition={"ArnLike": {"aws:SourceArn": ["arn:aws:sns:eu-west-1:1:a", "arn:aws:sns:us-east-1:1:a"]}}
            ),
        ),
        (statement(Effect="Deny", Resource="x", Sid="a"), statement(Effect="Deny", Resource="y", Sid="b")),
    ],
)
def test_policy_that_allows_less_or_about_other_resources_is_not(before: Any, after: Any) -> None:
    old, new = (json.dumps({"Statement": [one]}) for one in (before, after))
    assert found(change("aws_iam_policy", "update", before={"policy": old}, after={"policy": new})) == {}
