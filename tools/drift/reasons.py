"""Why a change matters. `tools/danger.py` finds most of it; this adds what only somebody with a grudge would do."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.drift.finding import REASONS
from tools.drift.statements import NAMED, POLICIES
from tools.drift.words import differences

Change = Mapping[str, Any]
#: By type and attribute, the value with which it watches no more.
SILENT: Mapping[tuple[str, str], object] = {
    ("aws_cloudwatch_composite_alarm", "actions_enabled"): False,
    ("aws_cloudwatch_event_rule", "state"): "DISABLED",
    ("aws_cloudwatch_metric_alarm", "actions_enabled"): False,
}
#: Attributes of which any change says that something is watched less, or somewhere else.
WATCHING: frozenset[tuple[str, str]] = frozenset(
    {
        ("aws_cloudtrail", "s3_bucket_name"),
        ("aws_cloudwatch_composite_alarm", "alarm_actions"),
        ("aws_cloudwatch_event_rule", "event_pattern"),
        ("aws_cloudwatch_event_target", "arn"),
        ("aws_cloudwatch_log_metric_filter", "pattern"),
        ("aws_cloudwatch_metric_alarm", "alarm_actions"),
        ("aws_cloudwatch_metric_alarm", "threshold"),
        ("aws_flow_log", "log_destination"),
        ("aws_lb", "access_logs"),
        ("aws_sns_topic_subscription", "endpoint"),
        ("aws_s3_bucket_logging", "target_bucket"),
        ("aws_wafv2_web_acl_logging_configuration", "log_destination_configs"),
    }
)
#: What watches, whose being off is no protection that is off.
WATCHERS: frozenset[str] = frozenset(
    {
        *("aws_cloudtrail", "aws_cloudwatch_log_group", "aws_config_configuration_recorder_status"),
        "aws_guardduty_detector",
    }
)
#: By type and attribute, the value with which it protects or encrypts no more; besides `tools.weakened.LIFTED`.
BARE: Mapping[tuple[str, str], object] = {
    ("aws_db_instance", "iam_database_authentication_enabled"): False,
    ("aws_db_instance", "storage_encrypted"): False,
}
#: Attributes whose change is one of encryption or of what can be had back.
PROTECTING: frozenset[str] = frozenset(
    {
        *("encryption_configuration", "kms_key_arn", "kms_key_id", "kms_master_key_id", "point_in_time_recovery"),
        *("rule", "server_side_encryption", "sse_specification", "versioning_configuration", "ssl_policy"),
        *("metadata_options", "policy_default_action", "protocol"),
    }
)
_PROTECTED_KINDS = (
    *("aws_db_", "aws_dynamodb_", "aws_ebs_", "aws_kms_", "aws_launch_template", "aws_lb_listener"),
    *("aws_s3_bucket_server_side_encryption", "aws_s3_bucket_versioning", "aws_sns_topic", "aws_sqs_queue"),
    *("aws_backup_vault", "aws_cloudwatch_log_group", "aws_cloudtrail", "aws_secretsmanager_secret"),
)


def reasons_of(
    change: Change, names: Iterable[str], extra: Mapping[str, object], dangers: Iterable[tuple[str, str]]
) -> tuple[str, ...]:
    """Return the reasons for which a change matters, in the order of `REASONS`.

    Parameters
    ----------
    change : mapping
        What has changed.
    names : iterable of str
        The attributes that count.
    extra : mapping
        Attributes in which something is that nobody has configured.
    dangers : iterable of tuple
        What `tools.danger.of_change` says.
    """
    kind = change["type"]
    # `tools/danger.py` counts what watches among the protections.
    found = {"watching" if name == "protection" and kind in WATCHERS else name for name, _ in dangers}
    if extra:
        found.add({"aws_db_instance": "protection", "aws_iam_role": "policies"}.get(kind, "network"))
    for name, (old, new) in differences(change).items():
        if name in names:
            found.update(_reasons(kind, name, old, new))
    return tuple(name for name in REASONS if name in found)


def _reasons(kind: str, name: str, old: object, new: object) -> Iterator[str]:
    if name in POLICIES or (name in NAMED and _more(old, new)) or kind.endswith("_exclusive"):
        yield "policies"
    if kind == "aws_lambda_function" and name in {"code_sha256", "layers"}:
        yield "code"
    if (kind, name) in WATCHING or _is_now(SILENT, kind, name, new):
        yield "watching"
    if _is_now(BARE, kind, name, new) or (name in PROTECTING and kind.startswith(_PROTECTED_KINDS)):
        yield "protection"
    if kind in {"aws_network_acl", "aws_default_network_acl"} and name in {"ingress", "egress"}:
        yield "network"


def _is_now(table: Mapping[tuple[str, str], object], kind: str, name: str, value: object) -> bool:
    return (kind, name) in table and value == table[kind, name]


def _more(before: object, after: object) -> bool:
    old, new = ({*map(str, side)} if isinstance(side, list) else set() for side in (before, after))
    return bool(new - old)
