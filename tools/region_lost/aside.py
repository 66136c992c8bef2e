"""What was set aside of a lost region: a state of its own, beside the one that counts."""

import json
from collections.abc import Collection
from typing import Any

from tools.errors import ToolError
from tools.paths import PLATFORM
from tools.target import Target


def key_of(stack: str, region: str) -> str:
    """Return the object key of what a stack had in a region."""
    return f"{stack}/lost-{region}.tfstate"


def set_aside(target: Target, stack: str, region: str) -> dict[str, Any] | None:
    """Return what a stack had in a region; None if nothing is set aside."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        answer = target.clients("s3", target.location.kept_in).get_object(
            Bucket=target.bucket, Key=key_of(stack, region), ExpectedBucketOwner=target.account_id
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchBucket", "404"}:
            return None
        raise
    found: dict[str, Any] = json.loads(answer["Body"].read())
    return found


def require_joined(target: Target, held: Collection[str]) -> None:
    """Refuse to build a region anew that stands, and was taken out of the state while it was lost.

    Parameters
    ----------
    target : Target
        The account.
    held : collection of str
        The regions that the state of the platform has something in. Of none nothing is asked.

    Raises
    ------
    ToolError
        With the command that takes it in again.
    """
    new = [region for region in target.settings.regions if region not in held]
    if not held or not new:
        return
    answer = target.clients("s3", target.location.kept_in).list_objects_v2(
        Bucket=target.bucket, Prefix=f"{PLATFORM}/lost-", ExpectedBucketOwner=target.account_id
    )
    keys = {each["Key"] for each in answer.get("Contents", ())}
    for region in new:
        key = key_of(PLATFORM, region)
        if key in keys:
            raise ToolError(
                f"{region} was lost, and what stands there is set aside: a plan would make all of it a second time",
                advice=f"nothing was changed. First `make region-lost REGION={region} BACK=1`: "
                f"docs/region-lost.md#back; if nothing stands there any more, delete s3://{target.bucket}/{key}",
            )
