"""What nobody should do without being noticed: the events, and what to do about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modules.watching.alarm import Severity


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Events of the trail that are worth a human's attention.

    Parameters
    ----------
    pattern
        A filter pattern of CloudWatch Logs that matches them.
    severity
        ``page`` or ``ticket``.
    meaning
        What they mean and what to do.
    tolerated
        How many of them in five minutes are nothing to look at. None by default.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """

    pattern: str
    severity: Severity
    meaning: str
    tolerated: int = 0


def calls(*names: str, source: str | None = None) -> str:
    """Filter pattern of calls of the API by name, of one service if ``source`` names it."""
    any_of = " || ".join(f"($.eventName = {name})" for name in names)
    return f"{{ ($.eventSource = {source}.amazonaws.com) && ({any_of}) }}" if source else f"{{ {any_of} }}"


#: By identifier, the events that the CIS benchmark of AWS wants alarms on.
#: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
SIGNALS = {
    "root": Signal(
        pattern='{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) '
        '&& ($.eventType != "AwsServiceEvent") }',
        severity="page",
        meaning="Someone works as the root of the account. Ask who; if nobody says so, shut the root out.",
    ),
    "no-mfa": Signal(
        # Who comes by way of an identity provider has shown the second factor there, which the event does not say.
        pattern='{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") '
        '&& ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
        severity="page",
        meaning="A user logged in to the console with a password alone. Have them set a second factor.",
    ),
    "failed-logins": Signal(
        pattern='{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        severity="ticket",
        meaning="Logins to the console fail again and again. Someone forgot a password, or is guessing one.",
        tolerated=3,
    ),
    "unauthorized": Signal(
        # Not what services of AWS are refused, which look at every bucket again and again, by roles of their own.
        pattern='{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) '
        "&& ($.userIdentity.invokedBy NOT EXISTS) && (($.userIdentity.sessionContext.sessionIssuer.arn NOT EXISTS) "
        '|| ($.userIdentity.sessionContext.sessionIssuer.arn != "*:role/aws-service-role/*")) }',
        severity="ticket",
        meaning="Many calls are refused. A role lacks a permission, or someone tries what a role may do.",
        tolerated=10,
    ),
    "iam": Signal(
        pattern=calls(
            *("AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreatePolicy", "CreatePolicyVersion"),
            *("DeleteGroupPolicy", "DeletePolicy", "DeletePolicyVersion", "DeleteRolePolicy", "DeleteUserPolicy"),
            *("DetachGroupPolicy", "DetachRolePolicy", "DetachUserPolicy"),
            *("PutGroupPolicy", "PutRolePolicy", "PutUserPolicy"),
            source="iam",
        ),
        severity="ticket",
        meaning="Permissions were changed. Expected if a plan was applied; otherwise find out who did it.",
    ),
    "trail": Signal(
        pattern=calls(
            *("CreateTrail", "DeleteTrail", "PutEventSelectors", "PutInsightSelectors", "StartLogging"),
            *("StopLogging", "UpdateTrail"),
            source="cloudtrail",
        ),
        severity="page",
        meaning="The trail was changed or stopped: what comes after may not be recorded.",
    ),
    "config": Signal(
        pattern=calls(
            *("DeleteConfigurationRecorder", "DeleteDeliveryChannel", "PutConfigurationRecorder"),
            *("PutDeliveryChannel", "StopConfigurationRecorder"),
            source="config",
        ),
        severity="page",
        meaning="The recorder of AWS Config was changed or stopped: changes of resources may not be recorded.",
    ),
    "vpc": Signal(
        pattern=calls(
            *("AcceptVpcPeeringConnection", "AttachClassicLinkVpc", "CreateVpc", "CreateVpcPeeringConnection"),
            *("DeleteVpc", "DeleteVpcPeeringConnection", "DetachClassicLinkVpc", "DisableVpcClassicLink"),
            *("EnableVpcClassicLink", "ModifyVpcAttribute", "RejectVpcPeeringConnection"),
            source="ec2",
        ),
        severity="ticket",
        meaning="A VPC or a peering connection was changed. Expected if a plan was applied.",
    ),
    "security-groups": Signal(
        pattern=calls(
            *("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateSecurityGroup"),
            *("DeleteSecurityGroup", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress"),
            "RevokeSecurityGroupIngress",
            source="ec2",
        ),
        severity="ticket",
        meaning="A security group was changed. Expected if a plan was applied; otherwise look at what it opens.",
    ),
    "network-acls": Signal(
        pattern=calls(
            *("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"),
            *("ReplaceNetworkAclAssociation", "ReplaceNetworkAclEntry"),
            source="ec2",
        ),
        severity="ticket",
        meaning="A network ACL was changed. Expected if a plan was applied; otherwise look at what it opens.",
    ),
    "route-tables": Signal(
        pattern=calls(
            *("CreateRoute", "CreateRouteTable", "DeleteRoute", "DeleteRouteTable", "DisassociateRouteTable"),
            *("ReplaceRoute", "ReplaceRouteTableAssociation"),
            source="ec2",
        ),
        severity="ticket",
        meaning="Routes were changed. Expected if a plan was applied; otherwise look at where traffic goes now.",
    ),
    "gateways": Signal(
        pattern=calls(
            *("AttachInternetGateway", "CreateCustomerGateway", "CreateInternetGateway", "DeleteCustomerGateway"),
            *("DeleteInternetGateway", "DetachInternetGateway"),
            source="ec2",
        ),
        severity="ticket",
        meaning="A way out of a VPC was made or taken away. Expected if a plan was applied.",
    ),
    "keys": Signal(
        pattern=calls("DisableKey", "ScheduleKeyDeletion", source="kms"),
        severity="page",
        meaning="A key was shut off or is to be deleted. What it encrypts is lost with it: cancel it now, ask later.",
    ),
    "bucket-policies": Signal(
        pattern=calls(
            *("DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketPolicy", "DeleteBucketReplication"),
            *("PutBucketAcl", "PutBucketCors", "PutBucketLifecycle", "PutBucketPolicy", "PutBucketReplication"),
            source="s3",
        ),
        severity="ticket",
        meaning="Who may reach a bucket, or how long objects live, was changed. Expected if a plan was applied.",
    ),
}
