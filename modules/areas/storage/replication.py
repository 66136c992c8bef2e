"""Copies of buckets in other regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.s3_bucket_replication_configuration import (
    S3BucketReplicationConfigurationA,
    S3BucketReplicationConfigurationRule,
    S3BucketReplicationConfigurationRuleDeleteMarkerReplication,
    S3BucketReplicationConfigurationRuleDestination,
    S3BucketReplicationConfigurationRuleDestinationEncryptionConfiguration,
    S3BucketReplicationConfigurationRuleDestinationMetrics,
    S3BucketReplicationConfigurationRuleDestinationMetricsEventThreshold,
    S3BucketReplicationConfigurationRuleDestinationReplicationTime,
    S3BucketReplicationConfigurationRuleDestinationReplicationTimeTime,
    S3BucketReplicationConfigurationRuleFilter,
    S3BucketReplicationConfigurationRuleSourceSelectionCriteria,
    S3BucketReplicationConfigurationRuleSourceSelectionCriteriaReplicaModifications,
    S3BucketReplicationConfigurationRuleSourceSelectionCriteriaSseKmsEncryptedObjects,
)
from constructs import Construct

from modules.blocks.identity.policy import Statement
from modules.blocks.identity.role import ServiceRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.storage.bucket import Bucket
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: S3 promises replication time control for 15 minutes, and takes no other number.
MINUTES = 15


class Replication(Construct):
    """Replication of one bucket to buckets of other regions, encrypted anew with each region's key.

    Delete markers and changes of replicas' metadata are copied too. Replication time control and its metrics are on, so
    that a copy that lags is noticed.

    Its role's trust has no condition: AWS shows the trust of such roles without any and documents no key that S3 sends.
    S3 does not try the role when replication is set up, so one that it cannot take on would have every object fail.
    The role reads this one source and writes these copies, and nothing else.

    Parameters
    ----------
    identifier
        What the name of its role says of it.
    source
        The bucket that is copied. It must have a key.
    destinations
        The buckets that take the copies; each must have a key. The rules' priorities follow the names of their regions.

    Attributes
    ----------
    source, destinations
        The buckets, those that take the copies in the order of the rules.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, identifier: str, source: Bucket, destinations: Sequence[Bucket]
    ) -> None:
        super().__init__(scope, id_)
        self.source = source
        self.destinations = ordered = sorted(destinations, key=lambda bucket: bucket.region.name)
        role = ServiceRole(
            self,
            "role",
            region=source.region,
            identifier=replication_identifier(identifier),
            trusted_service="s3",
            statements=[*_read(source), *(statement for bucket in ordered for statement in _write(bucket))],
        )
        self.resource = S3BucketReplicationConfigurationA(
            self,
            "Resource",
            provider=source.region.provider,
            bucket=source.id,
            role=role.arn,
            rule=[_rule(bucket, priority) for priority, bucket in enumerate(ordered, start=1)],
            # S3 refuses replication unless both ends keep versions.
            depends_on=[source.versioning, *(bucket.versioning for bucket in ordered), role.policy],
        )

    def involves(self, region: Region) -> bool:
        """Whether it leaves the region or reaches it."""
        return any(bucket.region is region for bucket in (self.source, *self.destinations))

    def rule_id(self, destination: Bucket) -> str:
        """Id of the rule that copies to ``destination``, as S3's metrics name it."""
        return str(self.resource.rule.get(self.destinations.index(destination)).id)


def replication_identifier(identifier: str) -> str:
    """Identifier of the role that replicates the bucket ``identifier``; policies of other regions name it."""
    return f"replicate-{identifier}"


def _rule(bucket: Bucket, priority: int) -> S3BucketReplicationConfigurationRule:
    return S3BucketReplicationConfigurationRule(
        id=f"to-{bucket.region.name}",
        priority=priority,
        status="Enabled",
        filter=S3BucketReplicationConfigurationRuleFilter(prefix=""),
        delete_marker_replication=S3BucketReplicationConfigurationRuleDeleteMarkerReplication(status="Enabled"),
        source_selection_criteria=S3BucketReplicationConfigurationRuleSourceSelectionCriteria(
            sse_kms_encrypted_objects=S3BucketReplicationConfigurationRuleSourceSelectionCriteriaSseKmsEncryptedObjects(
                status="Enabled"
            ),
            replica_modifications=S3BucketReplicationConfigurationRuleSourceSelectionCriteriaReplicaModifications(
                status="Enabled"
            ),
        ),
        destination=S3BucketReplicationConfigurationRuleDestination(
            bucket=bucket.arn,
            storage_class="STANDARD",
            encryption_configuration=S3BucketReplicationConfigurationRuleDestinationEncryptionConfiguration(
                replica_kms_key_id=_key(bucket).arn
            ),
            metrics=S3BucketReplicationConfigurationRuleDestinationMetrics(
                status="Enabled",
                event_threshold=S3BucketReplicationConfigurationRuleDestinationMetricsEventThreshold(minutes=MINUTES),
            ),
            replication_time=S3BucketReplicationConfigurationRuleDestinationReplicationTime(
                status="Enabled",
                time=S3BucketReplicationConfigurationRuleDestinationReplicationTimeTime(minutes=MINUTES),
            ),
        ),
    )


def _read(source: Bucket) -> list[Statement]:
    return [
        Statement(
            sid="ReadTheSource",
            actions=["s3:GetReplicationConfiguration", "s3:ListBucket"],
            resources=[source.arn],
        ),
        Statement(
            sid="ReadItsObjects",
            actions=[
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
            ],
            resources=[f"{source.arn}/*"],
        ),
        _use_key(source, sid="DecryptTheSource", actions=["kms:Decrypt"]),
    ]


def _write(bucket: Bucket) -> list[Statement]:
    suffix = "".join(part.capitalize() for part in bucket.region.name.split("-"))
    return [
        Statement(
            sid=f"ReplicateTo{suffix}",
            actions=["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            resources=[f"{bucket.arn}/*"],
        ),
        _use_key(bucket, sid=f"EncryptIn{suffix}", actions=["kms:Encrypt", "kms:GenerateDataKey"]),
    ]


def _use_key(bucket: Bucket, *, sid: str, actions: list[str]) -> Statement:
    return _key(bucket).use_statement(sid, service="s3", actions=actions, context=bucket.encryption_context)


def _key(bucket: Bucket) -> Key:
    if bucket.key is None:
        raise ValueError(f"bucket {bucket.node.path} has no key of ours, allowed in replication: buckets with one")
    return bucket.key
