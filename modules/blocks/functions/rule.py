"""EventBridge rules that invoke functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTargetRetryPolicy

    from modules.blocks.functions.function import Function


def invoke_by_rule(
    function: Function,
    *,
    identifier: str,
    description: str,
    pattern: Mapping[str, Any] | None = None,
    schedule: str | None = None,
    payload: Mapping[str, Any] | None = None,
    retries: CloudwatchEventTargetRetryPolicy | None = None,
) -> None:
    """Have a rule invoke a function, which it may.

    Parameters
    ----------
    function
        The function; it has no other rule.
    identifier
        The part of the rule's name that tells it from other rules.
    description
        When it invokes the function.
    pattern
        The events that invoke it. By default none do.
    schedule
        When it is invoked besides, such as ``rate(1 minute)``. By default never; AWS takes no rule without either.
    payload
        What the function is given. By default the event.
    retries
        How often and how long EventBridge tries. By default for 24 hours and up to 185 times.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
    """
    region = function.region
    name = region.names.of("events", identifier)
    rule = CloudwatchEventRule(
        function,
        "rule",
        provider=region.provider,
        name=name,
        description=description,
        event_pattern=json.dumps(pattern) if pattern else None,
        schedule_expression=schedule,
        # Explicit, so that the next plan shows a rule that somebody has disabled.
        state="ENABLED",
        tags={"Name": name},
    )
    permission = LambdaPermission(
        function,
        "permission",
        provider=region.provider,
        statement_id="events",
        action="lambda:InvokeFunction",
        function_name=function.resource.function_name,
        principal="events.amazonaws.com",
        source_arn=rule.arn,
    )
    CloudwatchEventTarget(
        function,
        "target",
        provider=region.provider,
        rule=rule.name,
        arn=function.arn,
        input=json.dumps(payload) if payload else None,
        retry_policy=retries,
        depends_on=[permission],
    )
