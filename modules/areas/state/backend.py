"""The backend that every stack keeps its state in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import S3Backend

from modules.areas.state.location import StateLocation

if TYPE_CHECKING:
    from cdktf import TerraformStack

    from modules.settings import Settings


def use_state_backend(owner: TerraformStack, *, settings: Settings, stack: str) -> None:
    """Keep the state of ``owner`` in the bucket that the ``state-backend`` stack makes.

    Both locks are taken: the file in the bucket, and the DynamoDB item unless ``state.dynamodb_lock`` is off. If the
    settings do not name the account, the bucket is left to ``terraform init -backend-config=bucket=…``; if they do,
    Terraform refuses the credentials of any other. It has no argument for the bucket's owner: the tools look at that.

    See https://developer.hashicorp.com/terraform/language/backend/s3
    """
    location = StateLocation.of(settings)
    backend = S3Backend(
        owner,
        bucket=location.bucket(settings.account_id) if settings.account_id else "",
        key=location.key(stack),
        region=location.region,
        encrypt=True,
        kms_key_id=location.key_alias,
        dynamodb_table=location.lock_table if settings.state.dynamodb_lock else None,
    )
    # The binding is older than this argument.
    backend.add_override("use_lockfile", True)
    if settings.account_id:
        backend.add_override("allowed_account_ids", [settings.account_id])
    else:
        # The binding insists on a bucket, Terraform does not.
        backend.add_override("bucket", None)
