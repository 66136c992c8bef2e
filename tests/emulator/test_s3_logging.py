import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REFUSE_PLAIN_HTTP = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
DELIVER = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}


def turn_on(emulator: Emulator, name: str, *statements: dict[str, Any]) -> str:
    s3 = emulator.client("s3", "us-east-1")
    for bucket in (f"{name}-source", f"{name}-target"):
        s3.create_bucket(Bucket=bucket)
    resources = [f"arn:aws:s3:::{name}-target/s3/*"]
    document = {"Version": "2012-10-17", "Statement": [{**one, "Resource": resources} for one in statements]}
    s3.put_bucket_policy(Bucket=f"{name}-target", Policy=json.dumps(document))
    logging = {"LoggingEnabled": {"TargetBucket": f"{name}-target", "TargetPrefix": "s3/source/"}}
    s3.put_bucket_logging(Bucket=f"{name}-source", BucketLoggingStatus=logging)
    return str(s3.get_bucket_logging(Bucket=f"{name}-source")["LoggingEnabled"]["TargetBucket"])


def test_access_logging_goes_to_a_bucket_that_refuses_plain_http(emulator: Emulator) -> None:
    assert turn_on(emulator, "logging-allowed", REFUSE_PLAIN_HTTP, DELIVER) == "logging-allowed-target"


def test_rejects_access_logging_to_a_bucket_that_allows_only_another_accounts_logs(emulator: Emulator) -> None:
    foreign = {**DELIVER, "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        turn_on(emulator, "logging-refused", REFUSE_PLAIN_HTTP, foreign)


def test_access_logs_do_not_come_at_once(emulator: Emulator) -> None:
    target = turn_on(emulator, "logging-later", DELIVER)
    s3 = emulator.client("s3", "us-east-1")
    s3.put_object(Bucket="logging-later-source", Key="key", Body=b"x")
    assert "Contents" not in s3.list_objects_v2(Bucket=target)
    s3.delete_bucket(Bucket=target)
