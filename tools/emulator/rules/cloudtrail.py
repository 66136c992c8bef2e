"""CloudTrail: what a trail writes to must admit it before there is a trail."""

from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.s3.models import FakeBucket

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.policy import Caller
from tools.emulator.refusal import Refusal

SERVICE = "cloudtrail.amazonaws.com"
CALLER = Caller(service=SERVICE)


@rule("cloudtrail", "CreateTrail", "UpdateTrail")
def bucket_admits_the_trail(call: Call) -> Refusal | None:
    """Refuse a trail whose bucket lets CloudTrail neither read its ACL nor put objects under the account's prefix.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    settings = _settings(call)
    name = settings.get("S3BucketName")
    if not name:
        return None
    bucket = state.bucket(name)
    if bucket is None:
        return Refusal(code="S3BucketDoesNotExistException", message=f"S3 bucket {name} does not exist!")
    context = state.service_context(SERVICE, _arn(call)) | {"s3:x-amz-server-side-encryption": ["aws:kms"]}
    if key_id := settings.get("KmsKeyId"):
        key = state.key(key_id, call.region)
        context["s3:x-amz-server-side-encryption-aws-kms-key-id"] = [key.arn if key else key_id]
    prefix = f"{settings['S3KeyPrefix']}/" if settings.get("S3KeyPrefix") else ""
    path = f"{prefix}AWSLogs/{account_id()}/CloudTrail/"
    if state.bucket_admits(bucket, "s3:GetBucketAcl", CALLER, context=context) and state.bucket_admits(
        bucket, "s3:PutObject", CALLER, path=path, context=context
    ):
        return None
    return Refusal(
        code="InsufficientS3BucketPolicyException",
        message=f"Incorrect S3 bucket policy is detected for bucket: {name}",
    )


@rule("cloudtrail", "CreateTrail", "UpdateTrail")
def key_admits_the_trail(call: Call) -> Refusal | None:
    """Refuse a trail whose key does not let CloudTrail describe it, and encrypt for this trail.

    With a bucket that has an S3 Bucket Key, CloudTrail must be able to decrypt as well.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    settings = _settings(call)
    if not settings.get("KmsKeyId"):
        return None
    key = state.key(settings["KmsKeyId"], call.region)
    if key is None:
        return Refusal(code="KmsKeyNotFoundException", message=f"key {settings['KmsKeyId']} does not exist")
    bucket = state.bucket(settings.get("S3BucketName", ""))
    actions = ["kms:GenerateDataKey", "kms:DescribeKey"]
    if bucket is not None and _has_bucket_key(bucket):
        actions.append("kms:Decrypt")
    arn = _arn(call)
    context = state.service_context(SERVICE, arn) | {"kms:encryptioncontext:aws:cloudtrail:arn": [arn]}
    refused = [action for action in actions if not state.key_admits(key, action, CALLER, context)]
    if not refused:
        return None
    return Refusal(
        code="InsufficientEncryptionPolicyException",
        message=f"Insufficient permissions to access S3 bucket or KMS key {key.arn}: {', '.join(refused)}",
    )


@rule("cloudtrail", "CreateTrail", "UpdateTrail")
def role_delivers_to_the_log_group(call: Call) -> Refusal | None:
    """Refuse a trail whose role CloudTrail cannot assume, or which may not write to the log group.

    CloudTrail tries the role when the trail is made, before the trail has an ARN, so a trust policy with
    ``aws:SourceArn`` or ``aws:SourceAccount`` is not met.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
    """
    arn, group = call.parameters.get("CloudWatchLogsRoleArn"), call.parameters.get("CloudWatchLogsLogGroupArn")
    if not arn or not group:
        return None
    role = state.role(arn)
    stream = f"{group.removesuffix(':*')}:log-stream:{account_id()}_CloudTrail_{call.region}"
    if role is None or not state.trusts(role, SERVICE):
        reason = "The role ARN that you specified could not be assumed by CloudTrail"
        return Refusal(code="InvalidCloudWatchLogsRoleArnException", message=f"{reason}: {arn}")
    if all(state.may(role, action, stream) for action in ("logs:CreateLogStream", "logs:PutLogEvents")):
        return None
    return Refusal(
        code="InvalidCloudWatchLogsLogGroupArnException",
        message=f"Access denied. Verify in IAM that the role {arn} has adequate permissions on {stream}",
    )


def _settings(call: Call) -> dict[str, str]:
    """Return what the trail is to have: an update leaves out what stays."""
    settings: dict[str, str] = dict(call.parameters)
    if call.operation == "UpdateTrail":
        trail = next(
            (trail for trail in _trails(call.region) if settings["Name"] in {trail.trail_name, trail.arn}), None
        )
        if trail is not None:
            kept = {"S3BucketName": trail.bucket_name, "S3KeyPrefix": trail.s3_key_prefix, "KmsKeyId": trail.kms_key_id}
            settings = {name: value for name, value in kept.items() if value} | settings
    return settings


def _trails(region: str) -> list[Trail]:
    return list(cloudtrail_backends[account_id()][region].trails.values())


def _arn(call: Call) -> str:
    name = str(call.parameters["Name"])
    return name if name.startswith("arn:") else f"arn:aws:cloudtrail:{call.region}:{account_id()}:trail/{name}"


def _has_bucket_key(bucket: FakeBucket) -> bool:
    return str((bucket.encryption or {}).get("Rule", {}).get("BucketKeyEnabled")).lower() == "true"
