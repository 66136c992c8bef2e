"""The function that rotates the database's password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
    LambdaFunctionVpcConfig,
)
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from modules.database.rotation.dead_letters import DeadLetters
from modules.database.rotation.permissions import report, rotate, run_in
from modules.database.rotation.security_group import RotationSecurityGroup
from modules.identity.role import FunctionRole
from modules.secrets.database import PASSWORD_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modules.database.rotation.code import RotationCode
    from modules.keys.keys import Keys
    from modules.network.network import Network
    from modules.region import Region
    from modules.secrets.database import DatabaseSecret

IDENTIFIER = "rotation"
#: From 3.13 on Python refuses certificates that break RFC 5280 in form, and AWS does not promise that those of RDS
#: servers never do.
PYTHON = "python3.12"
#: A step makes a handful of calls and logins, each of which gives up after 5 seconds.
TIMEOUT_SECONDS = 60
#: Processors come with memory; with less, loading boto3 and deriving the password's verifier take most of the time.
MEMORY_MEGABYTES = 256


class RotationFunction(Construct):
    """The Lambda function of one region, in its private subnets, with all that it needs to run.

    It runs for Secrets Manager alone, for the copy of the secret in its region. Its environment is encrypted,
    its logs go to an encrypted group, its calls are traced, and those that fail three times end in a queue.

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
    resource
        The function.
    security_group
        What a database has to admit.
    dead_letters
        The queue.
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
        super().__init__(scope, id_)
        region, settings = network.region, network.region.settings
        secret_arn = secret.arn_in(region.name)
        self.security_group = RotationSecurityGroup(self, "security-group", network=network, databases=databases)
        self.dead_letters = DeadLetters(self, "dead-letters", region=region, identifier=IDENTIFIER, key=keys.functions)
        self.log_group = log_group = CloudwatchLogGroup(
            self,
            "log-group",
            provider=region.provider,
            name=region.names.of("logs", IDENTIFIER),
            retention_in_days=settings.logs.retention_days,
            kms_key_id=keys.logs.arn,
        )
        role = FunctionRole(self, "role", region=region, identifier=IDENTIFIER)
        policies = [
            role.allow("secret", rotate(region, secret_arn, keys.secrets)),
            role.allow("network", run_in(network.private, self.security_group, region)),
            role.allow("reports", [*report(log_group), *self.dead_letters.send()]),
        ]
        name = region.names.of("lambda", IDENTIFIER)
        self.resource = LambdaFunction(
            self,
            "Resource",
            provider=region.provider,
            function_name=name,
            description="Changes the password of the PostgreSQL database for Secrets Manager",
            role=role.arn,
            runtime=PYTHON,
            architectures=["arm64"],
            handler=code.handler,
            filename=code.path,
            source_code_hash=code.hash,
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MEGABYTES,
            reserved_concurrent_executions=settings.database.rotation.reserved_concurrency,
            kms_key_arn=keys.functions.arn,
            environment=LambdaFunctionEnvironment(variables={"PASSWORD_LENGTH": str(PASSWORD_LENGTH)}),
            vpc_config=LambdaFunctionVpcConfig(
                subnet_ids=network.private.subnet_ids, security_group_ids=[self.security_group.id]
            ),
            dead_letter_config=LambdaFunctionDeadLetterConfig(target_arn=self.dead_letters.arn),
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            logging_config=LambdaFunctionLoggingConfig(
                log_format="JSON",
                log_group=log_group.name,
                application_log_level="INFO",
                system_log_level="INFO",
            ),
            tags={"Name": name},
            # Lambda refuses a function whose role cannot make interfaces or send to the queue.
            depends_on=policies,
        )
        self.arn = self.resource.arn
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
