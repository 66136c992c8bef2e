"""What the function's role may do besides reporting, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.identity.policy import Statement, is_not_given, string_equals

if TYPE_CHECKING:
    from modules.database.rotation.security_group import RotationSecurityGroup
    from modules.keys.key import Key
    from modules.network.subnets import SubnetTier
    from modules.region import Region


def rotate(region: Region, secret_arn: str, key: Key) -> list[Statement]:
    """Do the four steps on one secret, and on no other.

    Parameters
    ----------
    region
        The region of the function, and of the copy of the secret that it rotates.
    secret_arn
        ARN of that copy.
    key
        The key that it is encrypted with.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
    """
    return [
        Statement(
            sid="RotateTheSecret",
            actions=[
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:ListSecretVersionIds",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            resources=[secret_arn],
        ),
        # It is about no secret, and takes no ARN.
        Statement(sid="DrawPasswords", actions=["secretsmanager:GetRandomPassword"], resources=["*"]),
        Statement(
            sid="UseTheSecretsKey",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key.arn],
            condition=[
                string_equals("kms:ViaService", f"secretsmanager.{region.name}.amazonaws.com"),
                string_equals("kms:EncryptionContext:SecretARN", secret_arn),
            ],
        ),
    ]


def run_in(private: SubnetTier, security_group: RotationSecurityGroup, region: Region) -> list[Statement]:
    """Let Lambda connect the function to these subnets, with this security group; the function's own code may not.

    Lambda says which function a request comes from only where the function's code sends it.

    See https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions and
    https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
    """
    interfaces = region.arn("ec2", "network-interface/*")
    by_lambda_itself = [is_not_given("lambda:SourceFunctionArn")]
    return [
        Statement(
            sid="MakeInterfaces",
            actions=["ec2:CreateNetworkInterface"],
            resources=[interfaces, security_group.arn, *(subnet.arn for subnet in private.subnets.values())],
            condition=by_lambda_itself,
        ),
        Statement(
            sid="KeepInterfaces",
            actions=[
                "ec2:AssignPrivateIpAddresses",
                "ec2:DeleteNetworkInterface",
                "ec2:UnassignPrivateIpAddresses",
            ],
            # AWS gives interfaces their ids, and none of its keys tells Lambda's from others.
            resources=[interfaces],
            condition=by_lambda_itself,
        ),
        Statement(
            sid="SeeInterfaces",
            actions=["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
            resources=["*"],
            condition=by_lambda_itself,
        ),
    ]
