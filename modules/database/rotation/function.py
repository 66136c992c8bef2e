"""The function that rotates the database's password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.lambda_function import LambdaFunctionVpcConfig
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission

from modules.database.rotation.permissions import rotate, run_in_networks
from modules.database.rotation.security_group import RotationSecurityGroup
from modules.functions.function import Function
from modules.secrets.database import PASSWORD_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct

    from modules.database.rotation.code import RotationCode
    from modules.keys.keys import Keys
    from modules.network.network import Network
    from modules.region import Region
    from modules.secrets.database import DatabaseSecret

IDENTIFIER = "rotation"
#: A step makes a handful of calls and logins, each of which gives up after 5 seconds.
TIMEOUT_SECONDS = 60
#: Processors come with memory; with less, loading boto3 and deriving the password's verifier take most of the time.
MEMORY_MEGABYTES = 256


class RotationFunction(Function):
    """The Lambda function of one region, in its private subnets, with all that it needs to run.

    It runs for Secrets Manager alone, for the copy of the secret in its region.

    Parameters
    ----------
    network
        The network that it runs in; its region is the function's.
    keys
        The region's keys.
    secret
        The secret that it rotates.
    code
        What it runs.
    databases
        The regions whose database subnets it reaches.

    Attributes
    ----------
    security_group
        What a database has to admit.
    permission
        What lets Secrets Manager call it.

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
        code: RotationCode,
        databases: Iterable[Region],
    ) -> None:
        region = network.region
        super().__init__(scope, id_, region=region, keys=keys, identifier=IDENTIFIER)
        secret_arn = secret.arn_in(region.name)
        self.security_group = RotationSecurityGroup(self, "security-group", network=network, databases=databases)
        self._define(
            description="Changes the password of the PostgreSQL database for Secrets Manager",
            code=code,
            permissions={
                "secret": rotate(region, secret_arn, keys.secrets),
                "network": run_in_networks(),
            },
            environment={"PASSWORD_LENGTH": str(PASSWORD_LENGTH)},
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MEGABYTES,
            concurrency=region.settings.database.rotation.reserved_concurrency,
            network=LambdaFunctionVpcConfig(
                subnet_ids=network.private.subnet_ids, security_group_ids=[self.security_group.id]
            ),
        )
        self.permission = LambdaPermission(
            self,
            "permission",
            provider=region.provider,
            statement_id="SecretsManager",
            action="lambda:InvokeFunction",
            function_name=self.resource.function_name,
            principal="secretsmanager.amazonaws.com",
            source_account=region.account_id,
            source_arn=secret_arn,
        )
