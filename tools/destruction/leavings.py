"""What the destruction itself leaves behind, by the resources that go."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from tools.destruction.going import Going

Left = Iterator[tuple[str | None, str]]
#: Days that DynamoDB keeps what it saves of a deleted table:
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
SYSTEM_BACKUP_DAYS = 35


def left_behind(going: Sequence[Going]) -> Left:
    """Yield keys of what the destruction leaves, each with what that is in words.

    Parameters
    ----------
    going : sequence of Going
        All that goes, keys included.
    """
    windows = {
        str(one.attributes.get("arn")): int(one.attributes.get("deletion_window_in_days") or 0)
        for one in going
        if one.kind == "aws_kms_key"
    }
    for one in going:
        if one.kind in _KINDS:
            yield from _KINDS[one.kind](one)
        elif one.kind == "aws_secretsmanager_secret":
            yield from _of_secret(one, windows)


def _of_instance(one: Going) -> Left:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
    known, key = one.attributes, one.attributes.get("kms_key_id")
    if not known.get("skip_final_snapshot"):
        yield key, f"final snapshot {known.get('final_snapshot_identifier')}"
    if not known.get("delete_automated_backups") and known.get("backup_retention_period"):
        yield key, f"automated backups of {known.get('identifier')}"


def _of_replicated_backups(one: Going) -> Left:
    # Those that are there are kept to the end of their retention:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/AutomatedBackups.StopReplicating.html
    source = str(one.attributes.get("source_db_instance_arn")).rpartition(":")[2]
    yield one.attributes.get("kms_key_id"), f"automated backups of {source}"


def _of_table(one: Going) -> Left:
    known = one.attributes
    saved = f"system backup of table {known.get('name')}, for {SYSTEM_BACKUP_DAYS} days"
    if any(each.get("enabled") for each in known.get("point_in_time_recovery") or ()):
        for each in known.get("server_side_encryption") or ():
            yield each.get("kms_key_arn"), saved
    for each in known.get("replica") or ():
        if each.get("point_in_time_recovery"):
            yield each.get("kms_key_arn"), saved


def _of_secret(one: Going, windows: Mapping[str, int]) -> Left:
    # As long as its key waits for deletion, which can be taken back too, a secret that waits can be brought back whole.
    secret, days = one.attributes.get("name"), int(one.attributes.get("recovery_window_in_days") or 0)
    keys = [
        one.attributes.get("kms_key_id"),
        *(each.get("kms_key_id") for each in one.attributes.get("replica") or ()),
    ]
    for key in keys:
        if days > windows.get(str(key), days):
            yield key, f"secret {secret}, which can be brought back for {days} days"


_KINDS: dict[str, Callable[[Going], Left]] = {
    "aws_db_instance": _of_instance,
    "aws_db_instance_automated_backups_replication": _of_replicated_backups,
    "aws_dynamodb_table": _of_table,
}
