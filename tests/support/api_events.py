"""Events of CloudTrail, with the fields that filter patterns look at."""

from __future__ import annotations

from typing import Any

USER = {"type": "IAMUser", "userName": "ada"}
ROLE = {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/deploy/session"}
SERVICE_ROLE = {
    "type": "AssumedRole",
    "sessionContext": {
        "sessionIssuer": {
            "type": "Role",
            "arn": "arn:aws:iam::123456789012:role/aws-service-role/securityhub.amazonaws.com/SecurityHub",
        }
    },
}
ISSUED = {"sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::123456789012:role/deploy"}}}
ROOT = {"type": "Root", "accountId": "123456789012"}
#: The state of the platform whose suffix is "test", and its copy.
STATE, COPY = (f"prod-s3-test-state-123456789012-{region}" for region in ("eu-west-1", "us-west-2"))


def call(source: str, name: str, **more: Any) -> dict[str, Any]:
    """A call of the API by a role, that succeeded."""
    event = {"eventSource": f"{source}.amazonaws.com", "eventName": name, "eventType": "AwsApiCall"}
    return event | {"userIdentity": ROLE} | more


def session_of(role: str) -> dict[str, Any]:
    """A session of a role, as an event names it: the issuer with the role's path, the session without."""
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::123456789012:assumed-role/{role.rpartition('/')[2]}/session",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::123456789012:role/{role}"}},
    }


def on_state(name: str, identity: dict[str, Any], *, bucket: str = STATE, **more: Any) -> dict[str, Any]:
    """A call about an object of the state."""
    event = {
        "eventCategory": "Data",
        "readOnly": name.startswith(("Get", "Head", "List")),
        "requestParameters": {"bucketName": bucket},
        "userIdentity": identity,
    }
    return call("s3", name, **event | more)


def login(*, identity: dict[str, Any] = USER, mfa: str = "Yes", success: bool = True) -> dict[str, Any]:
    """A login to the console, as a user if nobody else is named."""
    event = {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "eventType": "AwsConsoleSignIn",
        "userIdentity": identity,
        "additionalEventData": {"MFAUsed": mfa},
        "responseElements": {"ConsoleLogin": "Success" if success else "Failure"},
    }
    return event if success else event | {"errorMessage": "Failed authentication"}


#: By signal, events that it has to match, and no other signal may.
EVENTS: dict[str, list[dict[str, Any]]] = {
    "root": [
        call("s3", "ListBuckets", userIdentity=ROOT),
        login(identity=ROOT),
        call("iam", "CreateAccessKey", userIdentity=ROOT),
    ],
    "no-mfa": [login(mfa="No")],
    "failed-logins": [login(mfa="No", success=False), login(success=False)],
    "unauthorized": [
        call("s3", "GetObject", errorCode="AccessDenied"),
        call("dynamodb", "GetItem", errorCode="AccessDeniedException", userIdentity=ROLE | ISSUED),
        call("ec2", "RunInstances", errorCode="Client.UnauthorizedOperation"),
    ],
    "iam": [call("iam", name) for name in ("PutRolePolicy", "AttachUserPolicy", "CreatePolicyVersion")],
    "trail": [call("cloudtrail", name) for name in ("StopLogging", "DeleteTrail", "PutEventSelectors")],
    "config": [call("config", name) for name in ("StopConfigurationRecorder", "DeleteDeliveryChannel")],
    "vpc": [call("ec2", name) for name in ("CreateVpc", "DeleteVpc", "AcceptVpcPeeringConnection")],
    "security-groups": [call("ec2", name) for name in ("AuthorizeSecurityGroupIngress", "DeleteSecurityGroup")],
    "network-acls": [call("ec2", name) for name in ("CreateNetworkAclEntry", "ReplaceNetworkAclAssociation")],
    "route-tables": [call("ec2", name) for name in ("CreateRoute", "ReplaceRoute", "DisassociateRouteTable")],
    "gateways": [call("ec2", name) for name in ("AttachInternetGateway", "DeleteCustomerGateway")],
    "keys": [call("kms", name) for name in ("DisableKey", "ScheduleKeyDeletion")],
    "bucket-policies": [call("s3", name) for name in ("PutBucketPolicy", "DeleteBucketPolicy", "PutBucketAcl")],
    "state-writes": [
        on_state("PutObject", session_of("anybody")),
        on_state("PutObject", session_of("ci/deploy")),
        on_state("DeleteObject", {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/deploy"}),
        # Of another account only the number is told.
        on_state("PutObject", {"type": "AWSAccount", "accountId": "999999999999"}),
    ],
    "state-reads": [
        on_state("GetObject", session_of("anybody")),
        on_state("ListObjects", {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/ada"}),
    ],
}
#: What goes on all day.
HARMLESS: list[dict[str, Any]] = [
    *(
        on_state(name, session_of("deploy"), bucket=bucket)
        for name in ("GetObject", "HeadObject", "PutObject", "DeleteObject", "ListObjects")
        for bucket in (STATE, COPY)
    ),
    on_state("PutObject", session_of("anybody"), bucket="prod-s3-test-data-123456789012-eu-west-1"),
    # Copies arrive.
    on_state("PutObject", session_of("PROD-role-test-replicate-state-eu-west-1"), bucket=COPY),
    # Services look at how buckets are set up.
    on_state("GetBucketPolicy", SERVICE_ROLE, eventCategory="Management"),
    login(),
    login(identity=ROLE | {"type": "AssumedRole"}, mfa="No"),
    call("ec2", "DescribeVpcs"),
    # Services look at every bucket, also at those that refuse everyone else.
    call("s3", "GetBucketAcl", errorCode="AccessDenied", userIdentity=SERVICE_ROLE),
    call("s3", "GetBucketPolicy", errorCode="AccessDenied", userIdentity=ROLE | {"invokedBy": "config.amazonaws.com"}),
    call("iam", "GetRolePolicy"),
    call("kms", "Decrypt"),
    call("s3", "GetBucketPolicy"),
    call("config", "PutEvaluations"),
    # The name alone says nothing: other services have calls of the same name.
    call("networkmanager", "CreateVpc"),
    call("route53resolver", "DeleteVpc"),
    call("kms", "GenerateDataKey", userIdentity=ROOT | {"invokedBy": "s3.amazonaws.com"}),
    call("kms", "RotateKey", userIdentity=ROOT, eventType="AwsServiceEvent"),
]
