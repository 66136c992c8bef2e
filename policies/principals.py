"""What a statement of a resource policy must say of everyone, and of an AWS service, that it lets in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from policies.statements import Condition, Statement

TRUST = frozenset({"aws_iam_role"})
BUCKET = frozenset({"aws_s3_bucket", "aws_s3_bucket_policy"})
TOPIC = frozenset({"aws_sns_topic", "aws_sns_topic_policy"})
ENDPOINT = frozenset({"aws_vpc_endpoint"})

#: Keys that say who calls, or through what network. All but the last two are keys by which S3, too, tells a policy that
#: is public from one that is not.
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
CALLER_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "kms:calleraccount",
    }
)
#: Keys by which a service says for whom it calls.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
SOURCE_KEYS = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
#: Services that name in it the resource for which they use a key, an ARN of somebody's account.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
#: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
ENCRYPTION_CONTEXT = "kms:encryptioncontext:"
# Others hold for a request that lacks the key, or only shut somebody out.
NARROWING = frozenset({"arnequals", "arnlike", "stringequals", "stringequalsignorecase", "stringlike"})
REFUSING = frozenset({"arnnotequals", "arnnotlike", "stringnotequals", "stringnotlike"})

#: What AWS sends no source for: service, action, and the resources whose policies may therefore do without. A role that
#: a service takes on is one of the service's own account: whoever hands it over needs `iam:PassRole` on it.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
WITHOUT_SOURCE = {
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
    ("ec2.amazonaws.com", "sts:AssumeRole"): TRUST,
    # https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    ("lambda.amazonaws.com", "sts:AssumeRole"): TRUST,
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
    ("backup.amazonaws.com", "sts:AssumeRole"): TRUST,
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
    ("cloudtrail.amazonaws.com", "sts:AssumeRole"): TRUST,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    ("s3.amazonaws.com", "sts:AssumeRole"): TRUST,
    # https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-iam-policies.html
    ("chatbot.amazonaws.com", "sts:AssumeRole"): TRUST,
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    ("events.amazonaws.com", "sns:Publish"): TOPIC,
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    ("logdelivery.elasticloadbalancing.amazonaws.com", "s3:PutObject"): BUCKET,
}
# The path that a load balancer writes to holds the id of its account, so an account in it is as good as a condition.
ACCOUNT_IN_PATH = re.compile(r"/AWSLogs/[^/*?]+/")
BUCKET_IN_FULL = re.compile(r"arn:[^:]+:s3:::[^/*?]+/")
REFERENCE = re.compile(r"\$\{[^}]*\}")


def lets_in_strangers(statement: Statement, *, kinds: Collection[str]) -> bool:
    """Tell whether a statement lets in everyone, without a condition that says who they have to be.

    Parameters
    ----------
    statement
        The statement.
    kinds
        Types of the resources that have the policy. An endpoint may let everyone read objects of buckets that it
        names in full: packages and agents are fetched without credentials, and nothing leaves by it.
    """
    if not statement.allows or not statement.everyone or any(map(_names_caller, statement.conditions)):
        return False
    return not (
        _within(kinds, ENDPOINT)
        and set(statement.actions) == {"s3:GetObject"}
        and statement.resources
        and all(map(BUCKET_IN_FULL.match, map(_plain, statement.resources)))
    )


def lets_in_for_strangers(statement: Statement, *, kinds: Collection[str]) -> bool:
    """Tell whether a statement lets in a service for whomever it works, where AWS says for whom it does.

    Parameters
    ----------
    statement
        The statement.
    kinds
        Types of the resources that have the policy.
    """
    if not statement.allows or any(map(_names_source, statement.conditions)):
        return False
    return any(not _without_source(statement, service, kinds=kinds) for service in statement.services)


def refuses_everyone_else(statement: Statement) -> bool:
    """Tell whether a statement denies everything to all but the principals that it names."""
    return (
        not statement.allows
        and statement.everyone
        and bool({"s3:*", "*"} & set(statement.actions))
        and any(
            condition.test in REFUSING and condition.key == "aws:principalarn" and all(map(_names, condition.values))
            for condition in statement.conditions
        )
    )


def _names_caller(condition: Condition) -> bool:
    return condition.key in CALLER_KEYS and _narrows(condition)


def _names_source(condition: Condition) -> bool:
    if condition.key.startswith(ENCRYPTION_CONTEXT):
        return _narrows(condition) and all(value.startswith("arn:") for value in condition.values)
    return condition.key in SOURCE_KEYS and _narrows(condition)


def _narrows(condition: Condition) -> bool:
    return (
        condition.test.removeprefix("foranyvalue:") in NARROWING
        and bool(condition.values)
        and all(map(_names, condition.values))
    )


def _names(value: str) -> bool:
    """Tell whether a value names somebody; an ARN does by its account, or, where it has none, by its resource."""
    text = _plain(value)
    if not text.startswith("arn:"):
        return text[:1] not in ("", "*", "?")
    account, resource = [*text.split(":", 5), *("*",) * 5][4:6]
    return not set(account or resource) & {"*", "?"}


def _without_source(statement: Statement, service: str, *, kinds: Collection[str]) -> bool:
    allowed = [WITHOUT_SOURCE.get((service, action), frozenset()) for action in statement.actions]
    if not allowed or not all(_within(kinds, each) for each in allowed):
        return False
    return service != "logdelivery.elasticloadbalancing.amazonaws.com" or all(
        ACCOUNT_IN_PATH.search(_plain(resource)) for resource in statement.resources
    )


def _within(kinds: Collection[str], allowed: Collection[str]) -> bool:
    return bool(kinds) and set(kinds) <= set(allowed)


def _plain(text: str) -> str:
    """Put a word for each reference, in which the separators of ARNs may stand."""
    return REFERENCE.sub("reference", text)
