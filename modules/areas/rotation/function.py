"""The Lambda function that rotates the passwords of the database users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.lambda_function import LambdaFunctionVpcConfig
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission

from modules.areas.rotation.permissions import network_interface_statements, rotation_statements
from modules.areas.rotation.security_group import RotationSecurityGroup
from modules.areas.secrets.database import PASSWORD_LENGTH
from modules.blocks.functions.function import Function
from modules.blocks.identity.role import role_arn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct

    from modules.areas.network.network import Network
    from modules.areas.rotation.code import RotationCode
    from modules.areas.secrets.application import ApplicationSecret
    from modules.areas.secrets.database import DatabaseSecret
    from modules.blocks.keys.keys import Keys
    from modules.core.region import Region

IDENTIFIER = "rotation"
#: A rotation step makes a few calls and logins, each with a timeout of 5 seconds.
TIMEOUT_SECONDS = 60
#: CPU grows with memory. With less, loading boto3 and computing the SCRAM verifier take most of the time.
MEMORY_MEGABYTES = 256


class RotationFunction(Function):
    """The rotation function of one region, in its private subnets.

    Only Secrets Manager may invoke it, for the secrets or replicas in its region.

    Parameters
    ----------
    network
        The network that it runs in. Its region is the function's.
    keys
        The region's keys.
    secret
        The secret of the master user.
    application
        The secret of the application, whose database users it creates.
    code
        Its code.
    databases
        The regions whose database subnets it connects to.

    Attributes
    ----------
    security_group
        The function's security group, which a database must allow.
    permissions
        The permission of Secrets Manager to invoke it, for each secret.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: Network,
        keys: Keys,
        secret: DatabaseSecret,
        application: ApplicationSecret,
        code: RotationCode,
        databases: Iterable[Region],
    ) -> None:
        region = network.region
        super().__init__(scope, id_, region=region, keys=keys, identifier=IDENTIFIER)
        arns = [rotated.arn_in(region.name) for rotated in (secret, application)]
        self.security_group = RotationSecurityGroup(self, "security-group", network=network, databases=databases)
        self._define(
            description="Changes the passwords of the PostgreSQL database for Secrets Manager",
            code=code,
            permissions={
                "secret": rotation_statements(arns, keys.secrets),
                "network": network_interface_statements(),
            },
            environment={
                "PASSWORD_LENGTH": str(PASSWORD_LENGTH),
                "APPLICATION_AUTHENTICATION": region.settings.database.application.authentication,
            },
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MEGABYTES,
            concurrency=region.settings.database.rotation.reserved_concurrency,
            network=LambdaFunctionVpcConfig(
                subnet_ids=network.private.subnet_ids, security_group_ids=[self.security_group.id]
            ),
        )
        names = [("permission", "SecretsManager"), ("application-permission", "SecretsManagerForTheApplication")]
        self.permissions = [
            LambdaPermission(
                self,
                id_,
                provider=region.provider,
                statement_id=statement,
                action="lambda:InvokeFunction",
                function_name=self.resource.function_name,
                principal="secretsmanager.amazonaws.com",
                source_account=region.account_id,
                source_arn=arn,
            )
            for (id_, statement), arn in zip(names, arns, strict=True)
        ]


def rotation_role_arn(region: Region) -> str:
    """ARN of the role of the region's function, for policies that name it before it exists."""
    return role_arn(region, IDENTIFIER)
