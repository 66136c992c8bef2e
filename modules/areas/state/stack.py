"""The stack that holds the state of every stack, its own included."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from cdktf import TerraformOutput, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
)

from modules.areas.state.backend import use_state_backend
from modules.areas.state.location import STATE, StateLocation
from modules.areas.storage.administrators import Administrators
from modules.areas.storage.bucket import Bucket
from modules.areas.storage.deliveries import allow_access_log_delivery
from modules.areas.storage.replication import Replication, replication_identifier
from modules.areas.storage.statements import deny_everyone_except, deny_other_encryption
from modules.blocks.identity.policy import arn_like
from modules.blocks.identity.role import role_arn
from modules.blocks.keys.key import Key
from modules.blocks.keys.key_policy import allow_via_service
from modules.core.errors import error_context
from modules.core.region import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.settings import Settings

ACCESS_LOGS_DAYS = 365
KEEP_STATE_VERSIONS_DAYS = 365


class StateBackendStack(TerraformStack):
    """State bucket, lock table and key in the home region, and a replica of the bucket in another one.

    Whoever reads the state knows the platform, and whoever writes it runs code as whoever deploys. So its buckets
    refuse everyone but the administrators of the state, what replicates it, and the account root.

    Parameters
    ----------
    settings
        The platform's settings.

    Raises
    ------
    AreaError
        If something cannot be built; its text names the area and the region.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        use_state_backend(self, settings=settings, stack=id_)
        location = StateLocation.of(settings)
        with error_context("state", location.region):
            here = _region(self, location.region, settings=settings)
            administrators = Administrators(
                self,
                "administrators",
                region=here,
                named=settings.state_administrators,
                setting="state.administrators" if settings.state.administrators else "storage.administrators",
            ).arns
            home = _Home(here, location=location, administrators=administrators)
            DynamodbTable(
                here,
                "lock-table",
                provider=here.provider,
                name=location.lock_table,
                billing_mode="PAY_PER_REQUEST",
                hash_key="LockID",
                attribute=[DynamodbTableAttribute(name="LockID", type="S")],
                server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=home.key.arn),
                point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
                deletion_protection_enabled=True,
                tags={"Name": location.lock_table},
            )
        if location.replica_region:
            with error_context("state", location.replica_region):
                there = _region(self, location.replica_region, settings=settings)
                away = _Home(there, location=location, administrators=administrators)
                Replication(here, "replication", identifier=STATE, source=home.bucket, destinations=[away.bucket])
        TerraformOutput(self, "bucket", value=home.bucket.id)


class _Home:
    """What one region has of the state: a key, a log bucket and a state bucket.

    They are for the administrators, and the buckets of the state for what replicates it. The key is theirs through S3
    and DynamoDB, so that a permission on the bucket or the table does not open what is in it to anyone else.
    """

    def __init__(self, region: Region, *, location: StateLocation, administrators: Sequence[str]) -> None:
        replication = role_arn(region, replication_identifier(STATE), home=location.region)
        named = [*([replication] if location.replica_region else []), *administrators]
        uses = [
            allow_via_service(region, name, conditions=[arn_like("aws:PrincipalArn", *named)])
            for name in ("s3", "dynamodb")
        ]
        self.key = Key(region, "state-key", region=region, purpose="state", statements=uses)
        logs = Bucket(
            region,
            "state-logs",
            region=region,
            identifier="state-logs",
            key=None,
            statements=lambda bucket: [
                *deny_everyone_except(bucket, administrators, services=True),
                *allow_access_log_delivery(bucket),
            ],
            expire_after_days=ACCESS_LOGS_DAYS,
        )
        self.bucket = Bucket(
            region,
            STATE,
            region=region,
            identifier=STATE,
            key=self.key,
            access_logs=logs,
            statements=lambda bucket: [*deny_other_encryption(bucket), *deny_everyone_except(bucket, named)],
            keep_noncurrent_days=KEEP_STATE_VERSIONS_DAYS,
        )
        self.bucket.resource.lifecycle = TerraformResourceLifecycle(prevent_destroy=True)


def _region(stack: TerraformStack, name: str, *, settings: Settings) -> Region:
    # The backend has no network, so which block its region would have does not matter.
    return Region(stack, name, name=name, settings=settings, cidr=IPv4Network("10.0.0.0/16"))
