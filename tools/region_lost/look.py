"""What has to be true in AWS before a state is parted, or joined again: pure questions, nothing is changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.errors import ToolError
from tools.region_lost.surgery import State, attributes_of
from tools.target import Target

PAGE = "docs/region-lost.md"
SECRET, VERSION, TABLE = "aws_secretsmanager_secret", "aws_secretsmanager_secret_version", "aws_dynamodb_table"
INSTANCE = "aws_db_instance"


def require_copies(target: Target, state: State, moved: Mapping[str, str], *, region: str) -> None:
    """Refuse to go on where a copy is not what it has to become: a whole original without the lost region.

    Parameters
    ----------
    target : Target
        The account; its settings name the home region now.
    state : mapping
        The state before.
    moved : mapping
        What becomes its copy, by address.
    region : str
        The lost region.

    Raises
    ------
    ToolError
        With what to do first.
    """
    heir = target.settings.home
    _require_writer(target, state, region=region)
    for attributes in _moved(state, SECRET, moved):
        _require_secret(target, attributes["name"], versions=_versions(state, attributes), heir=heir, lost=region)
    for _, attributes in attributes_of(state, TABLE):
        # The others are in one region, and have no stream.
        if attributes.get("stream_enabled"):
            _require_table(target, attributes["name"], heir=heir, lost=region)


def require_taken_back(target: Target, state: State, lost: State, *, region: str) -> None:
    """Refuse to join a region that has originals of its own, where it is to have copies.

    Raises
    ------
    ToolError
        With what a person has to decide, and the commands.
    """
    home = target.settings.home
    if region == home:
        return
    for _, attributes in attributes_of(state, SECRET):
        _require_replica_of_secret(target, attributes["name"], home=home, region=region)
    for _, attributes in attributes_of(state, TABLE):
        if attributes.get("stream_enabled"):
            _require_no_other_table(target, attributes["name"], home=home, region=region)
    for _, attributes in attributes_of(lost, INSTANCE):
        member = target.settings.topology.places[region]
        if not attributes.get("replicate_source_db") and (member.role != "detached"):
            raise ToolError(
                f"the database in {region} stands alone, with what was written there last, and the settings make it "
                f"{'the writer' if member.role == 'writer' else 'a replica'}",
                advice=f"nothing was changed. Write `database.instances: {{{region}: {{role: detached}}}}`; what "
                f"becomes of its data is decided afterwards: {PAGE}#decide",
            )


def require_no_replication(target: Target, *, region: str) -> None:
    """Refuse to join a former home region whose state bucket still replicates into the one that counts.

    Raises
    ------
    ToolError
        With the command that ends it.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    location = target.location
    if region == location.region:
        return
    name = target.bucket.replace(location.kept_in, region)
    try:
        target.clients("s3", region).get_bucket_replication(Bucket=name, ExpectedBucketOwner=target.account_id)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"ReplicationConfigurationNotFoundError", "NoSuchBucket", "404"}:
            return
        raise
    raise ToolError(
        f"{name} still replicates to {target.bucket}: who uses old settings would overwrite the state",
        advice=f"nothing was changed. aws s3api delete-bucket-replication --region {region} --bucket {name}",
    )


def _moved(state: State, kind: str, moved: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    return (found for address, found in attributes_of(state, kind) if address in moved)


def _versions(state: State, secret: Mapping[str, Any]) -> set[str]:
    return {
        str(found["version_id"]) for _, found in attributes_of(state, VERSION) if found.get("secret_id") == secret["id"]
    }


def _require_writer(target: Target, state: State, *, region: str) -> None:
    settings = target.settings
    writer, sources = settings.topology.writer, {}
    for _, each in attributes_of(state, INSTANCE):
        place = next((name for name in settings.regions if f":rds:{name}:" in str(each.get("arn"))), None)
        if place is not None:
            answer = target.clients("rds", place).describe_db_instances(DBInstanceIdentifier=each["identifier"])
            (instance,) = answer["DBInstances"]
            sources[place] = instance.get("ReadReplicaSourceDBInstanceIdentifier")
    if not sources.get(writer):
        return
    alone = sorted(place for place, source in sources.items() if not source)
    if alone:
        raise ToolError(
            f"the database in {writer} is a replica, and that in {alone[0]} stands alone: the writer is there",
            advice=f"nothing was changed. Write `primary_region: {alone[0]}`, and of the others what they replicate: "
            f"`database.instances.{writer}: {{role: replica, of: {region}}}`: {PAGE}",
        )
    raise ToolError(
        f"the database in {writer} is still a replica of {sources[writer]}",
        advice=f"nothing was changed. First `make failover REGION={writer}`, with settings that still have {region}: "
        f"{PAGE}",
    )


def _require_secret(target: Target, name: str, *, versions: set[str], heir: str, lost: str) -> None:
    found, writer = _described(target, name, heir), target.settings.topology.writer
    first = f"nothing was changed. First `make failover REGION={writer}`, with settings that still have {lost}: {PAGE}"
    if found is None:
        raise ToolError(f"there is no secret {name} in {heir}", advice=first)
    primary = found.get("PrimaryRegion", heir)
    if primary not in {heir, lost}:
        # The writer has gone to a third region, and the secrets with it.
        first = (
            f"nothing was changed. First `make failback STEP=secrets`, with these settings: {PAGE}#with-a-third-region"
        )
    if primary != heir:
        raise ToolError(f"the secret {name} in {heir} is a replica of {primary}", advice=first)
    if gone := versions - {*found.get("VersionIdsToStages", {})}:
        raise ToolError(
            f"the secret {name} in {heir} lacks versions that the state has: {', '.join(sorted(gone))}",
            advice="nothing was changed. Terraform would write a new password that the database does not know: "
            f"{PAGE}#a-version-is-missing",
        )


def _require_table(target: Target, name: str, *, heir: str, lost: str) -> None:
    """Refuse a table with a replica in the lost region. DynamoDB takes it away by a call in that region.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ReplicationGroupUpdate.html
    """
    table = _table(target, name, heir)
    if table is not None and lost in _replicas(table):
        raise ToolError(
            f"the table {name} still has a replica in {lost}, and Terraform would ask that region",
            advice=f"nothing was changed. aws dynamodb update-table --region {heir} --table-name {name} "
            f'--replica-updates \'[{{"Delete": {{"RegionName": "{lost}"}}}}]\', then wait until describe-table no '
            f"longer lists it. If AWS refuses, or never ends: {PAGE}#3-take-the-replica-from-the-session-table",
        )


def _require_replica_of_secret(target: Target, name: str, *, home: str, region: str) -> None:
    found = _described(target, name, region)
    if found is None or found.get("PrimaryRegion") == home:
        return
    alias = f"alias/{target.location.names.of('kms', 'secrets').replace(target.location.region, region)}"
    # The ARN, as Terraform's: for an alias the next apply would delete the replica and make it again
    # (tools.failback.reunion).
    key = f"$(aws kms describe-key --region {region} --key-id {alias} --query KeyMetadata.Arn --output text)"
    raise ToolError(
        f"the secret {name} in {region} is not a replica of the one in {home}",
        advice="nothing was changed. Keep its value if the old database is still to be read, then let the one that "
        f"counts take its place: aws secretsmanager replicate-secret-to-regions --region {home} --secret-id {name} "
        f"--force-overwrite-replica-secret --add-replica-regions Region={region},KmsKeyId={key}",
    )


def _require_no_other_table(target: Target, name: str, *, home: str, region: str) -> None:
    table = _table(target, name, home)
    if table is None or region in _replicas(table) or _table(target, name, region) is None:
        return
    raise ToolError(
        f"there is a table {name} in {region} that is no replica of the one in {home}",
        advice="nothing was changed. Its items are those of the time before; when nobody needs them: aws dynamodb "
        f"update-table --region {region} --table-name {name} --no-deletion-protection-enabled, then aws dynamodb "
        f"delete-table --region {region} --table-name {name}",
    )


def _described(target: Target, name: str, region: str) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        found: Mapping[str, Any] = target.clients("secretsmanager", region).describe_secret(SecretId=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return found


def _table(target: Target, name: str, region: str) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        found: Mapping[str, Any] = target.clients("dynamodb", region).describe_table(TableName=name)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return found


def _replicas(table: Mapping[str, Any]) -> set[str]:
    return {each["RegionName"] for each in table.get("Replicas", ()) if each.get("ReplicaStatus") != "DELETING"}
