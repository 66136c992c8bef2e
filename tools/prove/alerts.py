"""Topics reach those who listen, and alarms reach topics."""

import json
from typing import Any

from tools.prove.context import Context


def topic(context: Context) -> str:
    """A message of the topic for what can wait reaches a queue, through the topic's key."""
    arn = _topic(context)
    sqs, queue = _listen(context, arn)
    message = f"proof {context.mark}"
    context.client("sns", context.home).publish(TopicArn=arn, Message=message)
    context.until(lambda: _heard(sqs, queue, message), what="the message in the queue", minutes=5)
    return "a message came through the encrypted topic to a queue"


def alarm(context: Context) -> str:
    """An alarm that is set to ALARM by hand tells its topic."""
    arn = _topic(context)
    sqs, queue = _listen(context, arn)
    # One that silence takes back to OK, so that nothing stays of the trial.
    chosen = next(
        one
        for one in context.found("aws_cloudwatch_metric_alarm", context.home)
        if arn in one["alarm_actions"] and one["treat_missing_data"] == "notBreaching"
    )
    name = chosen["alarm_name"]
    context.client("cloudwatch", context.home).set_alarm_state(
        AlarmName=name, StateValue="ALARM", StateReason=f"proof {context.mark}"
    )
    context.until(lambda: _heard(sqs, queue, name), what=f"the message of {name}", minutes=5)
    return f"{name} told the topic"


def _topic(context: Context) -> str:
    return str(context.one("aws_sns_topic", context.home, holding="-ticket-")["arn"])


def _listen(context: Context, topic_arn: str) -> tuple[Any, str]:
    """Make a queue that listens to a topic until the end of the proof; once for a run."""
    sqs, sns = context.client("sqs", context.home), context.client("sns", context.home)
    name = f"prove-{context.mark}"
    url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
    if any(what == f"queue {name}" for what, _ in context.undoing):
        return sqs, url
    context.later(f"queue {name}", lambda: sqs.delete_queue(QueueUrl=url))
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    context.later(f"subscription of {name}", lambda: sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"]))
    return sqs, url


def _heard(sqs: Any, queue: str, text: str) -> bool:  # noqa: ANN401 - a client of boto3
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", ())
    return any(text in one["Body"] for one in messages)
