"""What the command asks AWS before and after a step, and which plans of a step it does not apply."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from rich.console import Console

from tests.support.region_sets import settings_of
from tests.tools.test_upgrades import OTHER, arn, change, plan_of
from tools import upgrading
from tools.console import Reporter
from tools.errors import ToolError
from tools.upgrade_steps import Kind, Step
from tools.upgrade_words import upgrades_in_words
from tools.upgrades import instances, missing
from tools.upgrading import Upgrade, others_than_versions, require_no_more

HOME = "us-east-1"


def described(version: str, status: str = "available", **more: Any) -> dict[str, Any]:
    return {"DBInstanceStatus": status, "EngineVersion": version, **more}


class NotFoundError(Exception):
    """There is no such instance."""


class FakeRDS:
    """Describes an instance as it is told, one look after another; the last is repeated, and an empty one is none."""

    exceptions = SimpleNamespace(DBInstanceNotFoundFault=NotFoundError)

    def __init__(self, *looks: dict[str, Any], targets: tuple[str, ...] = ("17.6", "18.1")) -> None:
        self.looks: Iterator[dict[str, Any]] = chain(looks, repeat(looks[-1])) if looks else repeat(described("17.5"))
        self.targets = targets

    def describe_db_instances(self, **_asked: str) -> dict[str, Any]:
        look = next(self.looks)
        if not look:
            raise NotFoundError
        return {"DBInstances": [look]}

    def describe_db_engine_versions(self, **asked: str) -> dict[str, Any]:
        assert asked == {"Engine": "postgres", "EngineVersion": "17.5"}
        targets = [{"EngineVersion": version} for version in self.targets]
        return {"DBEngineVersions": [{"ValidUpgradeTarget": targets}]}


def at_once(entry: dict[str, Any], *, immediately: bool = True) -> dict[str, Any]:
    entry["change"]["after"] |= {"apply_immediately": immediately, "maintenance_window": "sun:04:00-sun:05:00"}
    return entry


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def upgrade_with(tmp_path: Path, told: io.StringIO) -> Callable[[FakeRDS], Upgrade]:
    settings = tmp_path / "settings.yaml"
    settings.write_text(yaml.safe_dump(settings_of(HOME)))

    def make(rds: FakeRDS) -> Upgrade:
        target: Any = SimpleNamespace(
            clients=lambda _service, _region: rds,
            account_id="123456789012",
            paths=SimpleNamespace(settings=settings, build=tmp_path),
            state=lambda _stack: state_of(HOME),
        )
        reporter = Reporter(Console(file=told, width=300))
        return Upgrade(target, reporter=reporter, environ={}, gate=False, pause=0, longest=0)

    return make


def state_of(region: str) -> dict[str, Any]:
    attributes = {"arn": arn(region), "identifier": f"main-{region}"}
    return {"resources": [{"type": "aws_db_instance", "instances": [{"attributes": attributes}]}]}


def unasked(what: str, _lines: object) -> None:
    raise AssertionError(what)


def test_nothing_is_asked_where_every_instance_has_its_version(
    upgrade_with: Callable[[FakeRDS], Upgrade], told: io.StringIO
) -> None:
    assert not upgrade_with(FakeRDS()).run(plan_of(change(HOME, "17.5", "17")), approve=unasked)
    assert "there is nothing to upgrade" in told.getvalue()


@pytest.mark.parametrize(
    ("entry", "rds", "problem"),
    [
        (at_once(change(HOME, "17.5", "17.6"), immediately=False), FakeRDS(), r"maintenance window \(sun:04:00"),
        (at_once(change(HOME, "17.5", "17.7")), FakeRDS(), r"17\.5 in us-east-1 to 17\.6, 18\.1, and not to 17\.7"),
        (at_once(change(HOME, "17.5", "17.6")), FakeRDS(targets=()), "to nothing, and not to"),
        # 17.6 is not 17.60, and 1 not 18.
        (at_once(change(HOME, "17.5", "17.60")), FakeRDS(), "and not to 17.60"),
    ],
)
def test_rejects_before_the_question_what_would_not_get_through(
    entry: dict[str, Any], rds: FakeRDS, problem: str, upgrade_with: Callable[[FakeRDS], Upgrade]
) -> None:
    with pytest.raises(ToolError, match=problem):
        upgrade_with(rds).run(plan_of(entry), approve=unasked)


def test_what_aws_has_begun_before_is_over_before_anything_is_planned(
    upgrade_with: Callable[[FakeRDS], Upgrade], told: io.StringIO
) -> None:
    upgrade = upgrade_with(FakeRDS(described("17.5", "upgrading"), described("17.6")))
    upgrade._longest = 60
    upgrade.settle()
    assert "us-east-1: main-us-east-1 is upgrading and runs 17.5" in told.getvalue()
    # A rebuild was broken off.
    upgrade_with(FakeRDS({})).settle()
    with pytest.raises(ToolError, match="main is gone"):
        upgrade_with(FakeRDS({}))._wait(HOME, "main", "17.6")
    with pytest.raises(ToolError, match="is storage-full"):
        upgrade_with(FakeRDS(described("17.5", "storage-full"))).settle()
    waiting = described("17.5", PendingModifiedValues={"EngineVersion": "17.6"})
    with pytest.raises(ToolError, match=r"17\.6 waits for its maintenance window"):
        upgrade_with(FakeRDS(waiting))._wait(HOME, "main", "17.6")


@pytest.mark.parametrize("version", ["18", "18.1"])
def test_a_step_is_over_when_the_instance_is_available_with_its_version(
    version: str, upgrade_with: Callable[[FakeRDS], Upgrade], told: io.StringIO
) -> None:
    rds = FakeRDS(described("17.5", "upgrading"), described("17.5", "upgrading"), described("18.1"))
    upgrade = upgrade_with(rds)
    upgrade._longest = 60
    upgrade._wait(HOME, "main", version)
    assert told.getvalue().count("upgrading") == 1
    # What was available and ran another version would not have been enough.
    with pytest.raises(ToolError, match=r"runs 17\.5, after 0 minutes"):
        upgrade_with(FakeRDS(described("17.5")))._wait(HOME, "main", version)


def step(kind: Kind, region: str) -> Step:
    (one,) = [
        each
        for each in instances(plan_of(change(HOME, "17.5", "18"), change(OTHER, "17.5", "18")))
        if each.region == region
    ]
    return Step(kind=kind, instance=one, version="18")


def replaced(region: str) -> dict[str, Any]:
    entry = change(region, "17.5", None)
    entry["change"]["actions"] = ["delete", "create"]
    return entry


def test_applies_no_plan_that_does_more_than_was_asked_about() -> None:
    require_no_more(step(Kind.UPGRADE, HOME), plan_of(change(HOME, "17.5", "18"), change(OTHER, "17.5", "17.5")))
    require_no_more(step(Kind.REBUILD, OTHER), plan_of(replaced(OTHER)))
    for faulty in (
        plan_of(replaced(HOME)),
        plan_of(change(HOME, "17.5", "18"), change(OTHER, "17.5", "18")),
        plan_of(
            {"address": "aws_kms_key.x", "type": "aws_kms_key", "mode": "managed", "change": {"actions": ["delete"]}}
        ),
    ):
        with pytest.raises(ToolError, match="would also change"):
            require_no_more(step(Kind.UPGRADE, HOME), faulty)
    with pytest.raises(ToolError, match=f"would also change aws_db_instance.{HOME}"):
        require_no_more(step(Kind.REBUILD, OTHER), plan_of(replaced(HOME), replaced(OTHER)))


def test_what_only_permits_the_upgrade_is_no_other_change() -> None:
    permitted = at_once(change(HOME, "17.5", "17.5"))
    permitted["change"]["actions"] = ["update"]
    permitted["change"]["before"] |= {"apply_immediately": False, "maintenance_window": "sun:04:00-sun:05:00"}
    permitted["change"]["after"] = permitted["change"]["before"] | {"apply_immediately": True}
    assert others_than_versions(plan_of(permitted))["resource_changes"] == []
    permitted["change"]["after"]["instance_class"] = "db.m7g.xlarge"
    assert others_than_versions(plan_of(permitted))["resource_changes"] == [permitted]


def test_a_replica_that_is_made_anew_is_no_other_change_and_what_comes_with_a_new_region_is() -> None:
    def created(kind: str, name: str, after: dict[str, Any]) -> dict[str, Any]:
        what = {"actions": ["create"], "before": None, "after": after}
        return {"address": f"{kind}.{name}", "type": kind, "mode": "managed", "change": what}

    after = {"identifier": "main-us-west-2", "engine_version": "18", "replicate_source_db": arn(HOME)}
    replica, network = created("aws_db_instance", OTHER, after), created("aws_vpc", OTHER, {})
    updated = {**created("aws_ssm_parameter", OTHER, {}), "change": {"actions": ["update"], "before": {}, "after": {}}}
    plan = {
        **plan_of(replica, network, updated),
        "configuration": {
            "provider_config": {"aws.x": {"alias": OTHER}},
            "root_module": {"resources": [{"address": f"aws_db_instance.{OTHER}", "provider_config_key": "aws.x"}]},
        },
    }
    assert others_than_versions(plan, anew=True)["resource_changes"] == [network]
    assert others_than_versions(plan)["resource_changes"] == [replica, network, updated]
    (one,) = missing(plan)
    assert (one.region, one.identifier, one.wanted, one.wanted_source) == (OTHER, "main-us-west-2", "18", arn(HOME))
    assert instances(plan) == []
    # Nor are writers, which are made with a new platform.
    assert missing(plan_of(created("aws_db_instance", HOME, {"identifier": "x", "engine_version": "18"}))) == []


def test_what_waits_besides_the_version_is_named_before_the_question(
    upgrade_with: Callable[[FakeRDS], Upgrade], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: Any = SimpleNamespace(content=plan_of(change(OTHER, "17.5", "17.5") | {"type": "aws_kms_key"}))
    waiting.content["resource_changes"][0]["change"]["actions"] = ["update"]
    waiting.discard = lambda: None
    monkeypatch.setattr(Upgrade, "_plan", lambda _self, _content: waiting)
    with pytest.raises(ToolError, match=r"more than the version waits:\n  update aws_db_instance.us-west-2"):
        upgrade_with(FakeRDS()).run(plan_of(at_once(change(HOME, "17.5", "17.6"))), approve=unasked)


def test_nothing_is_applied_without_a_yes(
    upgrade_with: Callable[[FakeRDS], Upgrade], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(what: str, lines: Any) -> None:
        asked.extend([what, *lines])
        raise ToolError("not approved")

    nothing: Any = SimpleNamespace(content=plan_of(), discard=lambda: None)
    monkeypatch.setattr(Upgrade, "_plan", lambda _self, _content: nothing)
    monkeypatch.setattr(upgrading, "apply", unasked)
    monkeypatch.setattr(upgrading, "summary", lambda _target, _plan: ["whose account"])
    with pytest.raises(ToolError, match="not approved"):
        upgrade_with(FakeRDS()).run(plan_of(at_once(change(HOME, "17.5", "17.6"))), approve=refuse)
    assert asked[:2] == ["upgrade PostgreSQL in account 123456789012", "whose account"]
    assert asked[2].startswith("  1. us-east-1: main-us-east-1: PostgreSQL 17.5 to 17.6; it can be neither")


def test_a_plan_says_what_a_version_does_when_and_what_stands_still() -> None:
    assert upgrades_in_words(plan_of(change(HOME, "17.5", "17"))) == []
    source = at_once(change(HOME, "17.5", "17.6"), immediately=False)
    source["change"]["before"]["multi_az"] = True
    lines = upgrades_in_words(plan_of(source, at_once(change(OTHER, "17.5", "17.6", source=HOME))))
    assert lines[:5] == [
        (
            "us-east-1: main-us-east-1: PostgreSQL 17.5 to 17.6, a minor version, in its next maintenance window "
            "(sun:04:00-sun:05:00, UTC)"
        ),
        "  it can be neither written nor read for several minutes, since AWS upgrades the standby at the same time",
        "us-west-2: main-us-west-2: PostgreSQL 17.5 to 17.6, a minor version, at once",
        "  it cannot be read for several minutes; its source is written to meanwhile",
        "AWS does not take this the way Terraform does: `make upgrade-database` keeps its order, a deploy is refused",
    ]
    assert lines[5].startswith("how long it takes: https://docs.aws.amazon.com/")
    (line, _, page) = upgrades_in_words(plan_of(at_once(change(HOME, "17.5", "18"))))
    assert "a major version, at once" in line
    assert page == lines[5]
    assert upgrades_in_words(plan_of(change(HOME, "17.6", "17.5")))[0].endswith("17.5, lowered, which AWS refuses")
    apart = change(OTHER, "17.5", "18")
    apart["change"]["after"]["replicate_source_db"] = arn(HOME)
    told = upgrades_in_words(plan_of(apart))
    assert told[0] == "us-west-2: main-us-west-2 stands alone with PostgreSQL 17.5: to replicate, it is rebuilt"


def test_an_instance_says_what_the_plan_makes_of_it() -> None:
    entry = at_once(change(OTHER, "17.5", "18", source=HOME))
    entry["change"]["before"] |= {"skip_final_snapshot": True, "deletion_protection": False, "multi_az": False}
    entry["change"]["after"] |= {"replicate_source_db": None, "deletion_protection": True}
    (one,) = instances(plan_of(entry))
    assert (one.configured, one.version, one.wanted) == ("17", "17.5", "18")
    assert (one.source, one.wanted_source, one.detached) == (arn(HOME), "", False)
    assert (one.protected, one.is_left_open, one.at_once, one.multi_az) == (False, True, True, False)
    assert "deletion_protection" in one.changed
    assert replace(one, protected=True).is_left_open is False
