import pytest

from tests.support.refusals import ACCOUNT, REGION, bucket, policy, refused, role, service_may
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

SERVICE = "config.amazonaws.com"
#: No other test has a recorder here.
ELSEWHERE = "eu-north-1"
RULE = {"ConfigRuleName": "a", "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}}


def record(emulator: Emulator) -> None:
    recorder = {"name": "default", "roleARN": role(emulator, service=SERVICE)}
    emulator.client("config", ELSEWHERE).put_configuration_recorder(ConfigurationRecorder=recorder)


def test_rules_come_after_the_recorder_and_deliveries_need_a_bucket_that_admits_them(emulator: Emulator) -> None:
    config = emulator.client("config", ELSEWHERE)
    with refused("NoAvailableConfigurationRecorderException"):
        config.put_config_rule(ConfigRule=RULE)
    record(emulator)
    config.put_config_rule(ConfigRule=RULE)

    name = bucket(emulator)
    channel = {"name": "default", "s3BucketName": name}
    with refused("InsufficientDeliveryPolicyException"):
        config.put_delivery_channel(DeliveryChannel=channel)
    with refused("NoSuchBucketException"):
        config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": f"{name}-x"})
    admitted = [
        service_may(SERVICE, "s3:GetBucketAcl", f"arn:aws:s3:::{name}"),
        service_may(SERVICE, "s3:PutObject", f"arn:aws:s3:::{name}/AWSLogs/{ACCOUNT}/Config/*"),
    ]
    emulator.client("s3", REGION).put_bucket_policy(Bucket=name, Policy=policy(*admitted))
    config.put_delivery_channel(DeliveryChannel=channel)
