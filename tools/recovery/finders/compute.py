"""Groups of instances, functions, queues, topics and chats."""

import json
from collections.abc import Callable, Iterator, Mapping

from tools.recovery.look import Found, Look

Finder = Callable[[Look], Iterator[Found]]


def _group(look: Look) -> Iterator[Found]:
    name = look.text("name")
    for one in look.pages(
        "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", AutoScalingGroupNames=[name]
    ):
        if not one.get("Status"):
            yield Found(name, {"name": name, "arn": one["AutoScalingGroupARN"]})


def _function(look: Look) -> Iterator[Found]:
    name = look.text("function_name")
    if answer := look.one("lambda", "get_function_configuration", FunctionName=name):
        yield Found(name, {"function_name": name, "arn": answer["FunctionArn"]})


def _permission(look: Look) -> Iterator[Found]:
    name, statement = look.text("function_name"), look.text("statement_id")
    answer = look.one("lambda", "get_policy", FunctionName=name) or {"Policy": "{}"}
    if any(each.get("Sid") == statement for each in json.loads(answer["Policy"]).get("Statement", ())):
        yield Found(f"{name}/{statement}", {"id": statement})


def _queue(look: Look) -> Iterator[Found]:
    name = look.text("name")
    if answer := look.one("sqs", "get_queue_url", QueueName=name):
        arn = f"arn:aws:sqs:{look.region}:{look.account_id}:{name}"
        yield Found(answer["QueueUrl"], {"url": answer["QueueUrl"], "arn": arn})


def _topic(look: Look) -> Iterator[Found]:
    for one in look.pages("sns", "list_topics", "Topics"):
        if one["TopicArn"].rpartition(":")[2] == look.text("name"):
            yield Found(one["TopicArn"], {"arn": one["TopicArn"]})


def _slack(look: Look) -> Iterator[Found]:
    for one in look.pages("chatbot", "describe_slack_channel_configurations", "SlackChannelConfigurations"):
        if one["ConfigurationName"] == look.text("configuration_name"):
            yield Found(one["ChatConfigurationArn"], {"chat_configuration_arn": one["ChatConfigurationArn"]})


def _teams(look: Look) -> Iterator[Found]:
    for one in look.pages("chatbot", "list_microsoft_teams_channel_configurations", "TeamChannelConfigurations"):
        if one["ConfigurationName"] == look.text("configuration_name"):
            yield Found(one["TeamId"], {"chat_configuration_arn": one["ChatConfigurationArn"]})


FINDERS: Mapping[str, Finder] = {
    "aws_autoscaling_group": _group,
    "aws_chatbot_slack_channel_configuration": _slack,
    "aws_chatbot_teams_channel_configuration": _teams,
    "aws_lambda_function": _function,
    "aws_lambda_permission": _permission,
    "aws_sns_topic": _topic,
    "aws_sqs_queue": _queue,
}
#: The IAM actions that this takes.
ACTIONS = (
    "autoscaling:DescribeAutoScalingGroups",
    "chatbot:DescribeSlackChannelConfigurations",
    "chatbot:ListMicrosoftTeamsChannelConfigurations",
    "lambda:GetFunctionConfiguration",
    "lambda:GetPolicy",
    "sns:ListTopics",
    "sqs:GetQueueUrl",
)
