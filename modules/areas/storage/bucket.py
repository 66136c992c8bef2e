"""S3 buckets."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from modules.areas.storage.lifecycle import Lifecycle
from modules.areas.storage.statements import deny_insecure_transport
from modules.blocks.identity.policy import PolicyDocument, arn_like
from modules.core.naming import bucket_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from modules.blocks.identity.policy import Condition, Statement
    from modules.blocks.keys.key import Key
    from modules.core.region import Region


class Bucket(Construct):
    """A private, versioned, encrypted bucket that accepts TLS 1.2 or newer only.

    The bucket owner owns all objects, whoever wrote them. Lifecycle rules remove old versions and incomplete uploads.
    Access is logged if there is a bucket for access logs.

    Parameters
    ----------
    region
        Its region.
    identifier
        The part of the name that tells it from other buckets. The account id is added.
    key
        The KMS key that encrypts objects. ``None`` means SSE-S3, which AWS requires for some log buckets. Terraform
        destroys the key after the bucket: if S3 refuses to delete the bucket, its objects stay readable.
    bucket_key
        Whether an S3 Bucket Key is used, which saves requests to KMS. Yes by default. It must be off if the writer has
        an encryption context of its own.
    access_logs
        The bucket for access logs, or ``None`` for no access logs.
    statements
        A function that takes the bucket and returns statements of its policy, besides those about TLS. None by default.
    expire_after_days
        Days after which objects expire. ``None``, the default, keeps them.
    keep_noncurrent_days
        Days that noncurrent versions are kept. 90 by default.
    tiers
        Storage classes, each with the days after which objects move to it. None by default.
    force_destroy
        Whether destroying the bucket also deletes its objects. No by default.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """

    def __init__(  # noqa: PLR0913 - each is a decision of its own
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        identifier: str,
        key: Key | None,
        bucket_key: bool = True,
        access_logs: Bucket | None = None,
        statements: Callable[[Bucket], Sequence[Statement]] = lambda _: (),
        expire_after_days: int | None = None,
        keep_noncurrent_days: int = 90,
        tiers: Mapping[str, int] = MappingProxyType({}),
        force_destroy: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self.region, self.key = region, key
        self.name = bucket_name(region.names, identifier, region.account_id)
        self.resource = S3Bucket(
            self,
            "Resource",
            provider=region.provider,
            bucket=self.name,
            force_destroy=force_destroy,
            tags={"Name": self.name},
            depends_on=[key.resource] if key else None,
        )
        self.id, self.arn = self.resource.id, self.resource.arn
        self.versioning = S3BucketVersioningA(
            self,
            "versioning",
            provider=region.provider,
            bucket=self.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        self._encrypt(bucket_key=bucket_key)
        document = PolicyDocument(
            self, "policy-document", region=region, statements=[*deny_insecure_transport(self), *statements(self)]
        )
        self.policy = S3BucketPolicy(
            self,
            "policy",
            provider=region.provider,
            bucket=self.id,
            policy=document.json,
            # S3 answers with a conflict if both are set at the same time.
            depends_on=[self._block_public_access()],
        )
        Lifecycle(
            self,
            "lifecycle",
            bucket=self,
            expire_after_days=expire_after_days,
            keep_noncurrent_days=keep_noncurrent_days,
            tiers=tiers,
        )
        if access_logs:
            S3BucketLoggingA(
                self,
                "access-logs",
                provider=region.provider,
                bucket=self.id,
                target_bucket=access_logs.id,
                target_prefix=f"s3/{identifier}/",
                # The policy of the log bucket must allow the delivery before S3 accepts the setting.
                depends_on=[access_logs.policy],
            )

    def _encrypt(self, *, bucket_key: bool) -> None:
        default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if self.key else "AES256", kms_master_key_id=self.key.arn if self.key else None
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            provider=self.region.provider,
            bucket=self.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=default, bucket_key_enabled=bool(self.key) and bucket_key
                )
            ],
        )

    def _block_public_access(self) -> S3BucketPublicAccessBlock:
        S3BucketOwnershipControls(
            self,
            "ownership",
            provider=self.region.provider,
            bucket=self.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        return S3BucketPublicAccessBlock(
            self,
            "public-access-block",
            provider=self.region.provider,
            bucket=self.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )


def encrypted_in(*buckets: Bucket) -> Condition:
    """Condition on the encryption context: a bucket's ARN with an S3 Bucket Key, the object's ARN without."""
    arns = (arn for bucket in buckets for arn in (bucket.arn, f"{bucket.arn}/*"))
    return arn_like("kms:EncryptionContext:aws:s3:arn", *arns)
