"""Permissions of the rotation function's role, besides those for logs, traces and the dead-letter queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Statement, is_present, string_equals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.keys.key import Key

#: Actions of Lambda on the network interfaces of a function in a VPC.
INTERFACE_ACTIONS = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]


def rotation_statements(secret_arns: Sequence[str], key: Key) -> list[Statement]:
    """Statements for the four steps of rotation, on the given secrets only.

    Parameters
    ----------
    secret_arns
        ARNs of the secrets or replicas in the function's region.
    key
        The key that encrypts them.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
    """
    return [
        Statement(
            sid="RotateTheSecrets",
            actions=[
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:ListSecretVersionIds",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            resources=list(secret_arns),
        ),
        # This action does not support resource-level permissions.
        Statement(sid="DrawPasswords", actions=["secretsmanager:GetRandomPassword"], resources=["*"]),
        key.use_statement(
            "UseTheSecretsKey",
            service="secretsmanager",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            context=string_equals("kms:EncryptionContext:SecretARN", *secret_arns),
        ),
    ]


def network_interface_statements() -> list[Statement]:
    """Statements that allow Lambda to connect the function to subnets, and deny the same to the function's code.

    Before Lambda creates a function, it checks that the role has these actions on all resources. If a statement is
    limited to some interfaces, subnets or security groups, Lambda refuses the function ("The provided execution role
    does not have permissions to call DeleteNetworkInterface on EC2"). So the first statement has no limits, like AWS's
    own ``AWSLambdaVPCAccessExecutionRole``. The second denies the actions to requests of the function's code: only they
    have ``lambda:SourceFunctionArn``.

    See https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions,
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice-security and
    https://github.com/hashicorp/terraform-provider-aws/issues/20698
    """
    return [
        Statement(sid="LambdaKeepsInterfaces", actions=INTERFACE_ACTIONS, resources=["*"]),
        Statement(
            sid="FunctionCodeDoesNot",
            effect="Deny",
            actions=[*INTERFACE_ACTIONS, "ec2:DetachNetworkInterface"],
            resources=["*"],
            condition=[is_present("lambda:SourceFunctionArn")],
        ),
    ]
