"""What nobody should do without being noticed: the events, and what to do about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.alarms.alarm import Severity


@dataclass(frozen=True, kw_only=True)
class MetricFilter:
    """Events of the trail that are worth a human's attention.

    Parameters
    ----------
    pattern
        A filter pattern of CloudWatch Logs that matches them.
    severity
        ``page`` or ``ticket``.
    description
        What they mean and what to do.
    tolerated
        How many of them in five minutes are nothing to look at. None by default.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """

    pattern: str
    severity: Severity
    description: str
    tolerated: int = 0


#: What nobody but people and their programs has done: services of AWS tidy up after themselves, as Auto Scaling does
#: with its alarms, and say so.
BY_NO_SERVICE = "($.userIdentity.invokedBy NOT EXISTS)"
#: What the root does is a page of its own, whatever it is.
BY_NO_ROOT = '($.userIdentity.type != "Root")'


def calls(*names: str, source: str, unless: str | None = None) -> str:
    """Filter pattern of calls of one service's API by name; ``unless`` is a condition that has to hold as well."""
    return f"{{ {_of(source, names)}{f' && {unless}' if unless else ''} }}"


def calls_of(unless: str | None = None, **services: tuple[str, ...]) -> str:
    """Filter pattern of calls by name, of several services; ``unless`` is a condition that has to hold as well."""
    any_of = " || ".join(f"({_of(source, names)})" for source, names in services.items())
    return f"{{ ({any_of}) && {unless} }}" if unless else f"{{ {any_of} }}"


def _of(source: str, names: Sequence[str]) -> str:
    any_of = " || ".join(f"($.eventName = {name})" for name in names)
    return f"($.eventSource = {source}.amazonaws.com) && ({any_of})"


#: By identifier: the events that the CIS benchmark of AWS wants alarms on, and those of whoever opens a door or would
#: not be told on. What would silence these very signals is told by a rule of EventBridge, see
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
        # Who comes by way of an identity provider has shown the second factor there, which the event does not say.
        pattern='{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") '
        '&& ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
        severity="page",
        description="A user logged in to the console with a password alone. Have them set a second factor.",
    ),
    "failed-logins": MetricFilter(
        pattern='{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        severity="ticket",
        description="Logins to the console fail again and again. Someone forgot a password, or is guessing one.",
        tolerated=3,
    ),
    "unauthorized": MetricFilter(
        # Not what services of AWS are refused, which look at every bucket again and again, by roles of their own.
        pattern='{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) '
        "&& ($.userIdentity.invokedBy NOT EXISTS) && (($.userIdentity.sessionContext.sessionIssuer.arn NOT EXISTS) "
        '|| ($.userIdentity.sessionContext.sessionIssuer.arn != "*:role/aws-service-role/*")) }',
        severity="ticket",
        description="Many calls are refused. A role lacks a permission, or someone tries what a role may do.",
        tolerated=10,
    ),
    "iam": MetricFilter(
        pattern=calls(
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
        # The platform makes no users, and takes a boundary off its roles only when the setting goes.
        pattern=calls(
            *("AddUserToGroup", "CreateAccessKey", "CreateLoginProfile", "CreateOpenIDConnectProvider"),
            *("CreateSAMLProvider", "CreateServiceSpecificCredential", "CreateUser", "DeactivateMFADevice"),
            *("DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "UpdateLoginProfile"),
            *("UpdateOpenIDConnectProviderThumbprint", "UpdateSAMLProvider", "UploadSSHPublicKey"),
            source="iam",
            unless=BY_NO_ROOT,
        ),
        severity="page",
        description="Someone made a way in that outlives their session: a user, a key, a password, a provider; or took "
        "off "
        "what bounds a role. If nobody says why, delete it, and look at what was done with it.",
    ),
    "functions": MetricFilter(
        # Lambda writes the date of its API into the names.
        # https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
        pattern=calls(
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
        # Not kms:CreateGrant, which RDS, EBS, Auto Scaling and DynamoDB do all day; the keys' policies allow no other.
        pattern=calls_of(
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
        pattern=calls_of(
            sns=("AddPermission", "SetSubscriptionAttributes", "SetTopicAttributes", "Subscribe"),
            events=("PutRule", "PutTargets"),
            monitoring=("PutCompositeAlarm", "PutMetricAlarm"),
            logs=("DeleteRetentionPolicy", "PutMetricFilter", "PutRetentionPolicy", "PutSubscriptionFilter"),
            unless=BY_NO_SERVICE,
        ),
        severity="ticket",
        description="What raises an alarm, or whom a topic tells, was changed. Expected if a plan was applied; "
        "otherwise "
        "list the topics' subscriptions: a stranger's is not in a plan.",
    ),
    "silenced": MetricFilter(
        pattern=calls_of(
            sns=("DeleteTopic", "Unsubscribe"),
            events=("DeleteRule", "DisableRule", "RemoveTargets"),
            unless=BY_NO_SERVICE,
        ),
        severity="page",
        description="A topic, its subscription or a rule that tells it something is gone. Unless a plan took it away, "
        "someone does not want to be told on: apply the plan, and find out what else they do.",
    ),
    "trail": MetricFilter(
        pattern=calls(
            *("CreateTrail", "DeleteTrail", "PutEventSelectors", "PutInsightSelectors", "StartLogging"),
            *("StopLogging", "UpdateTrail"),
            source="cloudtrail",
        ),
        severity="page",
        description="The trail was changed or stopped: what comes after may not be recorded.",
    ),
    "config": MetricFilter(
        pattern=calls(
            *("DeleteConfigRule", "DeleteConfigurationRecorder", "DeleteDeliveryChannel", "PutConfigurationRecorder"),
            *("PutDeliveryChannel", "StopConfigurationRecorder"),
            source="config",
        ),
        severity="page",
        description="The recorder or a rule of AWS Config was changed or stopped: changes may not be recorded or "
        "judged.",
    ),
    "vpc": MetricFilter(
        pattern=calls(
            *("AcceptVpcPeeringConnection", "AttachClassicLinkVpc", "CreateVpc", "CreateVpcPeeringConnection"),
            *("DeleteVpc", "DeleteVpcPeeringConnection", "DetachClassicLinkVpc", "DisableVpcClassicLink"),
            *("EnableVpcClassicLink", "ModifyVpcAttribute", "RejectVpcPeeringConnection"),
            source="ec2",
        ),
        severity="ticket",
        description="A VPC or a peering connection was changed. Expected if a plan was applied.",
    ),
    "security-groups": MetricFilter(
        pattern=calls(
            *("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateSecurityGroup"),
            *("DeleteSecurityGroup", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress"),
            "RevokeSecurityGroupIngress",
            source="ec2",
        ),
        severity="ticket",
        description="A security group was changed. Expected if a plan was applied; otherwise look at what it opens.",
    ),
    "network-acls": MetricFilter(
        pattern=calls(
            *("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"),
            *("ReplaceNetworkAclAssociation", "ReplaceNetworkAclEntry"),
            source="ec2",
        ),
        severity="ticket",
        description="A network ACL was changed. Expected if a plan was applied; otherwise look at what it opens.",
    ),
    "route-tables": MetricFilter(
        pattern=calls(
            *("CreateRoute", "CreateRouteTable", "DeleteRoute", "DeleteRouteTable", "DisassociateRouteTable"),
            *("ReplaceRoute", "ReplaceRouteTableAssociation"),
            source="ec2",
        ),
        severity="ticket",
        description="Routes were changed. Expected if a plan was applied; otherwise look at where traffic goes now.",
    ),
    "gateways": MetricFilter(
        pattern=calls(
            *("AttachInternetGateway", "CreateCustomerGateway", "CreateInternetGateway", "DeleteCustomerGateway"),
            *("DeleteInternetGateway", "DetachInternetGateway"),
            source="ec2",
        ),
        severity="ticket",
        description="A way out of a VPC was made or taken away. Expected if a plan was applied.",
    ),
    "keys": MetricFilter(
        pattern=calls("DisableKey", "ScheduleKeyDeletion", source="kms"),
        severity="page",
        description="A key was shut off or is to be deleted. What it encrypts is lost with it: cancel it now, ask "
        "later.",
    ),
    "bucket-policies": MetricFilter(
        pattern=calls(
            *("DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketPolicy", "DeleteBucketReplication"),
            *("PutBucketAcl", "PutBucketCors", "PutBucketLifecycle", "PutBucketPolicy", "PutBucketReplication"),
            source="s3",
        ),
        severity="ticket",
        description="Who may reach a bucket, or how long objects live, was changed. Expected if a plan was applied.",
    ),
}
