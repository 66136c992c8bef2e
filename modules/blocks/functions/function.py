"""Lambda functions, with the resources that each of them needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
)
from constructs import Construct

from modules.blocks.functions.dead_letters import DeadLetters
from modules.blocks.identity.policy import Statement
from modules.blocks.identity.role import FunctionRole
from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdktf_cdktf_provider_aws.lambda_function import LambdaFunctionVpcConfig

    from modules.blocks.functions.code import FunctionCode
    from modules.blocks.keys.keys import Keys
    from modules.core.region import Region

#: The version of all functions. Python 3.13 and later reject certificates that violate the form of RFC 5280, and AWS
#: does not promise that the certificates of RDS follow it.
PYTHON = "python3.12"


class Function(Construct):
    """A function of one region, with its role, log group and dead-letter queue.

    Subclasses call ``_define`` to make the function itself. Its environment variables and its log group are encrypted,
    X-Ray traces its invocations, and asynchronous invocations that fail three times end in the dead-letter queue.

    Parameters
    ----------
    region
        The region.
    keys
        The region's keys.
    identifier
        The part of the names that tells it from other functions.

    Attributes
    ----------
    region
        What it was made with.
    dead_letters
        The dead-letter queue.
    log_group
        The log group.

    See https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
    """

    #: The function.
    resource: LambdaFunction

    def __init__(self, scope: Construct, id_: str, *, region: Region, keys: Keys, identifier: str) -> None:
        super().__init__(scope, id_)
        self.region, self._keys, self._identifier = region, keys, identifier
        self.dead_letters = DeadLetters(self, "dead-letters", region=region, identifier=identifier, key=keys.functions)
        self.log_group = log_group(
            self, "log-group", region=region, name=region.names.of("logs", identifier), key=keys.logs
        )
        self._role = FunctionRole(self, "role", region=region, identifier=identifier)

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self.resource.arn

    def _define(
        self,
        *,
        description: str,
        code: FunctionCode,
        permissions: Mapping[str, Sequence[Statement]],
        environment: Mapping[str, str],
        timeout: int,
        memory_size: int,
        concurrency: int | None = None,
        network: LambdaFunctionVpcConfig | None = None,
    ) -> None:
        """Make the function.

        Parameters
        ----------
        description
            What it does.
        code
            Its code.
        permissions
            Statements of its role by purpose, besides those for logs, traces and the dead-letter queue.
        environment
            Its environment variables, at least one: without any, AWS does not keep the key.
        timeout
            Timeout in seconds.
        memory_size
            Memory in MiB. CPU grows with memory.
        concurrency
            Reserved concurrency, which is also the function's limit. With ``None`` it shares the account's concurrency:
            a new account often has no more than the minimum that Lambda keeps unreserved
            (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
        network
            Its subnets and security groups. None by default: it then reaches public endpoints, and nothing in the VPCs.
        """
        policies = [self._role.allow(purpose, statements) for purpose, statements in permissions.items()]
        policies.append(
            self._role.allow("reports", [*self._log_and_trace_statements(), *self.dead_letters.send_statements()])
        )
        name = self.region.names.of("lambda", self._identifier)
        self.resource = LambdaFunction(
            self,
            "Resource",
            provider=self.region.provider,
            function_name=name,
            description=description,
            role=self._role.arn,
            runtime=PYTHON,
            architectures=["arm64"],
            handler=code.handler,
            filename=code.path,
            source_code_hash=code.hash,
            timeout=timeout,
            memory_size=memory_size,
            reserved_concurrent_executions=concurrency,
            kms_key_arn=self._keys.functions.arn,
            environment=LambdaFunctionEnvironment(variables=dict(environment)),
            vpc_config=network,
            dead_letter_config=LambdaFunctionDeadLetterConfig(target_arn=self.dead_letters.arn),
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            logging_config=LambdaFunctionLoggingConfig(
                log_format="JSON",
                log_group=self.log_group.name,
                application_log_level="INFO",
                system_log_level="INFO",
            ),
            tags={"Name": name},
            lifecycle=TerraformResourceLifecycle(postcondition=[_deployed_code_unchanged(self.region, name, code)]),
            # Lambda refuses a function whose role cannot create network interfaces or send to the queue.
            depends_on=policies,
        )

    def _log_and_trace_statements(self) -> list[Statement]:
        """Statements to write to its log group and to send traces.

        See https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
        """
        return [
            Statement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{self.log_group.arn}:*"],
            ),
            # These actions do not support resource-level permissions.
            Statement(sid="SendTraces", actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"]),
        ]


def _deployed_code_unchanged(region: Region, name: str, code: FunctionCode) -> Postcondition:
    """Postcondition that Lambda runs the code that Terraform deployed, and nobody has replaced it.

    Terraform never reads ``source_code_hash`` from AWS, so a plan alone does not show replaced code. A plan that
    deploys new code does not know ``last_modified``, so Terraform checks the condition only after the apply. A
    condition on ``code_sha256`` alone would fail in that plan, which still has the hash of the old code.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/lambda_function#code_sha256-1 and
    https://developer.hashicorp.com/terraform/language/expressions/custom-conditions#preconditions-and-postconditions
    """
    return Postcondition(
        condition='${self.last_modified == "" || self.code_sha256 == self.source_code_hash}',
        error_message=f"{name} runs code that was not deployed from here. Keep what it runs as evidence, find out who "
        "called UpdateFunctionCode, and put ours back: aws lambda update-function-code --region "
        f"{region.name} --function-name {name} --zip-file fileb://cdktf.out/stacks/platform/{code.path}",
    )
