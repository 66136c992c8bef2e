"""Asynchronous invocations: nobody waits for them, a failed one is tried again, and what fails for good is put aside.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
"""

import json
from threading import Thread
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from tools.emulator.functions.invoking import invoke
from tools.emulator.functions.process import Outcome
from tools.emulator.lock import LOCK

#: How often it is tried again. Lambda waits a minute before the first of them, and two before the second.
RETRIES = 2
#: Of a function that has failed, and not of Lambda.
ERROR_CODE = "200"


def invoke_later(function: LambdaFunction, event: Any, *, arn: str) -> None:  # noqa: ANN401 - any JSON
    """Run a function on a thread of its own.

    Parameters
    ----------
    function : LambdaFunction
        The function.
    event : object
        What its handler gets.
    arn : str
        The ARN by which it is invoked.
    """
    Thread(target=_work, args=(function, event, arn), daemon=True).start()


def _work(function: LambdaFunction, event: Any, arn: str) -> None:  # noqa: ANN401 - any JSON
    for _ in range(1 + _retries(function)):
        outcome, _ = invoke(function, event, arn=arn)
        if not outcome.failed:
            return
    with LOCK:
        _put_aside(function, event, outcome)


def _retries(function: LambdaFunction) -> int:
    if not function.event_invoke_config:
        return RETRIES
    return int(function.event_invoke_config[-1].config.get("MaximumRetryAttempts", RETRIES))


def _put_aside(function: LambdaFunction, event: Any, outcome: Outcome) -> None:  # noqa: ANN401 - any JSON
    """Send the event to the function's dead letter queue or topic, if it has one.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
    """
    target = function.get_configuration().get("DeadLetterConfig", {}).get("TargetArn")
    if not target:
        return
    _, _, service, region, account_id, name = target.split(":", 5)
    told = {"ErrorCode": ("Number", ERROR_CODE), "ErrorMessage": ("String", outcome.answer["errorMessage"][:1024])}
    attributes = {
        key: {"data_type": kind, "DataType": kind, "string_value": value, "StringValue": value}
        for key, (kind, value) in told.items()
        if value
    }
    body = json.dumps(event)
    if service == "sqs" and name in sqs_backends[account_id][region].queues:
        sqs_backends[account_id][region].send_message(name, body, message_attributes=attributes)
    elif service == "sns" and target in sns_backends[account_id][region].topics:
        sns_backends[account_id][region].publish(body, arn=target)
