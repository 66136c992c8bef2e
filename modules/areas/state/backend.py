"""The S3 backend of the stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import S3Backend

from modules.areas.state.location import StateLocation

if TYPE_CHECKING:
    from cdktf import TerraformStack

    from modules.settings import Settings


def use_state_backend(owner: TerraformStack, *, settings: Settings, stack: str) -> None:
    """Keep the state of ``owner`` in the bucket that the ``state-backend`` stack makes.

    Terraform takes two locks: the lock file in the bucket, and the DynamoDB item unless ``state.dynamodb_lock`` is
    false, or the state is kept in its replica: the table is in the home region. If the settings name the account,
    Terraform refuses credentials of any other account. If they do not, the bucket comes from
    ``terraform init -backend-config=bucket=…``. The backend has no argument for the bucket's expected owner, so the
    tools check the owner.

    See https://developer.hashicorp.com/terraform/language/backend/s3
    """
    location = StateLocation.of(settings)
    backend = S3Backend(
        owner,
        bucket=location.bucket(settings.account_id) if settings.account_id else "",
        key=location.key(stack),
        region=location.kept_in,
        encrypt=True,
        kms_key_id=location.key_alias,
        dynamodb_table=location.lock_table if settings.state.dynamodb_lock and not location.is_elsewhere else None,
    )
    # The CDKTF class does not have this argument yet.
    backend.add_override("use_lockfile", True)
    if settings.account_id:
        backend.add_override("allowed_account_ids", [settings.account_id])
    else:
        # The CDKTF class requires a bucket, Terraform does not.
        backend.add_override("bucket", None)
