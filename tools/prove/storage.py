"""Objects and items arrive in the other region."""

import time
from typing import Any

from botocore.exceptions import ClientError

from tools.paths import BACKEND, PLATFORM
from tools.prove.context import Context


def replication(context: Context) -> str:
    """Write an object in each region, and find its copy in the other."""
    there = context.others[0]
    pairs = ((context.home, there), (there, context.home))
    return "; ".join(_copied(context, source=source, destination=destination) for source, destination in pairs)


def _copied(context: Context, *, source: str, destination: str) -> str:
    buckets = {
        region: context.one("aws_s3_bucket", region, holding="-data-")["bucket"] for region in (source, destination)
    }
    key = f"application/prove-{context.mark}-{source}"
    s3, owner = context.client("s3", source), context.target.account_id
    version = s3.put_object(Bucket=buckets[source], Key=key, Body=b"proof", ExpectedBucketOwner=owner)["VersionId"]
    context.later(f"object {key}", lambda: s3.delete_object(Bucket=buckets[source], Key=key, VersionId=version))
    copies = context.client("s3", destination)
    started = context.clock()
    head = context.until(
        lambda: _head(copies, buckets[destination], key, owner=owner),
        what=f"the copy of {key} in {destination}",
        minutes=20,
    )
    encrypted = head.get("ServerSideEncryption", "not encrypted")
    return f"{source} to {destination} in {context.clock() - started:.0f} s ({encrypted})"


def state_replication(context: Context) -> str:
    """The state that was just written is in the replica of its bucket."""
    key = context.target.location.key(PLATFORM)
    s3, owner = context.client("s3", context.target.location.kept_in), context.target.account_id

    def done() -> bool:
        head = s3.head_object(Bucket=context.target.bucket, Key=key, ExpectedBucketOwner=owner)
        return bool(head.get("ReplicationStatus") == "COMPLETED")

    context.until(done, what="the state's replication", minutes=20)
    regions = sorted({str(one["region"]) for one in context.found("aws_s3_bucket", stack=BACKEND)})
    return f"S3 says COMPLETED of {key}; buckets in {', '.join(regions)}"


def session(context: Context) -> str:
    """Write an item in the home region, and read it in every other."""
    name = context.one("aws_dynamodb_table", context.home, holding="sessions")["name"]
    key = {"session_id": {"S": f"prove-{context.mark}"}}
    home = context.client("dynamodb", context.home)
    # Gone by itself an hour later, if nothing else takes it away.
    home.put_item(TableName=name, Item={**key, "expires_at": {"N": str(int(time.time()) + 3600)}})
    context.later(f"item {key['session_id']['S']}", lambda: home.delete_item(TableName=name, Key=key))
    for region in context.others:
        table = context.client("dynamodb", region)
        context.until(
            lambda table=table: table.get_item(TableName=name, Key=key).get("Item"),  # type: ignore[misc]
            what=f"the session in {region}",
            minutes=5,
        )
    return f"written in {context.home}, read in {', '.join(context.others)}"


def _head(s3: Any, bucket: str, key: str, *, owner: str) -> dict[str, Any] | None:  # noqa: ANN401 - a client of boto3
    try:
        return dict(s3.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=owner))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return None
        raise
