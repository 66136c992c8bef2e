"""The state machine that calls the function until a failover has ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cdktf_cdktf_provider_aws.sfn_state_machine import (
    SfnStateMachine,
    SfnStateMachineLoggingConfiguration,
    SfnStateMachineTracingConfiguration,
)
from constructs import Construct

from modules.areas.failover.description import IDENTIFIER
from modules.areas.failover.runtime.names import REFUSED_ERROR
from modules.blocks.identity.policy import Statement, arn_like
from modules.blocks.identity.role import ServiceRole
from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from modules.areas.failover.functions import ActFunction
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: CloudWatch Logs lets services write to all groups below it, by one entry of its resource policy, which has a limit.
#: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
LOG_PREFIX = "/aws/vendedlogs/states/"
#: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
LOG_ACTIONS = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
]
TRACE_ACTIONS = [
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]


class Machine(Construct):
    """Five states that know nothing of failovers: call the function, and wait or end as it says.

    All state is in the journal, so any execution may be stopped, repeated or doubled. The name of its input's
    ``id`` tells one failover from another. It is encrypted by a key of Step Functions: its input names two regions and
    people, and one key less can be in the way.

    Parameters
    ----------
    region
        The region.
    function
        The function that does a step.
    logs_key
        The key that its log is encrypted with.

    Attributes
    ----------
    resource
        The state machine.

    See https://docs.aws.amazon.com/step-functions/latest/dg/concepts-standard-vs-express.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, function: ActFunction, logs_key: Key) -> None:
        super().__init__(scope, id_)
        name = region.names.of("states", IDENTIFIER)
        group = log_group(
            self,
            "log-group",
            region=region,
            name=f"{LOG_PREFIX}{region.names.of('logs', f'{IDENTIFIER}-machine')}",
            key=logs_key,
        )
        role = ServiceRole(
            self,
            "role",
            region=region,
            identifier=f"{IDENTIFIER}-machine",
            trusted_service="states",
            statements=[
                Statement(sid="DoSteps", actions=["lambda:InvokeFunction"], resources=[function.arn]),
                # These actions do not support resource-level permissions.
                Statement(sid="DeliverLogs", actions=LOG_ACTIONS, resources=["*"]),
                Statement(sid="SendTraces", actions=TRACE_ACTIONS, resources=["*"]),
            ],
            trust_conditions=[arn_like("aws:SourceArn", region.arn("states", f"stateMachine:{name}"))],
        )
        self.resource = SfnStateMachine(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            type="STANDARD",
            role_arn=role.arn,
            definition=json.dumps(definition(function.arn)),
            logging_configuration=SfnStateMachineLoggingConfiguration(
                level="ALL", include_execution_data=True, log_destination=f"{group.arn}:*"
            ),
            tracing_configuration=SfnStateMachineTracingConfiguration(enabled=True),
            tags={"Name": name},
            # Step Functions refuses a role that cannot deliver logs.
            depends_on=[role.policy],
        )


def definition(function: str) -> dict[str, Any]:
    """The states, in the Amazon States Language.

    Parameters
    ----------
    function
        ARN of the function.

    See https://states-language.net/spec.html
    """
    said = "$.said.answer"
    return {
        "Comment": "Calls the function until the failover has ended. All state is in the journal.",
        "StartAt": "Advance",
        "States": {
            "Advance": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": function, "Payload.$": "$.request"},
                "ResultSelector": {"answer.$": "$.Payload"},
                "ResultPath": "$.said",
                "TimeoutSeconds": 310,
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 2.0}],
                "Next": "Next",
            },
            "Next": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": f"{said}.next", "StringEquals": "advance", "Next": "Advance"},
                    {"Variable": f"{said}.next", "StringEquals": "wait", "Next": "Wait"},
                    {"Variable": f"{said}.state", "StringEquals": "done", "Next": "Done"},
                ],
                "Default": "Refused",
            },
            "Wait": {"Type": "Wait", "SecondsPath": f"{said}.seconds", "Next": "Advance"},
            "Done": {"Type": "Succeed", "InputPath": said},
            "Refused": {"Type": "Fail", "Error": REFUSED_ERROR, "CausePath": f"{said}.why"},
        },
    }
