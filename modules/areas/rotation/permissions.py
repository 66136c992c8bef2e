"""What the function's role may do besides reporting, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Statement, is_given, string_equals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.keys.key import Key

#: What Lambda does about the interfaces that a function in a VPC has.
INTERFACES = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]


def rotation_statements(secret_arns: Sequence[str], key: Key) -> list[Statement]:
    """Do the four steps on some secrets, and on no other.

    Parameters
    ----------
    secret_arns
        ARNs of the copies in the function's region.
    key
        The key that they are encrypted with.

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
        # It is about no secret, and takes no ARN.
        Statement(sid="DrawPasswords", actions=["secretsmanager:GetRandomPassword"], resources=["*"]),
        key.use_statement(
            "UseTheSecretsKey",
            service="secretsmanager",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            context=string_equals("kms:EncryptionContext:SecretARN", *secret_arns),
        ),
    ]


def network_interface_statements() -> list[Statement]:
    """Let Lambda connect the function to subnets; the function's own code may not.

    Before it makes a function Lambda looks whether the role has these actions, and names no interface, subnet or group
    when it asks: a statement that is narrowed to some of them does not count, and the function is refused ("The
    provided execution role does not have permissions to call DeleteNetworkInterface on EC2"). So they are allowed
    without resources or conditions, as AWS's own ``AWSLambdaVPCAccessExecutionRole`` has them, and taken away from what
    the code sends: only such requests say which function they come from.

    See https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions,
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice-security and
    https://github.com/hashicorp/terraform-provider-aws/issues/20698
    """
    return [
        Statement(sid="LambdaKeepsInterfaces", actions=INTERFACES, resources=["*"]),
        Statement(
            sid="FunctionCodeDoesNot",
            effect="Deny",
            actions=[*INTERFACES, "ec2:DetachNetworkInterface"],
            resources=["*"],
            condition=[is_given("lambda:SourceFunctionArn")],
        ),
    ]
