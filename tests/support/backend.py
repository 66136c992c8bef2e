"""A state backend that is just there, for lives that are about other things.

`make bootstrap` takes 40 resources and seven commands of Terraform for it. What it makes, and makes again, is shown by
`tests/life/test_state.py` and others: with the three regions, with roles that may do no more, and killed.
"""

from __future__ import annotations

from tools.local import LocalPlatform
from tools.target import Target


class GivenBackend(LocalPlatform):
    """A local platform that is given what Terraform needs to keep a state: a bucket, a table of locks, and a key."""

    def _bootstrap(self, target: Target) -> None:
        if target.has_backend():
            return
        region, location = target.location.region, target.location
        there = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
        target.clients("s3", region).create_bucket(Bucket=target.bucket, **there)
        target.clients("dynamodb", region).create_table(
            TableName=location.lock_table,
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        kms = target.clients("kms", region)
        kms.create_alias(AliasName=location.key_alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
        self._make_roles(target)
