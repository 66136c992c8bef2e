"""AWS Config: a recorder before rules, and a bucket that admits what is delivered."""

from moto.config.models import config_backends

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.policy import Caller
from tools.emulator.refusal import Refusal

SERVICE = "config.amazonaws.com"


@rule("config", "PutDeliveryChannel")
def bucket_admits_deliveries(call: Call) -> Refusal | None:
    """Refuse a delivery channel to a bucket that lets Config neither read its ACL nor put objects.

    Config tries with the recorder's role first; a service-linked one has nothing to say on buckets, so that the
    bucket's policy must admit the service itself.

    https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """
    channel = call.parameters["DeliveryChannel"]
    name = channel.get("s3BucketName", "")
    bucket = state.bucket(name)
    if bucket is None:
        return Refusal(
            code="NoSuchBucketException", message=f"Cannot find a S3 bucket with an input bucket name: {name}"
        )
    prefix = f"{channel['s3KeyPrefix']}/" if channel.get("s3KeyPrefix") else ""
    path = f"{prefix}AWSLogs/{account_id()}/Config/ConfigWritabilityCheckFile"
    context = state.service_context(SERVICE, f"arn:aws:config:{call.region}:{account_id()}:*") | {
        "s3:x-amz-server-side-encryption": ["aws:kms"],
        "s3:x-amz-server-side-encryption-aws-kms-key-id": [channel.get("s3KmsKeyArn", "")],
    }
    if not channel.get("s3KmsKeyArn"):
        del context["s3:x-amz-server-side-encryption"], context["s3:x-amz-server-side-encryption-aws-kms-key-id"]
    caller = Caller(service=SERVICE)
    if state.bucket_admits(bucket, "s3:GetBucketAcl", caller, context=context) and state.bucket_admits(
        bucket, "s3:PutObject", caller, path=path, context=context
    ):
        return None
    return Refusal(
        code="InsufficientDeliveryPolicyException",
        message=f"Insufficient delivery policy to s3 bucket: {name}, unable to write to bucket",
    )


@rule("config", "PutConfigRule", "PutConformancePack")
def recorder_comes_before_rules(call: Call) -> Refusal | None:
    """Refuse a rule where there is no recorder.

    https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html (errors)
    """
    if config_backends[account_id()][call.region].recorders:
        return None
    return Refusal(
        code="NoAvailableConfigurationRecorderException",
        message="Configuration recorder is not available. Create a configuration recorder and retry",
    )
