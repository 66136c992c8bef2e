"""What in a plan takes protection away from what stays: pure functions over `terraform show -json`.

That is a protection that is turned off, data that AWS keeps for a shorter time than before and deletes after it, and a
resource that protects or watches something, and is destroyed while that something stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from tools.plan import Plan, deletions
from tools.protection import KINDS

Change = Mapping[str, Any]

#: By type and attribute, the value that takes a protection away from what stands. A full stop leads into a block.
LIFTED: Mapping[tuple[str, str], object] = {
    **{(kind, each.attribute): False for kind, each in KINDS.items()},
    ("aws_backup_vault", "force_destroy"): True,
    ("aws_cloudtrail", "enable_log_file_validation"): False,
    ("aws_cloudtrail", "enable_logging"): False,
    ("aws_cloudtrail", "is_multi_region_trail"): False,
    ("aws_config_configuration_recorder_status", "is_enabled"): False,
    ("aws_db_instance", "backup_retention_period"): 0,
    ("aws_db_instance", "publicly_accessible"): True,
    ("aws_db_instance", "skip_final_snapshot"): True,
    ("aws_dynamodb_table", "point_in_time_recovery.enabled"): False,
    ("aws_ebs_encryption_by_default", "enabled"): False,
    ("aws_guardduty_detector", "enable"): False,
    ("aws_kms_key", "enable_key_rotation"): False,
    ("aws_kms_key", "is_enabled"): False,
    ("aws_launch_template", "metadata_options.http_tokens"): "optional",
    ("aws_s3_bucket", "force_destroy"): True,
    ("aws_s3_bucket_versioning", "versioning_configuration.status"): "Suspended",
    ("aws_secretsmanager_secret", "recovery_window_in_days"): 0,
    ("aws_subnet", "map_public_ip_on_launch"): True,
    **{
        (f"aws_s3_{place}_public_access_block", attribute): False
        for place in ("account", "bucket")
        for attribute in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    },
}
#: By type, the attributes that say for how many days something is kept. Those in a list of rules are told by rule.
KEPT: Mapping[str, tuple[str, ...]] = {
    "aws_backup_plan": ("rule.lifecycle.delete_after",),
    # 0 is for ever: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    "aws_cloudwatch_log_group": ("retention_in_days",),
    "aws_db_instance": ("backup_retention_period",),
    "aws_kms_key": ("deletion_window_in_days",),
    "aws_s3_bucket_lifecycle_configuration": (
        "rule.expiration.days",
        "rule.noncurrent_version_expiration.noncurrent_days",
    ),
    "aws_secretsmanager_secret": ("recovery_window_in_days",),
}
_NAMES = ("id", "arn", "bucket", "name")
#: What protects or watches, and has something of its own that does, by its names.
_NAMES_OF_GUARDS = {"aws_backup_plan": ("id",), "aws_config_configuration_recorder": ("id",)}
_NAMES_OF_RULES = ("id", "rule_name")


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A type of resource that protects or watches something.

    Parameters
    ----------
    loss : str
        What its destruction means.
    of : str
        The attribute that says of what it is, which may be destroyed with it; empty if that is the account or a region.
        A full stop leads into a block.
    """

    loss: str
    of: str = ""


#: By type, what protects or watches.
GUARDS: Mapping[str, Guard] = {
    "aws_accessanalyzer_analyzer": Guard(loss="access by others is not looked for any more"),
    "aws_backup_plan": Guard(loss="it makes no backups any more", of="rule.target_vault_name"),
    "aws_backup_selection": Guard(loss="it chooses nothing to back up any more", of="plan_id"),
    "aws_backup_vault_lock_configuration": Guard(loss="backups can be deleted", of="backup_vault_name"),
    "aws_backup_vault_policy": Guard(loss="what it refuses is not refused any more", of="backup_vault_name"),
    "aws_cloudtrail": Guard(loss="it records no calls any more"),
    "aws_config_configuration_recorder": Guard(loss="changes are not recorded any more"),
    "aws_config_configuration_recorder_status": Guard(loss="changes are not recorded any more", of="name"),
    "aws_ebs_encryption_by_default": Guard(loss="new volumes are not encrypted by default"),
    "aws_flow_log": Guard(loss="connections are not recorded any more", of="vpc_id"),
    "aws_guardduty_detector": Guard(loss="threats are not looked for any more"),
    "aws_iam_account_password_policy": Guard(loss="passwords may be weak"),
    "aws_inspector2_enabler": Guard(loss="vulnerabilities are not looked for any more"),
    "aws_s3_account_public_access_block": Guard(loss="buckets of the account can become public"),
    "aws_s3_bucket_object_lock_configuration": Guard(loss="new objects are not locked", of="bucket"),
    "aws_s3_bucket_policy": Guard(loss="what it refuses is not refused any more", of="bucket"),
    "aws_s3_bucket_public_access_block": Guard(loss="the bucket can become public", of="bucket"),
    "aws_s3_bucket_versioning": Guard(loss="what is overwritten or deleted is gone", of="bucket"),
    "aws_securityhub_account": Guard(loss="findings are not collected any more"),
    "aws_wafv2_web_acl_association": Guard(loss="requests are not filtered any more", of="resource_arn"),
}


def lifted(change: Change) -> Iterator[str]:
    """Yield in words what protection a change of what stands takes away, or what it keeps for a shorter time."""
    kind, what = change["type"], change["change"]
    before, after = what.get("before") or {}, what.get("after") or {}
    if not before or not after:
        return
    for (of, path), value in LIFTED.items():
        # AWS makes no final snapshot of a replica: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
        if path == "skip_final_snapshot" and after.get("replicate_source_db"):
            continue
        if of == kind and _same(_at(after, path), value) and not _same(_at(before, path), value):
            yield f"{path} becomes {value if isinstance(value, str) else str(value).lower()}"
    for path in KEPT.get(kind, ()):
        old, new = _days(before, path), _days(after, path)
        for name, days in new.items():
            if days < old.get(name, inf) and (old or not _is_never_for_ever(kind)):
                was = f"{old[name]} days" if name in old else "for ever"
                yield f"{path}{f' of {name}' if name else ''} becomes {days} days, before {was}"


def guards_lost(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the addresses of what protects or watches something and goes while that stays, each with what it means."""
    gone = [change for change in deletions(plan) if "create" not in change["change"]["actions"]]
    # What only belongs to something has the name of that too.
    names = {
        value
        for change in gone
        for key in (_NAMES_OF_GUARDS.get(change["type"], ()) if change["type"] in GUARDS else _NAMES)
        if (value := (change["change"].get("before") or {}).get(key))
    }
    for change in gone:
        guard = GUARDS.get(change["type"])
        before = change["change"].get("before") or {}
        if guard and not (guard.of and _at(before, guard.of) in names):
            yield str(change["address"]), f"is destroyed: {guard.loss}"


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _at(values: object, path: str) -> object:
    for name in path.split("."):
        inner = values[0] if isinstance(values, list) and values else values
        if not isinstance(inner, Mapping):
            return None
        values = inner.get(name)
    return values


def _days(values: Mapping[str, Any], path: str) -> dict[str, int]:
    """Return the days that are named, by rule; what is kept for ever is left out."""
    first, _, rest = path.partition(".")
    if not rest:
        found = {"": values.get(first)}
    else:
        rules = [rule for rule in values.get(first) or () if isinstance(rule, Mapping)]
        found = {_name(rule, number): _at(rule, rest) for number, rule in enumerate(rules, start=1)}
    return {name: days for name, days in found.items() if isinstance(days, int) and days > 0}


def _name(rule: Mapping[str, Any], number: int) -> str:
    return next((str(rule[key]) for key in _NAMES_OF_RULES if rule.get(key)), f"rule {number}")


def _is_never_for_ever(kind: str) -> bool:
    """Tell whether no number of days stands for none, or for AWS's default, and not for ever."""
    return kind in {"aws_db_instance", "aws_kms_key", "aws_secretsmanager_secret"}
