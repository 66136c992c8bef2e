from typing import Any

import pytest

from tests.support.refusals import role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

RULE: dict[str, Any] = {
    "ID": "everything",
    "Priority": 7,
    "Status": "Enabled",
    "Filter": {"And": {"Prefix": "data/", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}},
    "SourceSelectionCriteria": {
        "SseKmsEncryptedObjects": {"Status": "Enabled"},
        "ReplicaModifications": {"Status": "Enabled"},
    },
    "ExistingObjectReplication": {"Status": "Enabled"},
    "DeleteMarkerReplication": {"Status": "Enabled"},
    "Destination": {
        "Bucket": "arn:aws:s3:::replication-target",
        "StorageClass": "STANDARD_IA",
        "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:eu-west-1:123456789012:key/1"},
        "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
        "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
    },
}
PLAIN_RULE: dict[str, Any] = {
    "ID": "plain",
    "Priority": 1,
    "Status": "Disabled",
    "Filter": {"Prefix": ""},
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": {"Bucket": "arn:aws:s3:::replication-target"},
}


@pytest.mark.parametrize("rules", [[RULE], [RULE, PLAIN_RULE]])
def test_replication_rules_read_back_as_they_were_put(emulator: Emulator, rules: list[dict[str, Any]]) -> None:
    s3 = emulator.client("s3", "us-east-1")
    bucket = f"replication-source-{len(rules)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.create_bucket(Bucket="replication-target")
    s3.put_bucket_versioning(Bucket="replication-target", VersioningConfiguration={"Status": "Enabled"})
    configuration = {"Role": role(emulator, service="s3.amazonaws.com"), "Rules": rules}
    s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)
    assert s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"] == configuration
