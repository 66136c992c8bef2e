"""The rules that the policies of a bucket rely on, without an emulator."""

from typing import Any

import pytest

from tools.emulator.conditions import holds
from tools.emulator.policy import Caller, Decision, Request, decide

CONTEXT = {
    "aws:principalarn": ["arn:aws:iam::123456789012:role/team/reader"],
    "aws:securetransport": ["true"],
    "s3:tlsversion": ["1.2"],
    "aws:sourceip": ["10.1.2.3"],
    "aws:tagkeys": ["cost", "owner"],
    "aws:username": ["b*b"],
    "aws:currenttime": ["2030-01-01T00:00:00+00:00"],
}
ROLE = Caller(
    identities=(
        "arn:aws:sts::123456789012:assumed-role/reader/session",
        "arn:aws:iam::123456789012:role/reader",
        "arn:aws:iam::123456789012:root",
    ),
    account_id="123456789012",
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, True),
        ({"StringEquals": {"AWS:USERNAME": "b*b"}}, True),
        ({"StringEquals": {"aws:username": "*"}}, False),
        ({"StringLike": {"aws:username": ["x", "b?b"]}}, True),
        ({"StringLike": {"aws:username": "${*}*"}}, False),
        ({"StringLike": {"aws:username": "${aws:username}"}}, True),
        ({"StringLike": {"aws:username": "${aws:missing}*"}}, False),
        ({"StringEquals": {"aws:username": "${aws:missing, 'b*b'}"}}, True),
        ({"StringNotLike": {"aws:username": ["x", "b*"]}}, False),
        ({"StringEqualsIgnoreCase": {"aws:username": "B*B"}}, True),
        ({"StringNotEquals": {"aws:missing": "x"}}, True),
        ({"StringEquals": {"aws:missing": "x"}}, False),
        ({"StringNotEqualsIfExists": {"aws:missing": "x"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, True),
        ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/team/*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:*/reader"}}, False),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/writer"}}, True),
        ({"Null": {"aws:SourceVpce": "true"}}, True),
        ({"Null": {"aws:PrincipalArn": "true"}}, False),
        ({"Null": {"aws:PrincipalArn": False}}, True),
        ({"NumericLessThan": {"s3:TlsVersion": 1.2}}, False),
        ({"NumericLessThan": {"s3:TlsVersion": "1.3"}}, True),
        ({"NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["192.168.0.0/16", "10.0.0.0/8"]}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2029-12-31T00:00:00Z"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "owner"}}, True),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["owner", "cost"]}}, False),
        ({"ForAnyValue:StringEquals": {"aws:missing": "x"}}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "owner"}}, False),
        ({"ForAllValues:StringLike": {"aws:TagKeys": ["o*", "c*"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:missing": "x"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:username": "x"}}, False),
    ],
)
def test_a_condition_holds_as_aws_says(condition: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a table
    assert holds(condition, CONTEXT) is expected


def test_rejects_an_unknown_operator() -> None:
    with pytest.raises(ValueError, match="unknown condition operator 'StringIs'"):
        holds({"StringIs": {"aws:username": "x"}}, CONTEXT)


def decision(caller: Caller, **statement: object) -> Decision:
    statement = {"Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*", "Effect": "Deny", **statement}
    request = Request(action="s3:GetObject", resource="arn:aws:s3:::b/k", caller=caller, context={})
    return decide({"Statement": statement}, request)


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Decision.DENIED),
        ({"AWS": "*"}, Decision.DENIED),
        ({"AWS": "123456789012"}, Decision.DENIED),
        ({"AWS": ["arn:aws:iam::123456789012:role/reader"]}, Decision.DENIED),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, Decision.SILENT),
        ({"Service": "s3.amazonaws.com"}, Decision.SILENT),
    ],
)
def test_a_principal_is_matched_by_any_of_its_identities(principal: object, expected: Decision) -> None:
    assert decision(ROLE, Principal=principal) is expected


def test_not_principal_excepts_only_who_is_listed_with_session_role_and_account() -> None:
    assert decision(ROLE, NotPrincipal={"AWS": list(ROLE.identities)}) is Decision.SILENT
    assert decision(ROLE, NotPrincipal={"AWS": list(ROLE.identities[1:])}) is Decision.DENIED
    assert decision(Caller(), NotPrincipal={"AWS": list(ROLE.identities)}) is Decision.DENIED


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"Action": "S3:getobject"}, Decision.DENIED),
        ({"Action": ["s3:Put*", "s3:List*"]}, Decision.SILENT),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b"}, Decision.SILENT),
        ({"Effect": "Allow"}, Decision.ALLOWED),
    ],
)
def test_action_resource_and_effect_decide(elements: dict[str, Any], expected: Decision) -> None:
    assert decision(ROLE, Principal="*", **elements) is expected


def test_a_deny_wins_over_an_allow() -> None:
    statement = {"Principal": "*", "Action": "*", "Resource": "*"}
    request = Request(action="s3:GetObject", resource="arn:aws:s3:::b/k", caller=ROLE, context={})
    document = {"Statement": [statement | {"Effect": "Allow"}, statement | {"Effect": "Deny"}]}
    assert decide(document, request) is Decision.DENIED
