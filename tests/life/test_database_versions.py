"""Versions of PostgreSQL, raised by the command: in AWS's order, from wherever it was broken off, to an empty plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import HOME, instance, plan_of, settings, standing
from tests.support.lives import Applied
from tests.support.region_sets import THREE
from tools import upgrading
from tools.errors import Interrupted, ToolError
from tools.plan import changes
from tools.upgrade_words import upgrades_in_words
from tools.upgrades import require_order

pytestmark = pytest.mark.emulator
REGIONS = THREE[:2]
OTHER = REGIONS[1]


def content(version: str, *, other: dict[str, Any] | None = None, **database: Any) -> dict[str, Any]:
    made = settings(*REGIONS, **({"us_west_2": other} if other else {}))
    made["database"] |= {"version": version, "apply_immediately": "true", **database}
    return made


def versions(life: Applied) -> dict[str, str]:
    return {region: str(instance(life, region)["EngineVersion"]) for region in REGIONS}


def kill_before(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Have the command killed before it applies the step of this number."""
    original, taken = upgrading.apply, []

    def apply(*arguments: Any) -> int:
        taken.append(arguments)
        if len(taken) == number:
            raise Interrupted("killed")
        return original(*arguments)

    monkeypatch.setattr(upgrading, "apply", apply)


def test_a_minor_version_comes_to_the_replica_first_and_a_killed_command_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with standing(tmp_path, content("17.5")) as life:
        # Terraform alone would begin with the writer.
        plan = plan_of(life, content("17.6"))
        assert len(upgrades_in_words(plan)) == 6
        with pytest.raises(ToolError, match=f"its replica in {OTHER} runs 17.5"):
            require_order(plan)
        with monkeypatch.context() as killing:
            kill_before(killing, 2)
            with pytest.raises(Interrupted):
                life.life.upgrade_database()
        assert versions(life) == {HOME: "17.5", OTHER: "17.6"}
        assert life.life.upgrade_database()
        assert versions(life) == {HOME: "17.6", OTHER: "17.6"}
        assert changes(plan_of(life, content("17.6"))) == []


def test_a_major_version_that_was_broken_off_after_the_promotions_ends_with_rebuilt_replicas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded = content("18", major_upgrades="true")
    # As it stands once the replica was promoted.
    with standing(tmp_path, content("17.5", other={"role": "detached"})) as life:
        before = {region: instance(life, region)["DbiResourceId"] for region in REGIONS}
        # A deployment would begin with the instance that stands alone, and end there.
        with pytest.raises(ToolError, match=f"stands alone with 17.5 in {OTHER}"):
            require_order(plan_of(life, upgraded))
        with monkeypatch.context() as killing:
            kill_before(killing, 2)
            with pytest.raises(Interrupted):
                life.life.upgrade_database()
        assert versions(life) == {HOME: "18.6", OTHER: "17.5"}
        # The old group could go only after the instance had the new one.
        groups = life.client("rds", HOME).describe_db_parameter_groups()["DBParameterGroups"]
        assert [one["DBParameterGroupFamily"] for one in groups if "rds-test" in one["DBParameterGroupName"]] == [
            "postgres18"
        ]
        assert life.life.upgrade_database()
        assert versions(life) == {HOME: "18.6", OTHER: "18.6"}
        source = instance(life, OTHER)["ReadReplicaSourceDBInstanceIdentifier"]
        assert source == instance(life, HOME)["DBInstanceArn"]
        after = {region: instance(life, region)["DbiResourceId"] for region in REGIONS}
        assert {region for region in REGIONS if after[region] != before[region]} == {OTHER}
        (snapshot,) = life.client("rds", OTHER).describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
        assert (snapshot["DBInstanceIdentifier"], snapshot["EngineVersion"]) == (
            instance(life, OTHER)["DBInstanceIdentifier"],
            "17.5",
        )
        assert changes(plan_of(life, upgraded)) == []
