from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.gate import Verdict
    from policies.outcomes import Outcome
    from policies.stack import Stack

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(verdict: Verdict) -> dict[str, Any]:
    """Return the findings as SARIF 2.1.0, the waived ones suppressed with their reason.

    Parameters
    ----------
    verdict
        What the gate found.

    Returns
    -------
    dict
        A log with one run, after https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
    """
    failed = [outcome for outcome in verdict.outcomes if outcome.failed]
    rules = {outcome.check: outcome for outcome in failed}
    indexes = {check: index for index, check in enumerate(rules)}
    lines = {stack.name: _lines(stack) for stack in verdict.stacks}
    paths = {stack.name: _relative(stack.json_path) for stack in verdict.stacks}
    results = []
    for outcome in failed:
        location: dict[str, Any] = {
            "physicalLocation": {
                "artifactLocation": {"uri": paths[outcome.stack]},
                "region": {"startLine": lines[outcome.stack].get(outcome.address, 1)},
            },
            "logicalLocations": [{"fullyQualifiedName": f"{outcome.stack}/{outcome.address}", "kind": "resource"}],
        }
        result: dict[str, Any] = {
            "ruleId": outcome.check,
            "ruleIndex": indexes[outcome.check],
            "level": "error",
            "message": {"text": f"{outcome.address}: {outcome.title}"},
            "locations": [location],
            "partialFingerprints": {"meridian/v1": _fingerprint(outcome)},
        }
        if outcome in verdict.waived:
            text = verdict.waived[outcome].justification
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": text}]
        results.append(result)
    invocation = {
        "executionSuccessful": not verdict.errors,
        "toolExecutionNotifications": _notifications(verdict.errors),
        "toolConfigurationNotifications": _notifications(verdict.waiver_faults),
    }
    driver = {"name": "meridian-policies", "rules": [_rule(outcome) for outcome in rules.values()]}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(outcome: Outcome) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": outcome.check, "shortDescription": {"text": outcome.title}}
    if outcome.guideline.startswith("https://"):
        rule["helpUri"] = outcome.guideline
    elif outcome.guideline:
        rule["help"] = {"text": outcome.guideline}
    return rule


def _notifications(faults: Iterable[str]) -> list[dict[str, Any]]:
    return [{"level": "error", "message": {"text": fault}} for fault in faults]


def _fingerprint(outcome: Outcome) -> str:
    key = f"{outcome.stack}/{outcome.check}/{outcome.address}"
    return hashlib.sha256(key.encode()).hexdigest()


def _relative(path: Path) -> str:
    # A report must not carry the paths of the machine that made it.
    here = Path.cwd()
    whole = path.resolve()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else path.name


def _lines(stack: Stack) -> dict[str, int]:
    """Return the line on which each resource begins: names are unique, and open an object once a block."""
    by_name = {address.rpartition(".")[2]: address for address in stack.addresses}
    found: dict[str, int] = {}
    for number, line in enumerate(stack.json_path.read_text(encoding="utf-8").splitlines(), start=1):
        name, opens, _ = line.strip().partition('": {')
        if opens and name[1:] in by_name:
            found.setdefault(by_name[name[1:]], number)
    return found
