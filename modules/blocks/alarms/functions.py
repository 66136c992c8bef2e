"""Alarms of a Lambda function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Op, Token

from modules.blocks.alarms.alarm import Concern, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
    from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.blocks.alarms.alarm import Severity
    from modules.core.region import Region


class FunctionAlarms(Tier):
    """Runs that failed, were turned away or came near their timeout, and what lies in the dead letter queue.

    Parameters
    ----------
    region
        The region, with ``alarms`` of the settings.
    alerts
        The region's topics.
    title
        Words for the function, joined by hyphens, such as ``rotation``; they open the alarms' identifiers.
    function
        The function.
    dead_letters
        Its dead letter queue.
    loss
        How urgent it is when there is something that it could not do. ``ticket`` by default.

    See https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: Alerts,
        title: str,
        function: LambdaFunction,
        dead_letters: SqsQueue,
        loss: Severity = "ticket",
    ) -> None:
        def metric(name: str, statistic: str = "Sum") -> Metric:
            return Metric(
                namespace="AWS/Lambda",
                name=name,
                dimensions={"FunctionName": function.function_name},
                statistic=statistic,
            )

        concerns = {
            "errors": Concern(
                measure=metric("Errors"),
                threshold=0,
                periods=1,
                # A function that does not run publishes nothing.
                missing="notBreaching",
                severity="ticket",
                meaning=f"The {title} function failed. Its log group says why.",
            ),
            "throttles": Concern(
                measure=metric("Throttles"),
                threshold=0,
                missing="notBreaching",
                severity="ticket",
                meaning=f"Runs of the {title} function are turned away: too few may run at a time.",
            ),
            "duration": Concern(
                measure=metric("Duration", "Maximum"),
                # In milliseconds, of a timeout in seconds.
                threshold=Token.as_number(
                    Op.mul(function.timeout, region.settings.alarms.function_duration_percent * 10)
                ),
                periods=1,
                missing="notBreaching",
                severity="ticket",
                meaning=f"The {title} function came near its timeout. Find what it waits for, or give it longer.",
            ),
            "dead-letters": Concern(
                measure=Metric(
                    namespace="AWS/SQS",
                    name="ApproximateNumberOfMessagesVisible",
                    dimensions={"QueueName": dead_letters.name},
                    statistic="Maximum",
                ),
                threshold=0,
                periods=1,
                missing="notBreaching",
                severity=loss,
                meaning=f"What the {title} function could not do lies in its dead letter queue. Do it, then purge.",
            ),
        }
        super().__init__(scope, id_, region=region, alerts=alerts, title=title, concerns=concerns)
