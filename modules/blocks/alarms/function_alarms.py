"""Alarms on a Lambda function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Op, Token

from modules.blocks.alarms.alarm import AlarmSpec, Metric

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
    from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

    from modules.blocks.alarms.alarm import Severity
    from modules.settings.alarms import AlarmSettings


def function_alarms(
    *,
    thresholds: AlarmSettings,
    identifier: str,
    function: LambdaFunction,
    dead_letters: SqsQueue,
    dead_letters_severity: Severity = "ticket",
) -> dict[str, AlarmSpec]:
    """Errors, throttles, runs that come near the timeout, and messages in the dead-letter queue.

    Parameters
    ----------
    thresholds
        The settings ``alarms``.
    identifier
        Name of the function in the descriptions: words joined by hyphens, such as ``rotation``.
    function
        The function.
    dead_letters
        Its dead-letter queue.
    dead_letters_severity
        Severity of the alarm on messages in the dead-letter queue. ``ticket`` by default.

    See https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """

    def metric(name: str, statistic: str = "Sum") -> Metric:
        return Metric(
            namespace="AWS/Lambda",
            name=name,
            dimensions={"FunctionName": function.function_name},
            statistic=statistic,
        )

    return {
        "errors": AlarmSpec(
            metric=metric("Errors"),
            threshold=0,
            evaluation_periods=1,
            # A function that does not run publishes nothing.
            treat_missing_data="notBreaching",
            severity="ticket",
            description=f"The {identifier} function failed. Its log group says why.",
        ),
        "throttles": AlarmSpec(
            metric=metric("Throttles"),
            threshold=0,
            treat_missing_data="notBreaching",
            severity="ticket",
            description=f"Runs of the {identifier} function are turned away: too few may run at a time.",
        ),
        "duration": AlarmSpec(
            metric=metric("Duration", "Maximum"),
            # The metric is in milliseconds, the timeout in seconds.
            threshold=Token.as_number(Op.mul(function.timeout, thresholds.function_duration_percent * 10)),
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            severity="ticket",
            description=f"The {identifier} function came near its timeout. Find what it waits for, or give it longer.",
        ),
        "dead-letters": AlarmSpec(
            metric=Metric(
                namespace="AWS/SQS",
                name="ApproximateNumberOfMessagesVisible",
                dimensions={"QueueName": dead_letters.name},
                statistic="Maximum",
            ),
            threshold=0,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            severity=dead_letters_severity,
            description=f"What the {identifier} function could not do lies in its dead letter queue. "
            "Do it, then purge.",
        ),
    }
