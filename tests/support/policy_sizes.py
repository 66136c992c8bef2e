"""How many characters the policies of a role have on AWS, as far as the JSON says.

IAM does not count white space. What Terraform learns from AWS is as long here as AWS makes it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.support.synthesized import Block, Stack

#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
MOST_CHARACTERS = 10_240
#: The environment and its suffix have twelve at most, and four each in the tests.
LONGER_NAMES = 16
REGION = "ap-northeast-1"
ACCOUNT = "0" * 12
ID = "0" * 36
#: What follows the account in ARNs that end in a name: the name with it.
ARNS = {
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_dynamodb_table": "dynamodb:{region}:{account}:table/{name}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_kms_key": f"kms:{{region}}:{{account}}:key/{ID}",
    "aws_lambda_function": "lambda:{region}:{account}:function:{name}",
    "aws_s3_bucket": "s3:::{name}",
    "aws_secretsmanager_secret": "secretsmanager:{region}:{account}:secret:{name}-AbCdEf",
    "aws_sqs_queue": "sqs:{region}:{account}:{name}",
}
#: Longer than what no table here knows.
UNKNOWN = "x" * 100
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_ADDRESS = re.compile(r"(?:data\.)?(aws_\w+)\.[\w-]+\.(\w+)")


def inline_characters(stack: Stack) -> dict[str, int]:
    """By the name of a role, the characters of its inline policies with the longest names that settings allow."""
    found: dict[str, int] = {}
    for policy in stack.resources("aws_iam_role_policy"):
        role = stack.at(policy.body["role"]).body["name"]
        text = _text(stack, stack.at(policy.body["policy"]))
        longer = LONGER_NAMES * len(re.findall("prod-", text, re.IGNORECASE))
        found[role] = found.get(role, 0) + len(text) + longer
    return found


def _text(stack: Stack, document: Block) -> str:
    statements = [_statement(one) for one in document.body["statement"]]
    whole = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    return _REFERENCE.sub(lambda found: _known(stack, found[1]), whole)


def _statement(one: dict[str, Any]) -> dict[str, Any]:
    conditions: dict[str, dict[str, Any]] = {}
    for condition in one.get("condition", []):
        conditions.setdefault(condition["test"], {})[condition["variable"]] = _single(condition["values"])
    parts = {"Sid": one["sid"], "Effect": one.get("effect", "Allow"), "Action": _single(one["actions"])}
    return parts | {"Resource": _single(one["resources"])} | ({"Condition": conditions} if conditions else {})


def _single(values: list[str]) -> Any:
    """The provider writes one value without brackets."""
    return values[0] if len(values) == 1 else values


def _known(stack: Stack, expression: str) -> str:
    found = _ADDRESS.search(expression)
    if not found:
        return UNKNOWN
    kind, attribute = found.groups()
    if attribute == "account_id":
        return ACCOUNT
    if kind == "aws_network_acl":
        return "acl-0123456789abcdef0"
    if attribute in {"key_id", "id"}:
        return ID
    if attribute == "arn" and kind in ARNS:
        body = stack.at(f"${{{found[0]}}}").body
        name = next((body[key] for key in ("name", "bucket", "function_name") if key in body), "")
        name = _REFERENCE.sub(ACCOUNT, name)
        return f"arn:aws:{ARNS[kind].format(region=REGION, account=ACCOUNT, name=name)}"
    return UNKNOWN
