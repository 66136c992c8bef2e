"""Metric filters: API calls and logins that must not go unnoticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.alarms.alarm import Severity


@dataclass(frozen=True, kw_only=True)
class MetricFilter:
    """A metric filter on events of the trail, and the alarm on it.

    Parameters
    ----------
    pattern
        Its filter pattern, in the syntax of CloudWatch Logs.
    severity
        ``page`` or ``ticket``.
    description
        What the events mean and what to do about them.
    threshold
        The alarm needs more events than this in five minutes. 0 by default.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """

    pattern: str
    severity: Severity
    description: str
    threshold: int = 0


#: Condition that no AWS service made the call. Services clean up their own resources, as Auto Scaling does with alarms.
NOT_BY_AWS_SERVICE = "($.userIdentity.invokedBy NOT EXISTS)"
#: Condition that the caller is not the account root: another metric filter pages for all calls of the root.
NOT_BY_ROOT = '($.userIdentity.type != "Root")'


def api_calls(*names: str, source: str, condition: str | None = None) -> str:
    """Filter pattern of API calls of one service, by name. ``condition`` must hold as well."""
    return f"{{ {_source_and_names(source, names)}{f' && {condition}' if condition else ''} }}"


def api_calls_by_service(condition: str | None = None, **services: tuple[str, ...]) -> str:
    """Filter pattern of API calls of several services, by name. ``condition`` must hold as well."""
    any_of = " || ".join(f"({_source_and_names(source, names)})" for source, names in services.items())
    return f"{{ ({any_of}) && {condition} }}" if condition else f"{{ {any_of} }}"


def _source_and_names(source: str, names: Sequence[str]) -> str:
    any_of = " || ".join(f"($.eventName = {name})" for name in names)
    return f"($.eventSource = {source}.amazonaws.com) && ({any_of})"


#: The metric filters, by identifier: those of the CIS AWS Foundations Benchmark, and some on calls that grant access or
#: disable alerting. An event rule reports calls that disable these metric filters and alarms themselves, see
#: `modules.areas.monitoring.event_rules`.
#: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
METRIC_FILTERS = {
    "root": MetricFilter(
        pattern='{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) '
        '&& ($.eventType != "AwsServiceEvent") }',
        severity="page",
        description="Someone works as the root of the account. Ask who; if nobody says so, shut the root out.",
    ),
    "no-mfa": MetricFilter(
        # A federated user has used MFA at the identity provider, which the event does not show.
        pattern='{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") '
        '&& ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
        severity="page",
        description="A user logged in to the console with a password alone. Have them set a second factor.",
    ),
    "failed-logins": MetricFilter(
        pattern='{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        severity="ticket",
        description="Logins to the console fail again and again. Someone forgot a password, or is guessing one.",
        threshold=3,
    ),
    "unauthorized": MetricFilter(
        # Not calls of AWS services, which read every bucket again and again, with service-linked roles.
        pattern='{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) '
        "&& ($.userIdentity.invokedBy NOT EXISTS) && (($.userIdentity.sessionContext.sessionIssuer.arn NOT EXISTS) "
        '|| ($.userIdentity.sessionContext.sessionIssuer.arn != "*:role/aws-service-role/*")) }',
        severity="ticket",
        description="Many calls are refused. A role lacks a permission, or someone tries what a role may do.",
        threshold=10,
    ),
    "iam": MetricFilter(
        pattern=api_calls(
            *("AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreatePolicy", "CreatePolicyVersion"),
            *("AddRoleToInstanceProfile", "CreateRole", "PutRolePermissionsBoundary", "UpdateAssumeRolePolicy"),
            *("DeleteGroupPolicy", "DeletePolicy", "DeletePolicyVersion", "DeleteRolePolicy", "DeleteUserPolicy"),
            *("DetachGroupPolicy", "DetachRolePolicy", "DetachUserPolicy"),
            *("PutGroupPolicy", "PutRolePolicy", "PutUserPolicy"),
            source="iam",
        ),
        severity="ticket",
        description="Permissions were changed, or who may take a role on. Expected if a plan was applied; otherwise "
        "find "
        "out who did it.",
    ),
    "logins": MetricFilter(
        # The platform creates no users, and removes a permissions boundary only if the setting is removed.
        pattern=api_calls(
            *("AddUserToGroup", "CreateAccessKey", "CreateLoginProfile", "CreateOpenIDConnectProvider"),
            *("CreateSAMLProvider", "CreateServiceSpecificCredential", "CreateUser", "DeactivateMFADevice"),
            *("DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "UpdateLoginProfile"),
            *("UpdateOpenIDConnectProviderThumbprint", "UpdateSAMLProvider", "UploadSSHPublicKey"),
            source="iam",
            condition=NOT_BY_ROOT,
        ),
        severity="page",
        description="Someone made a way in that outlives their session: a user, a key, a password, a provider; or took "
        "off "
        "what bounds a role. If nobody says why, delete it, and look at what was done with it.",
    ),
    "functions": MetricFilter(
        # Event names of Lambda end in an API version.
        # https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
        pattern=api_calls(
            *("AddLayerVersionPermission*", "AddPermission*", "CreateEventSourceMapping*", "CreateFunctionUrlConfig*"),
            *("PutFunctionEventInvokeConfig*", "UpdateFunctionCode*", "UpdateFunctionConfiguration*"),
            *("UpdateFunctionEventInvokeConfig*", "UpdateFunctionUrlConfig*"),
            source="lambda",
        ),
        severity="ticket",
        description="Code of a function was replaced, or others may call it or get what it says. Expected if a plan "
        "was "
        "applied; otherwise see what it runs now: the next plan says whether it is ours.",
    ),
    "resource-policies": MetricFilter(
        # Not kms:CreateGrant: AWS services call it all the time, and the key policies allow it to nobody else.
        pattern=api_calls_by_service(
            kms=("PutKeyPolicy",),
            secretsmanager=("DeleteResourcePolicy", "PutResourcePolicy"),
            backup=("PutBackupVaultAccessPolicy",),
            dynamodb=("DeleteResourcePolicy", "PutResourcePolicy"),
            sqs=("AddPermission", "SetQueueAttributes"),
            rds=("ModifyDBSnapshotAttribute",),
            ec2=("ModifyImageAttribute", "ModifySnapshotAttribute", "ModifyVpcEndpoint"),
        ),
        severity="ticket",
        description="Who may use a key, a secret, a vault, a table, a queue, a snapshot or an endpoint was changed. "
        "Expected if a plan was applied; otherwise look at whom it lets in.",
    ),
    "alerting": MetricFilter(
        pattern=api_calls_by_service(
            sns=("AddPermission", "SetSubscriptionAttributes", "SetTopicAttributes", "Subscribe"),
            events=("PutRule", "PutTargets"),
            monitoring=("PutCompositeAlarm", "PutMetricAlarm"),
            logs=("DeleteRetentionPolicy", "PutMetricFilter", "PutRetentionPolicy", "PutSubscriptionFilter"),
            condition=NOT_BY_AWS_SERVICE,
        ),
        severity="ticket",
        description="What raises an alarm, or whom a topic tells, was changed. Expected if a plan was applied; "
        "otherwise "
        "list the topics' subscriptions: a stranger's is not in a plan.",
    ),
    "silenced": MetricFilter(
        pattern=api_calls_by_service(
            sns=("DeleteTopic", "Unsubscribe"),
            events=("DeleteRule", "DisableRule", "RemoveTargets"),
            condition=NOT_BY_AWS_SERVICE,
        ),
        severity="page",
        description="A topic, its subscription or a rule that tells it something is gone. Unless a plan took it away, "
        "someone does not want to be told on: apply the plan, and find out what else they do.",
    ),
    "trail": MetricFilter(
        pattern=api_calls(
            *("CreateTrail", "DeleteTrail", "PutEventSelectors", "PutInsightSelectors", "StartLogging"),
            *("StopLogging", "UpdateTrail"),
            source="cloudtrail",
        ),
        severity="page",
        description="The trail was changed or stopped: what comes after may not be recorded.",
    ),
    "config": MetricFilter(
        pattern=api_calls(
            *("DeleteConfigRule", "DeleteConfigurationRecorder", "DeleteDeliveryChannel", "PutConfigurationRecorder"),
            *("PutDeliveryChannel", "StopConfigurationRecorder"),
            source="config",
        ),
        severity="page",
        description="The recorder or a rule of AWS Config was changed or stopped: changes may not be recorded or "
        "judged.",
    ),
    "vpc": MetricFilter(
        pattern=api_calls(
            *("AcceptVpcPeeringConnection", "AttachClassicLinkVpc", "CreateVpc", "CreateVpcPeeringConnection"),
            *("DeleteVpc", "DeleteVpcPeeringConnection", "DetachClassicLinkVpc", "DisableVpcClassicLink"),
            *("EnableVpcClassicLink", "ModifyVpcAttribute", "RejectVpcPeeringConnection"),
            source="ec2",
        ),
        severity="ticket",
        description="A VPC or a peering connection was changed. Expected if a plan was applied.",
    ),
    "security-groups": MetricFilter(
        pattern=api_calls(
            *("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateSecurityGroup"),
            *("DeleteSecurityGroup", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress"),
            "RevokeSecurityGroupIngress",
            source="ec2",
        ),
        severity="ticket",
        description="A security group was changed. Expected if a plan was applied; otherwise look at what it opens.",
    ),
    "network-acls": MetricFilter(
        pattern=api_calls(
            *("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"),
            *("ReplaceNetworkAclAssociation", "ReplaceNetworkAclEntry"),
            source="ec2",
        ),
        severity="ticket",
        description="A network ACL was changed. Expected if a plan was applied; otherwise look at what it opens.",
    ),
    "route-tables": MetricFilter(
        pattern=api_calls(
            *("CreateRoute", "CreateRouteTable", "DeleteRoute", "DeleteRouteTable", "DisassociateRouteTable"),
            *("ReplaceRoute", "ReplaceRouteTableAssociation"),
            source="ec2",
        ),
        severity="ticket",
        description="Routes were changed. Expected if a plan was applied; otherwise look at where traffic goes now.",
    ),
    "gateways": MetricFilter(
        pattern=api_calls(
            *("AttachInternetGateway", "CreateCustomerGateway", "CreateInternetGateway", "DeleteCustomerGateway"),
            *("DeleteInternetGateway", "DetachInternetGateway"),
            source="ec2",
        ),
        severity="ticket",
        description="A way out of a VPC was made or taken away. Expected if a plan was applied.",
    ),
    "keys": MetricFilter(
        pattern=api_calls("DisableKey", "ScheduleKeyDeletion", source="kms"),
        severity="page",
        description="A key was shut off or is to be deleted. What it encrypts is lost with it: cancel it now, ask "
        "later.",
    ),
    "bucket-policies": MetricFilter(
        pattern=api_calls(
            *("DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketPolicy", "DeleteBucketReplication"),
            *("PutBucketAcl", "PutBucketCors", "PutBucketLifecycle", "PutBucketPolicy", "PutBucketReplication"),
            source="s3",
        ),
        severity="ticket",
        description="Who may reach a bucket, or how long objects live, was changed. Expected if a plan was applied.",
    ),
}
