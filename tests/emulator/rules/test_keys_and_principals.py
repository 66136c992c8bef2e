import pytest

from tests.support.refusals import ACCOUNT, REGION, ROOT, allows, bucket, fresh_name, policy, refused, role, service_may
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

MALFORMED_KEY_POLICY = "MalformedPolicyDocumentException"
NOBODY = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}


def test_a_key_policy_that_locks_everyone_out_is_refused_unless_that_is_meant(emulator: Emulator) -> None:
    kms = emulator.client("kms", REGION)
    locked = policy({**ROOT, "Action": ["kms:Encrypt", "kms:Decrypt"]})
    with refused(MALFORMED_KEY_POLICY):
        kms.create_key(Policy=locked)
    key = kms.create_key(Policy=policy(ROOT))["KeyMetadata"]["KeyId"]
    with refused(MALFORMED_KEY_POLICY):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=locked)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=locked, BypassPolicyLockoutSafetyCheck=True)


def test_policies_that_name_who_is_not_there_are_refused(emulator: Emulator) -> None:
    name = bucket(emulator)
    reads = allows("s3:GetObject", f"arn:aws:s3:::{name}/*", Principal=NOBODY)
    with refused(MALFORMED_KEY_POLICY):
        emulator.client("kms", REGION).create_key(Policy=policy(ROOT, {**ROOT, "Principal": NOBODY}))
    with refused("MalformedPolicy"):
        emulator.client("s3", REGION).put_bucket_policy(Bucket=name, Policy=policy(reads))
    trust = {"Effect": "Allow", "Principal": NOBODY, "Action": "sts:AssumeRole"}
    with refused("MalformedPolicyDocument"):
        emulator.client("iam", REGION).create_role(RoleName="x", AssumeRolePolicyDocument=policy(trust))
    secrets = emulator.client("secretsmanager", REGION)
    secret = secrets.create_secret(Name=fresh_name("secret"), SecretString="x")["ARN"]
    with refused(MALFORMED_KEY_POLICY):
        secrets.put_resource_policy(
            SecretId=secret, ResourcePolicy=policy(allows("secretsmanager:GetSecretValue", "*", Principal=NOBODY))
        )


def test_policies_that_name_who_is_there_or_is_of_another_account_are_taken(emulator: Emulator) -> None:
    name = bucket(emulator)
    there = role(emulator, service="ec2.amazonaws.com")
    for arn in (there, "arn:aws:iam::210987654321:role/unseen", f"arn:aws:iam::{ACCOUNT}:root"):
        reads = allows("s3:GetObject", f"arn:aws:s3:::{name}/*", Principal={"AWS": arn})
        emulator.client("s3", REGION).put_bucket_policy(Bucket=name, Policy=policy(reads))


def test_a_log_group_needs_a_key_that_admits_logs_for_it(emulator: Emulator) -> None:
    kms, logs, group = emulator.client("kms", REGION), emulator.client("logs", REGION), fresh_name("group")
    actions = ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*", "kms:Describe*"]

    def key(name: str) -> str:
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
        only = {"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}}
        admitted = service_may(f"logs.{REGION}.amazonaws.com", actions, "*", **only)
        return str(kms.create_key(Policy=policy(ROOT, admitted))["KeyMetadata"]["Arn"])

    for unfit in (key("another"), kms.create_key(Policy=policy(ROOT))["KeyMetadata"]["Arn"]):
        with refused("InvalidParameterException"):
            logs.create_log_group(logGroupName=group, kmsKeyId=unfit)
    logs.create_log_group(logGroupName=group, kmsKeyId=key(group))
    logs.put_retention_policy(logGroupName=group, retentionInDays=30)
    with refused("InvalidParameterException"):
        logs.put_retention_policy(logGroupName=group, retentionInDays=31)
