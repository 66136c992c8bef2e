"""Policy documents, as data sources of Terraform, so that the plan and the policy gate can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals,
)
from constructs import Construct

from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.core.region import Region

Statement = DataAwsIamPolicyDocumentStatement
Condition = DataAwsIamPolicyDocumentStatementCondition
Principals = DataAwsIamPolicyDocumentStatementPrincipals

EVERYONE = Principals(type="*", identifiers=["*"])


class PolicyDocument(Construct):
    """A policy document. Other resources use its ``json``.

    Parameters
    ----------
    region
        The region whose provider renders it.
    statements
        The statements, in order.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/iam_policy_document
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, statements: Sequence[Statement]) -> None:
        super().__init__(scope, id_)
        document = DataAwsIamPolicyDocument(self, "Resource", provider=region.provider, statement=list(statements))
        self.json = document.json


def service(*names: str) -> Principals:
    """The AWS services ``names``, such as ``vpc-flow-logs``, as a principal."""
    return Principals(type="Service", identifiers=[f"{name}.amazonaws.com" for name in names])


def account(region: Region) -> Principals:
    """The account root as a principal. It stands for all principals that the account's IAM policies allow."""
    return Principals(type="AWS", identifiers=[f"arn:{PARTITION}:iam::{region.account_id}:root"])


def string_equals(variable: str, *values: str) -> Condition:
    """Condition that ``variable`` is one of ``values``."""
    return Condition(test="StringEquals", variable=variable, values=list(values))


def string_like(variable: str, *values: str) -> Condition:
    """Condition that ``variable`` matches one of ``values``, where ``*`` matches anything."""
    return Condition(test="StringLike", variable=variable, values=list(values))


def arn_like(variable: str, *values: str) -> Condition:
    """Condition that the ARN ``variable`` matches one of ``values``, where ``*`` matches anything."""
    return Condition(test="ArnLike", variable=variable, values=list(values))


def arn_not_like(variable: str, *values: str) -> Condition:
    """Condition that the ARN ``variable`` matches none of ``values``, where ``*`` matches anything."""
    return Condition(test="ArnNotLike", variable=variable, values=list(values))


def is_true(variable: str, *, wanted: bool) -> Condition:
    """Condition that the request has ``variable`` and that it is ``wanted``."""
    return Condition(test="Bool", variable=variable, values=[str(wanted).lower()])


def is_present(variable: str) -> Condition:
    """Condition that the request has ``variable``."""
    return Condition(test="Null", variable=variable, values=["false"])


def deny_plain_http(action: str, resource: str) -> Statement:
    """Statement of a resource policy that denies every request without TLS."""
    return Statement(
        sid="DenyPlainHttp",
        effect="Deny",
        actions=[action],
        resources=[resource],
        principals=[EVERYONE],
        condition=[is_true("aws:SecureTransport", wanted=False)],
    )


def deny_other_accounts(region: Region, *actions: str) -> Statement:
    """Statement of a resource policy that denies the actions to principals of other accounts.

    It does not apply to AWS services: a service that acts for this account, such as the replication of secrets, has no
    account of its own. The resource is ``*``, because AWS copies the policy of a secret to its replicas, which have
    other ARNs.
    """
    return Statement(
        sid="DenyOtherAccounts",
        effect="Deny",
        actions=list(actions),
        resources=["*"],
        principals=[EVERYONE],
        condition=[
            Condition(test="StringNotEquals", variable="aws:PrincipalAccount", values=[region.account_id]),
            is_true("aws:PrincipalIsAWSService", wanted=False),
        ],
    )
