"""What a failover has changed is its own, and no drift."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from modules.areas.failover.description import describe
from modules.areas.failover.runtime.journal import CLOSED, DONE, REFUSED, RUNNING, Run
from modules.settings import Settings
from tests.support.drift import HOME, POLICY, WEST, WIDER, Made, report
from tests.support.region_sets import settings_of
from tools.drift.failover import Doings

PLATFORM = describe(Settings.model_validate(settings_of(HOME, WEST)))
FENCE = {"rule_no": 1, "action": "deny", "protocol": "6", "cidr_block": "0.0.0.0/0", "from_port": 5432, "to_port": 5432}
RULE = {
    "rule_no": 100,
    "action": "allow",
    "protocol": "tcp",
    "cidr_block": "10.0.0.0/8",
    "from_port": 5432,
    "to_port": 5432,
}
BY_NUMBER = {**RULE, "protocol": "6", "icmp_code": 0, "icmp_type": 0}
RUN = Run(
    id="run",
    source="arn",
    origin=HOME,
    target=WEST,
    region=WEST,
    state=DONE,
    moved=1000,
    steps={"fence": {}, "promote": {}, "rotation": {}, "scale": {}},
)
SOURCE = {"replicate_source_db": "arn:aws:rds:us-east-1:1:db:a"}
DID: dict[str, tuple[str, str, Any, Any]] = {
    "fence": ("aws_network_acl.a", HOME, {"ingress": [RULE]}, {"ingress": [{**RULE, "protocol": "6"}, FENCE]}),
    "promoted": ("aws_db_instance.a", WEST, SOURCE, {"replicate_source_db": ""}),
    "rotation cancelled": (
        "aws_secretsmanager_secret_rotation.a",
        HOME,
        {"rotation_enabled": True},
        {"rotation_enabled": False},
    ),
    "secret": ("aws_secretsmanager_secret.a", HOME, {"replica": [{"region": WEST}]}, {"replica": []}),
    "scaled": ("aws_autoscaling_group.a", WEST, {"desired_capacity": 2}, {"desired_capacity": 6}),
}


@pytest.fixture
def made() -> Made:
    return Made()


def explained(made: Made, run: Run, *, written: float = 0) -> list[str]:
    doings = Doings(records=[run], platform=PLATFORM, written=written)
    return [each.failover for each in doings.explain(made.compare().findings, made.plan)]


def drift_of(made: Made, step: str, *, region: str = "", after: Any = None) -> None:
    address, where, before, found = DID[step]
    known = dict.fromkeys(after or found) | before
    made.drifted(address, known, after or found, put_back=[*known], region=region or where)


@pytest.mark.parametrize("step", DID)
@pytest.mark.parametrize("state", [RUNNING, DONE, CLOSED])
def test_what_a_failover_has_done_is_its_own(made: Made, step: str, state: str) -> None:
    drift_of(made, step)
    assert explained(made, replace(RUN, state=state)) == [f"run ({state}): {step}"]


@pytest.mark.parametrize("step", DID)
def test_the_same_in_another_region_is_not(made: Made, step: str) -> None:
    drift_of(made, step, region="ap-south-1")
    assert explained(made, RUN) == [""]


@pytest.mark.parametrize("step", DID)
def test_a_failover_that_was_refused_explains_nothing(made: Made, step: str) -> None:
    drift_of(made, step)
    assert explained(made, replace(RUN, state=REFUSED)) == [""]


@pytest.mark.parametrize("step", DID)
def test_a_closed_one_explains_nothing_that_came_after_a_deployment(made: Made, step: str) -> None:
    drift_of(made, step)
    assert explained(made, replace(RUN, state=CLOSED), written=2000) == [""]


def test_a_fence_is_a_failover_s_although_terraform_has_not_looked_since_its_apply(made: Made) -> None:
    """The state has names of protocols then, and AWS tells numbers, in what nobody has touched too."""
    made.configure("aws_network_acl.a", HOME, ingress="stated", egress="stated")
    before, after = {"ingress": [RULE], "egress": [RULE]}, {"ingress": [BY_NUMBER, FENCE], "egress": [BY_NUMBER]}
    made.drifted("aws_network_acl.a", before, after, put_back=["ingress"])
    assert explained(made, RUN) == ["run (done): fence"]
    (line,) = made.only().changes
    assert line.startswith('ingress: + {"rule_no": 1')
    assert "-" not in line


def test_a_secret_s_replicas_are_a_failover_s_although_its_policy_stands_beside_it(made: Made) -> None:
    made.refer("aws_secretsmanager_secret_policy.a", to="aws_secretsmanager_secret.a")
    before = {"replica": [{"region": WEST}], "policy": ""}
    after = {"replica": [], "policy": json.dumps(POLICY)}
    made.drifted("aws_secretsmanager_secret.a", before, after, put_back=["replica"])
    assert explained(made, RUN) == ["run (done): secret"]


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("fence", {"ingress": [RULE, FENCE, {**RULE, "rule_no": 2, "cidr_block": "0.0.0.0/0"}]}),
        ("fence", {"ingress": [FENCE]}),
        ("fence", {"ingress": [RULE, {**FENCE, "action": "allow"}]}),
        ("promoted", {"replicate_source_db": "", "publicly_accessible": True}),
        ("promoted", {"replicate_source_db": "", "backup_retention_period": 0}),
        ("secret", {"replica": [], "policy": json.dumps(WIDER)}),
        ("scaled", {"desired_capacity": 1}),
    ],
)
def test_what_was_done_besides_is_no_failover_s(made: Made, step: str, after: Any) -> None:
    drift_of(made, step, after=after)
    assert explained(made, RUN) == [""]


def test_a_failover_is_told_as_such_and_is_no_drift(made: Made) -> None:
    drift_of(made, "fence")
    found = made.compare()
    doings = Doings(records=[RUN], platform=PLATFORM, written=0)
    told = report(replace(found, findings=tuple(doings.explain(found.findings, made.plan))))
    assert told.outcome == "none"
    assert any(line.startswith("  run (done): fence: us-east-1, network: aws_network_acl.a") for line in told.lines())
    assert "| run (done): fence | `aws_network_acl.a` |" in told.as_markdown()
    assert [each["failover"] for each in json.loads(told.as_json())["failover"]] == ["run (done): fence"]
