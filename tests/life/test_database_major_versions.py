"""A major version of PostgreSQL, raised by the command: replicas are promoted, broken off, and rebuilt.

Apart from minor versions because it mostly waits for AWS's provider, as they do.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import instance, plan_of, standing
from tests.support.versions import HOME, KINDS, OTHER, REGIONS, content, kill_before, versions
from tools.errors import Interrupted, ToolError
from tools.plan import changes
from tools.upgrades import require_order

pytestmark = pytest.mark.emulator


def test_a_major_version_that_was_broken_off_after_the_promotions_ends_with_rebuilt_replicas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded = content("18", major_upgrades="true")
    # As it stands once the replica was promoted.
    with standing(tmp_path, content("17.5", other={"role": "detached"}), kinds=KINDS) as life:
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
