from typing import Any

import pytest

from tests.support.refusals import ACCOUNT, REGION, ROOT, allows, bucket, fresh_name, policy, refused, role, service_may
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

SERVICE = "cloudtrail.amazonaws.com"
NO_BUCKET = "InsufficientS3BucketPolicyException"
NO_KEY = "InsufficientEncryptionPolicyException"
NO_ROLE = "InvalidCloudWatchLogsRoleArnException"


def trail_bucket(emulator: Emulator, *, prefix: str = "", actions: tuple[str, ...] = ("acl", "put")) -> str:
    name = bucket(emulator)
    statements = {
        "acl": service_may(SERVICE, "s3:GetBucketAcl", f"arn:aws:s3:::{name}"),
        "put": service_may(SERVICE, "s3:PutObject", f"arn:aws:s3:::{name}/{prefix}AWSLogs/{ACCOUNT}/*"),
    }
    s3 = emulator.client("s3", REGION)
    s3.put_bucket_policy(Bucket=name, Policy=policy(*(statements[action] for action in actions)))
    return name


def create(emulator: Emulator, name: str, **more: Any) -> None:
    emulator.client("cloudtrail", REGION).create_trail(Name=fresh_name("trail"), S3BucketName=name, **more)


def test_a_bucket_that_admits_the_trail_is_taken(emulator: Emulator) -> None:
    create(emulator, trail_bucket(emulator))
    create(emulator, trail_bucket(emulator, prefix="central/"), S3KeyPrefix="central")


def test_a_bucket_that_lacks_a_permission_or_the_prefix_is_refused(emulator: Emulator) -> None:
    for actions in (("acl",), ("put",)):
        with refused(NO_BUCKET):
            create(emulator, trail_bucket(emulator, actions=actions))
    with refused(NO_BUCKET):
        create(emulator, trail_bucket(emulator), S3KeyPrefix="central")
    with refused(NO_BUCKET):
        create(emulator, bucket(emulator))


def test_a_key_must_admit_the_trail_and_decrypt_where_the_bucket_has_a_bucket_key(emulator: Emulator) -> None:
    kms = emulator.client("kms", REGION)
    name = trail_bucket(emulator)

    def key(*actions: str) -> str:
        admitted = service_may(SERVICE, list(actions), "*")
        return kms.create_key(Policy=policy(ROOT, admitted))["KeyMetadata"]["Arn"]  # type: ignore[no-any-return]

    two = key("kms:GenerateDataKey*", "kms:DescribeKey")
    create(emulator, name, KmsKeyId=two)
    with refused(NO_KEY):
        create(emulator, name, KmsKeyId=key("kms:GenerateDataKey*"))
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": two}
    rules = [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]
    emulator.client("s3", REGION).put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    with refused(NO_KEY):
        create(emulator, name, KmsKeyId=two)
    create(emulator, name, KmsKeyId=key("kms:GenerateDataKey*", "kms:DescribeKey", "kms:Decrypt"))


def test_a_role_must_be_assumable_before_the_trail_is_there_and_may_write_to_the_group(emulator: Emulator) -> None:
    name, group = trail_bucket(emulator), fresh_name("group")
    emulator.client("logs", REGION).create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    writes = allows(["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:log-stream:*")
    told = {"CloudWatchLogsLogGroupArn": f"{arn}:*"}
    create(emulator, name, CloudWatchLogsRoleArn=role(emulator, writes, service=SERVICE), **told)
    conditioned = role(emulator, writes, service=SERVICE, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    with refused(NO_ROLE):
        create(emulator, name, CloudWatchLogsRoleArn=conditioned, **told)
    with refused("InvalidCloudWatchLogsLogGroupArnException"):
        create(emulator, name, CloudWatchLogsRoleArn=role(emulator, service=SERVICE), **told)
