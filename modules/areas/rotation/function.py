"""The function that rotates the passwords of the database's users."""

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
#: A step makes a handful of calls and logins, each of which gives up after 5 seconds.
TIMEOUT_SECONDS = 60
#: Processors come with memory; with less, loading boto3 and deriving the password's verifier take most of the time.
MEMORY_MEGABYTES = 256


class RotationFunction(Function):
    """The Lambda function of one region, in its private subnets, with all that it needs to run.

    It runs for Secrets Manager alone, for the copies of the secrets in its region.

    Parameters
    ----------
    network
        The network that it runs in; its region is the function's.
    keys
        The region's keys.
    secret
        The secret of the master user.
    application
        The secret of the application, whose users it makes.
    code
        What it runs.
    databases
        The regions whose database subnets it reaches.

    Attributes
    ----------
    security_group
        What a database has to admit.
    permissions
        What lets Secrets Manager call it, for each secret.

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
        arns = [one.arn_in(region.name) for one in (secret, application)]
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
                own,
                provider=region.provider,
                statement_id=statement,
                action="lambda:InvokeFunction",
                function_name=self.resource.function_name,
                principal="secretsmanager.amazonaws.com",
                source_account=region.account_id,
                source_arn=arn,
            )
            for (own, statement), arn in zip(names, arns, strict=True)
        ]


def rotation_role_arn(region: Region) -> str:
    """ARN of the role of the region's function, for what has to name it before it is there."""
    return role_arn(region, IDENTIFIER)
