from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.errors import GateError
from policies.freshness import planned_addresses
from policies.scan import Framework

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policies.stack import Stack

CENSUS = ("MERIDIAN_CENSUS", "MERIDIAN_CENSUS_GRAPH")
# Checkov notes the path of the file inside of what it has read.
NOTED_PATH = "__file__"
# Routes and associations have few checks, so there are fewer results than one might think; a dropped half still shows.
RESOURCES_PER_RESULT = 4


@dataclass(frozen=True, kw_only=True, order=True)
class Outcome:
    """What one check says of one resource, over both frameworks: it fails where either fails.

    Parameters
    ----------
    stack, check, address
        The key: name of the stack, id of the check, full address of the resource.
    title
        What the check wants.
    guideline
        Where the check is explained; empty where checkov does not say.
    failed
        Whether the check failed in any framework.
    """

    stack: str
    check: str
    address: str
    title: str
    guideline: str
    failed: bool


def read_report(*, stack: Stack, framework: Framework, report: Mapping[str, Any]) -> list[Outcome]:
    """Turn checkov's report on one file into outcomes, and refuse a report that does not cover the file.

    Parameters
    ----------
    stack
        The stack that was scanned.
    framework
        How it was scanned.
    report
        Checkov's JSON report.

    Returns
    -------
    list of Outcome
        Without the census. Checks that checkov skipped count as failed: only our waivers waive. One that failed by the
        path of the file alone, which a check may take for a secret, has found nothing in the resource.

    Raises
    ------
    GateError
        The file was not parsed, or checkov did not look at every resource, or hardly any check ran.
    """
    path = stack.json_path if framework is Framework.JSON else stack.plan_path
    results = report.get("results", {})
    unparsed = results.get("parsing_errors", []) or report.get("summary", {}).get("parsing_errors", 0)
    if unparsed:
        raise GateError(f"{path}: checkov cannot parse it as {framework}")
    records = {
        failed: [record for kind in kinds for record in results.get(kind, [])]
        for failed, kinds in ((False, ("passed_checks",)), (True, ("failed_checks", "skipped_checks")))
    }
    expected = stack.built if framework is Framework.JSON else planned_addresses(stack)
    for census in CENSUS:
        seen = {stack.address_of(record["resource"]) for record in records[False] if record["check_id"] == census}
        unseen = sorted(expected - seen)
        if unseen:
            raise GateError(
                f"{path}: checkov did not scan {len(unseen)} of {len(expected)} resources as {framework} "
                f"({census}), {unseen[0]} for one, allowed: none left out"
            )
    outcomes = [
        _outcome(stack=stack, record=record, failed=failed and not _is_of_the_path(record))
        for failed, group in records.items()
        for record in group
        if record["check_id"] not in CENSUS
    ]
    if len(outcomes) * RESOURCES_PER_RESULT < len(expected) or not outcomes:
        raise GateError(
            f"{path}: checkov has {len(outcomes)} results for {len(expected)} resources as {framework}, "
            f"allowed: one for every {RESOURCES_PER_RESULT} or more"
        )
    return outcomes


def unite(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return one outcome for each check and resource, sorted, failed where any is."""
    united: dict[tuple[str, str, str], Outcome] = {}
    for outcome in outcomes:
        key = (outcome.stack, outcome.check, outcome.address)
        if key not in united or outcome.failed:
            united[key] = outcome
    return sorted(united.values())


def _is_of_the_path(record: Mapping[str, Any]) -> bool:
    keys = (record.get("check_result") or {}).get("evaluated_keys") or []
    return bool(keys) and all(str(key).rpartition("/")[2] == NOTED_PATH for key in keys)


def _outcome(*, stack: Stack, record: Mapping[str, Any], failed: bool) -> Outcome:
    return Outcome(
        stack=stack.name,
        check=record["check_id"],
        address=stack.address_of(record["resource"]),
        title=record["check_name"],
        guideline=record.get("guideline") or "",
        failed=failed,
    )
