"""What a stranger does to an applied platform of one region, and what notices it: plan, gate, signal, rule, finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.filter_patterns import matches
from tests.support.finding_events import rules, targets
from tests.support.lives import Applied
from tests.support.tampering import TAMPERINGS, Stranger
from tools.errors import ToolError
from tools.gate import check
from tools.plan import Plan

pytestmark = pytest.mark.emulator
HOME = "eu-west-1"
#: Policies that name what is about to change: Terraform knows what is in them after that.
FOLLOWING = {"aws_iam_policy_document", "aws_iam_role_policy"}
KINDS = pytest.mark.parametrize("kind", TAMPERINGS)


@dataclass(frozen=True)
class Tampered:
    """What came of all of it at once."""

    life: Applied
    stranger: Stranger
    #: By what was done, the events that CloudTrail makes of it.
    events: dict[str, list[dict[str, Any]]]
    #: What `make local-drift` says for programs, and the code that it ended with.
    drift: dict[str, Any]
    code: int
    #: What the plan failed with while a function ran other code.
    refusal: str
    #: The plan once it did not.
    plan: Plan
    #: What the gate said of that plan.
    judgement: str
    #: By identifier, the pattern of each signal of the trail.
    signals: dict[str, str]

    def told(self, kind: str) -> set[str]:
        """The signals and the rules that a thing that was done raises, by identifier."""
        there_are = rules(self.life.client("events", HOME))
        heard = {name for name, pattern in self.signals.items() for one in self.events[kind] if matches(pattern, one)}
        for event in self.events[kind]:
            sent = {"source": "aws.any", "detail-type": "AWS API Call via CloudTrail", "detail": event}
            if any("-page-" in arn for arn in targets(there_are, sent)):
                heard.add("watchers-deleted")
        return heard

    def planned(self) -> set[str]:
        """The types of what the plan changes."""
        return {one["type"] for one in self.plan["resource_changes"] if one["change"]["actions"] != ["no-op"]}


@pytest.fixture(scope="module")
def tampered(deployed: Applied) -> Iterator[Tampered]:
    """The platform after everything at once; at the end it is as it was, by one apply and what no plan shows."""
    life = deployed
    signals = patterns(life)
    stranger, events = Stranger(life.client, HOME), {}
    for kind, tampering in TAMPERINGS.items():
        tampering.does(stranger)
        events[kind] = stranger.events[:]
        stranger.events.clear()
    code = life.life.drift()
    drift = json.loads((life.build.parent / "drift.json").read_text())
    with pytest.raises(ToolError) as refused:
        life.target.plan("platform")
    life.target.plan("state-backend")
    put_ours_back(life, str(refused.value))
    changed, plan = life.target.plan("platform")
    assert changed
    yield Tampered(life, stranger, events, drift, code, str(refused.value), plan, judged(life), signals)
    for tampering in TAMPERINGS.values():
        if tampering.undone:
            tampering.undone(stranger)
    life.target.terraform("platform").apply(life.target.plan_file("platform"))
    changed, _ = life.target.plan("platform")
    assert not changed


def patterns(life: Applied) -> dict[str, str]:
    filters = life.client("logs", HOME).describe_metric_filters(logGroupName=f"PROD-logs-test-trail-{HOME}")
    return {
        one["filterName"].removeprefix("PROD-metric-test-").removesuffix(f"-{HOME}"): one["filterPattern"]
        for one in filters["metricFilters"]
    }


def put_ours_back(life: Applied, advice: str) -> None:
    """Do what the refusal says: upload the zip that it names."""
    name, path = (advice.partition(after)[2].split()[0] for after in ("--function-name ", "fileb://"))
    ours = life.life.paths.out.joinpath(*Path(path).parts[1:]).read_bytes()
    life.client("lambda", HOME).update_function_code(FunctionName=name, ZipFile=ours)


def judged(life: Applied) -> str:
    """What the gate reports of the plan."""
    with pytest.raises(ToolError):
        check(life.life.paths)
    return "\n".join(file.read_text() for file in sorted(life.life.paths.reports.glob("*.xml")))


@KINDS
def test_tampering_is_told_by_one_signal_or_rule(tampered: Tampered, kind: str) -> None:
    assert tampered.told(kind) == {TAMPERINGS[kind].told}


@KINDS
def test_tampering_is_in_the_next_plan_where_it_can_be(tampered: Tampered, kind: str) -> None:
    planned = TAMPERINGS[kind].planned
    if planned == "refused":
        assert "runs code that was not deployed from here" in tampered.refusal
    elif planned:
        assert planned in tampered.planned()
    else:
        assert TAMPERINGS[kind].undone


def test_no_plan_changes_what_nobody_touched(tampered: Tampered) -> None:
    assert tampered.planned() - FOLLOWING == {one.planned for one in TAMPERINGS.values()} - {"", "refused"}


@pytest.mark.parametrize("kind", [kind for kind, one in TAMPERINGS.items() if one.drifted])
def test_tampering_is_drift_that_matters(tampered: Tampered, kind: str) -> None:
    wanted, reason = TAMPERINGS[kind].drifted
    found = [one for one in tampered.drift["drift"] if one["kind"] == wanted]
    assert reason in {each for one in found for each in one["reasons"]}


def test_drift_is_nothing_but_what_was_tampered_with(tampered: Tampered) -> None:
    assert {one["kind"] for one in tampered.drift["drift"]} == {
        one.drifted[0] for one in TAMPERINGS.values() if one.drifted
    }
    assert tampered.code == 2
    assert all(one["matters"] and one["region"] == HOME for one in tampered.drift["drift"])
    assert tampered.drift["not_deployed"] == []


@pytest.mark.parametrize("kind", [kind for kind, one in TAMPERINGS.items() if one.judged])
def test_gate_refuses_what_opens_the_platform(tampered: Tampered, kind: str) -> None:
    assert TAMPERINGS[kind].judged in tampered.judgement


@pytest.mark.parametrize("kind", [kind for kind, one in TAMPERINGS.items() if one.found])
def test_config_has_a_rule_for_what_no_plan_shows(tampered: Tampered, kind: str) -> None:
    names = [
        one["ConfigRuleName"] for one in tampered.life.client("config", HOME).describe_config_rules()["ConfigRules"]
    ]
    assert f"PROD-config-test-{TAMPERINGS[kind].found}-{HOME}" in names
