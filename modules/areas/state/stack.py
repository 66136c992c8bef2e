"""The stack with the state bucket, which holds the state of all stacks, its own included."""

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

from modules.areas.delivery.github import GitHubRoles
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
from modules.core.region import Region, unused_providers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.settings import Settings

ACCESS_LOGS_DAYS = 365
KEEP_STATE_VERSIONS_DAYS = 365


class StateBackendStack(TerraformStack):
    """State bucket, lock table and key in the home region, and a replica of the bucket in another one.

    Whoever plans and deploys from GitHub has to be there before the platform, so these roles are here too.

    Read access to the state reveals the platform, and write access lets an attacker run code with the permissions of
    whoever deploys. So the buckets deny everyone except the administrators of the state, the replication role and the
    account root.

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
            home_region = _region(self, location.region, settings=settings)
            administrators = Administrators(
                self,
                "administrators",
                region=home_region,
                named=settings.state_administrators,
                setting="state.administrators" if settings.state.administrators else "storage.administrators",
            ).arns
            home = _RegionalState(home_region, location=location, administrators=administrators)
            DynamodbTable(
                home_region,
                "lock-table",
                provider=home_region.provider,
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
                other_region = _region(self, location.replica_region, settings=settings)
                replica = _RegionalState(other_region, location=location, administrators=administrators)
                Replication(
                    home_region, "replication", identifier=STATE, source=home.bucket, destinations=[replica.bucket]
                )
        if settings.delivery.github.repository:
            with error_context("delivery", location.region):
                GitHubRoles(home_region, "github", region=home_region)
        # The replica may be in any of them, and may move.
        others = {*settings.regions, *settings.retired_regions} - {location.region, location.replica_region}
        unused_providers(self, others, settings=settings)
        TerraformOutput(self, "bucket", value=home.bucket.id)


class _RegionalState:
    """Resources of the state in one region: a key, a log bucket and a state bucket.

    Only the administrators have access, and the replication role to the state buckets. The key policy allows them the
    key through S3 and DynamoDB, so that a permission on the bucket or the table alone does not give access to its
    content.
    """

    def __init__(self, region: Region, *, location: StateLocation, administrators: Sequence[str]) -> None:
        replication = role_arn(region, replication_identifier(STATE), home=location.region)
        principals = [*([replication] if location.replica_region else []), *administrators]
        key_statements = [
            allow_via_service(region, name, conditions=[arn_like("aws:PrincipalArn", *principals)])
            for name in ("s3", "dynamodb")
        ]
        self.key = Key(region, "state-key", region=region, purpose="state", statements=key_statements)
        settings = region.settings
        emptied = settings.leaves(region.name) and settings.leaving[region.name].objects == "delete"
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
            force_destroy=emptied,
        )
        self.bucket = Bucket(
            region,
            STATE,
            region=region,
            identifier=STATE,
            key=self.key,
            access_logs=logs,
            statements=lambda bucket: [*deny_other_encryption(bucket), *deny_everyone_except(bucket, principals)],
            keep_noncurrent_days=KEEP_STATE_VERSIONS_DAYS,
            force_destroy=emptied,
        )
        self.bucket.resource.lifecycle = TerraformResourceLifecycle(prevent_destroy=True)


def _region(stack: TerraformStack, name: str, *, settings: Settings) -> Region:
    # The state backend has no VPC, so the CIDR block does not matter.
    return Region(stack, name, name=name, settings=settings, cidr=IPv4Network("10.0.0.0/16"))
