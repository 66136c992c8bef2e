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

from modules.errors import building
from modules.keys.key import Key, used_through
from modules.region import Region
from modules.state.backend import use_state_backend
from modules.state.location import StateLocation
from modules.storage.bucket import Bucket
from modules.storage.deliveries import take_access_logs
from modules.storage.replication import Replication
from modules.storage.statements import refuse_other_encryption

if TYPE_CHECKING:
    from constructs import Construct

    from modules.settings import Settings

ACCESS_LOGS_DAYS = 365
KEEP_STATE_VERSIONS_DAYS = 365


class StateBackendStack(TerraformStack):
    """State bucket, lock table and key in the primary region, and a replica of the bucket in another one.

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
        with building("state", location.region):
            home = _Home(self, settings=settings, region=location.region)
            DynamodbTable(
                home.region,
                "lock-table",
                provider=home.region.provider,
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
            with building("state", location.replica_region):
                away = _Home(self, settings=settings, region=location.replica_region)
                Replication(
                    home.region, "replication", identifier="state", source=home.bucket, destinations=[away.bucket]
                )
        TerraformOutput(self, "bucket", value=home.bucket.id)


class _Home:
    """What one region has of the state: a key, a log bucket and a state bucket."""

    def __init__(self, stack: TerraformStack, *, settings: Settings, region: str) -> None:
        # The backend has no network, so which block its region would have does not matter.
        self.region = Region(stack, region, name=region, settings=settings, cidr=IPv4Network("10.0.0.0/16"))
        services = [used_through(self.region, name) for name in ("s3", "dynamodb")]
        self.key = Key(self.region, "state-key", region=self.region, purpose="state", statements=services)
        logs = Bucket(
            self.region,
            "state-logs",
            region=self.region,
            identifier="state-logs",
            key=None,
            statements=take_access_logs,
            expire_after_days=ACCESS_LOGS_DAYS,
        )
        self.bucket = Bucket(
            self.region,
            "state",
            region=self.region,
            identifier="state",
            key=self.key,
            access_logs=logs,
            statements=refuse_other_encryption,
            keep_noncurrent_days=KEEP_STATE_VERSIONS_DAYS,
        )
        self.bucket.resource.lifecycle = TerraformResourceLifecycle(prevent_destroy=True)
