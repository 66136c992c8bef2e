"""What a plan takes away that cannot be had back: data, and the network in which everything has its address.

Pure functions over `terraform show -json`: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.errors import GateError
from policies.outcomes import Outcome
from policies.stack import MAKE_JSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policies.stack import Stack

CHECK = "MERIDIAN_13"
SETTING = "policy.allow_loss"
#: By type, what goes with it. Left out are copies that others have and that AWS keeps or fills again, such as the
#: replica of a table and replicated automated backups, and dead-letter queues, whose alarm pages on the first message.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/AutomatedBackups.StopReplicating.html
OF_THE_PLATFORM: Mapping[str, str] = {
    "aws_backup_vault": "backups",
    "aws_cloudwatch_log_group": "logs",
    "aws_db_instance": "a database",
    "aws_dynamodb_table": "a table",
    "aws_kms_key": "the key of data",
    "aws_kms_replica_key": "the key of data",
    "aws_route53_zone": "records and their delegation",
    "aws_s3_bucket": "objects",
    "aws_secretsmanager_secret": "a secret",
}
#: The same of what extensions may add.
OF_EXTENSIONS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "aws_dax_cluster",
            "aws_docdb_cluster",
            "aws_dsql_cluster",
            "aws_keyspaces_table",
            "aws_memorydb_cluster",
            "aws_neptune_cluster",
            "aws_opensearch_domain",
            "aws_opensearchserverless_collection",
            "aws_rds_cluster",
            "aws_redshift_cluster",
            "aws_timestreamwrite_table",
        ),
        "a database",
    ),
    **dict.fromkeys(
        (
            "aws_elasticache_cluster",
            "aws_elasticache_replication_group",
            "aws_elasticache_serverless_cache",
        ),
        "what it keeps in memory",
    ),
    **dict.fromkeys(
        (
            "aws_ebs_volume",
            "aws_efs_file_system",
            "aws_fsx_lustre_file_system",
            "aws_fsx_ontap_file_system",
            "aws_fsx_openzfs_file_system",
            "aws_fsx_windows_file_system",
        ),
        "files",
    ),
    **dict.fromkeys(("aws_ami", "aws_db_cluster_snapshot", "aws_db_snapshot", "aws_ebs_snapshot"), "a copy of data"),
    **dict.fromkeys(("aws_kinesis_stream", "aws_msk_cluster"), "records that nobody has read"),
    **dict.fromkeys(("aws_s3_directory_bucket", "aws_s3tables_table_bucket"), "objects"),
    "aws_acmpca_certificate_authority": "the key of certificates",
    "aws_cognito_user_pool": "users",
    "aws_ecr_repository": "images",
}
DATA: Mapping[str, str] = {**OF_THE_PLATFORM, **OF_EXTENSIONS}
ADDRESSES: Mapping[str, str] = {"aws_subnet": "all addresses in it", "aws_vpc": "all addresses in it"}
LOSSES: Mapping[str, str] = {**DATA, **ADDRESSES}
#: What Terraform says of a replacement that only `replace_triggered_by` asks for: `database.instances.REGION.rebuild`.
_REBUILT = ("aws_db_instance", "replace_by_triggers")
_REASONS = {
    "delete_because_no_resource_config": "the settings do not have it any more",
    "replace_because_tainted": "its creation failed, or somebody tainted it; `terraform untaint` keeps a whole one",
    "replace_by_request": "-replace asks for it",
}


@dataclass(frozen=True, kw_only=True, order=True)
class Loss:
    """A resource that a plan destroys or replaces, and that does not come back as it was.

    Parameters
    ----------
    address
        Its address.
    kind
        Its type.
    replaced
        Whether another one takes its place.
    forced_by
        The attributes that Terraform cannot change in place.
    reason
        Why else, in words; empty if Terraform does not say.
    """

    address: str
    kind: str
    replaced: bool
    forced_by: tuple[str, ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        """The address, what happens, why, and what is lost."""
        how = "replaced" if self.replaced else "destroyed"
        cause = f"{', '.join(self.forced_by)} cannot change in place" if self.forced_by else self.reason
        return f"{self.address} is {how}{f' ({cause})' if cause else ''}, and {LOSSES[self.kind]} with it"


def losses(plan: Mapping[str, Any]) -> list[Loss]:
    """List what a plan takes away, in the order of addresses.

    Parameters
    ----------
    plan
        The plan as JSON. An instance that the settings tell to be rebuilt is not among it, nor is a log group that
        stays when Terraform is done with it.
    """
    found = []
    for change in plan.get("resource_changes", ()):
        what, kind = change["change"], change.get("type")
        if change.get("mode") != "managed" or kind not in LOSSES or "delete" not in what["actions"]:
            continue
        if (kind, change.get("action_reason")) == _REBUILT or (what.get("before") or {}).get("skip_destroy") is True:
            continue
        forced_by = dict.fromkeys(str(path[0]) for path in what.get("replace_paths", ()) if path)
        found.append(
            Loss(
                address=str(change["address"]),
                kind=kind,
                replaced="create" in what["actions"],
                forced_by=tuple(sorted(forced_by)),
                reason=_REASONS.get(str(change.get("action_reason")), ""),
            )
        )
    return sorted(found)


def covers(pattern: str, address: str) -> bool:
    """Return whether an entry of `policy.allow_loss` is about an address; `*` at its end stands for any rest.

    Synthesis adds entries for retired regions, which begin with `*.` for any type.
    """
    if pattern.startswith("*."):
        return covers(pattern[2:], address.partition(".")[2])
    return address.startswith(pattern[:-1]) if pattern.endswith("*") else address.partition("[")[0] == pattern


def unnamed(found: Iterable[Loss], *, allowed: Iterable[str]) -> list[Loss]:
    """Return the losses that no entry of `policy.allow_loss` is about."""
    allowed = list(allowed)
    return [loss for loss in found if not any(covers(pattern, loss.address) for pattern in allowed)]


@dataclass(frozen=True, kw_only=True)
class LossWaiver:
    """An entry of `policy.allow_loss`.

    Parameters
    ----------
    pattern
        Whose loss is meant.
    reason
        Why.
    """

    pattern: str
    reason: str

    @property
    def justification(self) -> str:
        """What the settings say."""
        return f"{SETTING}: {self.reason}"

    def covers(self, outcome: Outcome) -> bool:
        """Return whether an outcome is a loss that is meant."""
        return outcome.check == CHECK and covers(self.pattern, outcome.address)


def waivers_in(stack: Stack) -> list[LossWaiver]:
    """Return what the settings of a stack allow to be lost, which synthesis has written into its JSON.

    Raises
    ------
    GateError
        It is no mapping of texts.
    """
    stated = (stack.document.get("//") or {}).get("allow_loss", {})
    if not isinstance(stated, dict) or not all(isinstance(reason, str) for reason in stated.values()):
        raise GateError(f"{stack.json_path}: its {SETTING} is no mapping of texts, {stated!r}, {MAKE_JSON}")
    return [LossWaiver(pattern=pattern, reason=reason) for pattern, reason in stated.items()]


def read_losses(stack: Stack) -> list[Outcome]:
    """Return a failed outcome for each loss in the plan of a stack."""
    return [
        Outcome(
            stack=stack.name,
            check=CHECK,
            address=loss.address.partition("[")[0],
            title=f"{loss}: not meant unless {SETTING} names it",
            guideline="docs/changes.md",
            failed=True,
        )
        for loss in losses(stack.plan)
    ]
