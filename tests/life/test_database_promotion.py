"""Another writer by the settings: a replica is promoted where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import HOME, apply, instance, instance_changes, lost_data, plan_of, settings, standing
from tests.support.region_sets import THREE
from tests.support.summaries import summary_of

pytestmark = pytest.mark.emulator
_, NEW, THIRD = THREE


def test_another_writer_is_one_promotion_in_place_and_the_other_replica_goes_on_following_the_old(
    tmp_path: Path,
) -> None:
    with standing(tmp_path, settings(*THREE)) as life:
        writer = instance(life, HOME)["DBInstanceArn"]
        before = {region: instance(life, region)["DbiResourceId"] for region in THREE}

        detached, follows = {"role": "detached"}, {"role": "replica", "of": HOME}
        plan = plan_of(life, settings(*THREE, primary=NEW, us_east_1=detached, ap_south_1=follows))
        assert lost_data(plan) == []
        ((region, (actions, changed)),) = instance_changes(plan).items()
        assert (region, actions, changed["replicate_source_db"]) == (NEW, ["update"], (writer, None))
        summary = summary_of(life.settings, life.build.parent)
        assert f"| `{NEW}` | `database` |  | 1 |  |  |" in summary
        assert "Data" not in summary.partition("### Cost")[0]
        assert "`replicate_source_db`" in summary
        apply(life)
        assert {region: instance(life, region)["DbiResourceId"] for region in THREE} == before
        assert "ReadReplicaSourceDBInstanceIdentifier" not in instance(life, NEW)
        assert instance(life, THIRD)["ReadReplicaSourceDBInstanceIdentifier"] == writer
