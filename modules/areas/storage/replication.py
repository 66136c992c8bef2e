"""Replication of buckets to other regions."""

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

from modules.areas.storage.bucket import encrypted_in
from modules.blocks.identity.policy import Statement, string_like
from modules.blocks.identity.role import ServiceRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.storage.bucket import Bucket
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: S3 Replication Time Control is for 15 minutes, and S3 accepts no other number.
REPLICATION_TIME_MINUTES = 15


class Replication(Construct):
    """Replication of one bucket to buckets of other regions, each encrypted with a key of its own region.

    Delete markers and changes of replicas' metadata are replicated too. S3 Replication Time Control and its metrics are
    on, so that an alarm can notice a replica that lags.

    The trust policy of its role has no condition: AWS documents no condition key that S3 sends. S3 does not test the
    role when replication is configured, so a role that S3 cannot assume would fail the replication of every object. The
    role can read this source and write to these destinations, and nothing else.

    Parameters
    ----------
    identifier
        The bucket's identifier, which becomes part of the role's name.
    source
        The source bucket. It must have a key.
    destinations
        The destination buckets. Each must have a key. The rules' priorities follow the names of their regions.

    Attributes
    ----------
    source, destinations
        The buckets. The destinations are in the order of the rules.

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
            statements=[
                *_source_statements(source),
                *_destination_statements(ordered),
            ],
        )
        self.resource = S3BucketReplicationConfigurationA(
            self,
            "Resource",
            provider=source.region.provider,
            bucket=source.id,
            role=role.arn,
            rule=[_rule(bucket, priority) for priority, bucket in enumerate(ordered, start=1)],
            # S3 refuses replication unless versioning is on for source and destinations.
            depends_on=[source.versioning, *(bucket.versioning for bucket in ordered), role.policy],
        )

    def involves(self, region: Region) -> bool:
        """Whether the region has the source or a destination."""
        return any(bucket.region is region for bucket in (self.source, *self.destinations))

    def rule_id(self, destination: Bucket) -> str:
        """Id of the rule for ``destination``: the dimension ``RuleId`` of S3's metrics."""
        return str(self.resource.rule.get(self.destinations.index(destination)).id)


def replication_identifier(identifier: str) -> str:
    """Identifier of the role that replicates the bucket ``identifier``; bucket policies of other regions name it."""
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
                event_threshold=S3BucketReplicationConfigurationRuleDestinationMetricsEventThreshold(
                    minutes=REPLICATION_TIME_MINUTES
                ),
            ),
            replication_time=S3BucketReplicationConfigurationRuleDestinationReplicationTime(
                status="Enabled",
                time=S3BucketReplicationConfigurationRuleDestinationReplicationTimeTime(
                    minutes=REPLICATION_TIME_MINUTES
                ),
            ),
        ),
    )


def _source_statements(source: Bucket) -> list[Statement]:
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
        _key(source).use_statement(
            "DecryptTheSource", service="s3", actions=["kms:Decrypt"], context=encrypted_in(source)
        ),
    ]


def _destination_statements(buckets: Sequence[Bucket]) -> list[Statement]:
    """Statements for all destinations together: the policies of a role may have 10,240 characters in all.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    return [
        Statement(
            sid="ReplicateToOthers",
            actions=["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            resources=[f"{bucket.arn}/*" for bucket in buckets],
        ),
        Statement(
            sid="EncryptThere",
            actions=["kms:Encrypt", "kms:GenerateDataKey"],
            resources=[_key(bucket).arn for bucket in buckets],
            condition=[string_like("kms:ViaService", "s3.*.amazonaws.com"), encrypted_in(*buckets)],
        ),
    ]


def _key(bucket: Bucket) -> Key:
    if bucket.key is None:
        raise ValueError(
            f"bucket {bucket.node.path} has no customer managed key, allowed in replication: buckets with one"
        )
    return bucket.key
