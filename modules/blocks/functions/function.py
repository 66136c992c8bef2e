"""Lambda functions, with all that each of them has around it."""

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

#: From 3.13 on Python refuses certificates that break RFC 5280 in form, and AWS does not promise that those of RDS
#: servers never do. All functions run with one version.
PYTHON = "python3.12"


class Function(Construct):
    """What surrounds a function of one region, and, once it is defined, the function.

    Its environment is encrypted, its logs go to an encrypted group, its calls are traced, and those that fail three
    times end in a queue.

    Parameters
    ----------
    region
        The region.
    keys
        The region's keys.
    identifier
        What the names say of it.

    Attributes
    ----------
    region
        What it was made with.
    dead_letters
        The queue.
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
            What it runs.
        permissions
            By spec, what its role may do besides reporting.
        environment
            Its variables, at least one: without any AWS forgets the key.
        timeout
            Seconds that a call may take.
        memory_size
            MiB; processors come with memory.
        concurrency
            Calls at a time that the account keeps free for it, and that it cannot exceed. With ``None`` it shares what
            the account has: a new account often has no more than what Lambda refuses to let anyone reserve
            (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
        network
            The subnets that it runs in. None by default: it reaches public endpoints of AWS and nothing else of ours.
        """
        policies = [self._role.allow(spec, statements) for spec, statements in permissions.items()]
        policies.append(self._role.allow("reports", [*self._report(), *self.dead_letters.send_statements()]))
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
            lifecycle=TerraformResourceLifecycle(postcondition=[_runs_our_code(self.region, name, code)]),
            # Lambda refuses a function whose role cannot make interfaces or send to the queue.
            depends_on=policies,
        )

    def _report(self) -> list[Statement]:
        """Write to its log group, and send traces.

        See https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
        """
        return [
            Statement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{self.log_group.arn}:*"],
            ),
            # X-Ray has no ARN for traces.
            Statement(sid="SendTraces", actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"]),
        ]


def _runs_our_code(region: Region, name: str, code: FunctionCode) -> Postcondition:
    """What Lambda runs is what the state says was deployed: nobody has put other code in its place.

    ``source_code_hash`` is what Terraform was told and is never read from AWS, so by itself other code is no change to
    a plan. A plan that puts code there itself does not know ``last_modified``, nor therefore this condition, which is
    then looked at after the apply: its ``code_sha256`` is still that of the old code, and alone would have every new
    version refused.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/lambda_function#code_sha256-1 and
    https://developer.hashicorp.com/terraform/language/expressions/custom-conditions#preconditions-and-postconditions
    """
    return Postcondition(
        condition='${self.last_modified == "" || self.code_sha256 == self.source_code_hash}',
        error_message=f"{name} runs code that was not deployed from here. Keep what it runs as evidence, find out who "
        "called UpdateFunctionCode, and put ours back: aws lambda update-function-code --region "
        f"{region.name} --function-name {name} --zip-file fileb://cdktf.out/stacks/platform/{code.path}",
    )
