"""What a failover has changed in AWS without Terraform, by its journal: docs/failover.md has the steps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from modules.areas.failover.runtime.journal import HELD, REFUSED, Run
from modules.areas.failover.runtime.traffic import ANYWHERE, FENCE_RULE, PORT
from modules.areas.failover.runtime.world import Platform
from tools.drift.finding import Finding
from tools.drift.usual import acl_rules, differ
from tools.drift.words import differences
from tools.plan import Plan

Change = Mapping[str, Any]
#: What RDS changes about an instance that is promoted, the backups that the promotion begins among it.
PROMOTED = frozenset(
    {
        *("allocated_storage", "backup_retention_period", "backup_window", "engine_lifecycle_support"),
        *("replicas", "replicate_source_db", "status"),
    }
)
_TCP = {"6", "tcp"}


@dataclass(frozen=True, kw_only=True)
class Doings:
    """What the records of failovers explain.

    Parameters
    ----------
    records : sequence of Run
        All records of the journals.
    platform : Platform
        Names and limits.
    written : float
        When the state was written, in seconds since 1970. What a failover did before that is in it, and no drift.
    """

    records: Sequence[Run]
    platform: Platform
    written: float

    def explain(self, findings: Iterable[Finding], plan: Plan) -> list[Finding]:
        """Return the findings, each with the failover that explains all of it, if one does."""
        changes = {str(each["address"]): each for each in plan.get("resource_drift", ())}
        return [replace(each, failover=self._told(each, changes[each.address])) for each in findings]

    def _told(self, finding: Finding, change: Change) -> str:
        for run in self.records:
            is_over = run.state not in HELD and max(run.moved, run.ended) <= self.written
            step = "" if run.state == REFUSED or is_over else self._step(run, finding, change)
            if step:
                return f"{run.id} ({run.state}): {step}"
        return ""

    def _step(self, run: Run, finding: Finding, change: Change) -> str:
        looks = {
            "aws_network_acl": self._fence,
            "aws_secretsmanager_secret_rotation": self._rotation,
            "aws_secretsmanager_secret": self._replicas_of_secret,
            "aws_db_instance": self._promotion,
            "aws_autoscaling_group": self._capacity,
        }
        look = looks.get(finding.kind)
        return look(run, finding, change) if look else ""

    def _fence(self, run: Run, finding: Finding, change: Change) -> str:
        if finding.region != run.origin or finding.gone or {*finding.attributes} != {"ingress"}:
            return ""
        before, after = differences(change)["ingress"]
        left = [rule for rule in after or () if not is_fence(rule)]
        is_all = len(left) == len(after or ()) - 1 and not differ(acl_rules(before), acl_rules(left))
        return "fence" if is_all else ""

    def _rotation(self, run: Run, finding: Finding, _: Change) -> str:
        ours = {"rotation_enabled", "rotation_lambda_arn", "rotation_rules", "rotate_immediately"}
        is_ours = finding.gone or {*finding.attributes} <= ours
        return "rotation cancelled" if is_ours and finding.region == run.origin else ""

    def _replicas_of_secret(self, run: Run, finding: Finding, _: Change) -> str:
        is_ours = not finding.gone and {*finding.attributes} <= {"replica"} and "promote" in run.steps
        return "secret" if is_ours and finding.region in {run.origin, run.target} else ""

    def _promotion(self, run: Run, finding: Finding, change: Change) -> str:
        names, changed = {*finding.attributes}, differences(change)
        if finding.gone or "promote" not in run.steps or not names <= PROMOTED:
            return ""
        days = changed.get("backup_retention_period")
        if days and days[1] != self.platform.backup_days:
            return ""
        if finding.region == run.target:
            return "promoted" if not (changed.get("replicate_source_db") or ("", ""))[1] else ""
        return "its replica was promoted" if finding.region == run.origin and names <= {"replicas", "status"} else ""

    def _capacity(self, run: Run, finding: Finding, change: Change) -> str:
        if finding.gone or finding.region != run.target or "scale" not in run.steps:
            return ""
        before, after = differences(change).get("desired_capacity", (0, 0))
        return "scaled" if {*finding.attributes} == {"desired_capacity"} and (after or 0) > (before or 0) else ""


def is_fence(rule: Mapping[str, Any]) -> bool:
    """Tell whether a rule of a network ACL is the one that a failover fences with."""
    return (
        rule.get("rule_no") == FENCE_RULE
        and rule.get("action") == "deny"
        and str(rule.get("protocol")) in _TCP
        and rule.get("cidr_block") == ANYWHERE
        and (rule.get("from_port"), rule.get("to_port")) == (PORT, PORT)
    )
