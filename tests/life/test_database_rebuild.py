"""An instance that is rebuilt by the settings as a replica of the new writer, and one that was promoted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import HOME, apply, instance, instance_changes, lost_data, plan_of, settings, standing
from tests.support.region_sets import THREE
from tests.support.summaries import summary_of

pytestmark = pytest.mark.emulator
REGIONS = THREE[:2]
NEW = REGIONS[1]


def test_a_rebuild_is_one_replacement_and_a_promotion_by_hand_none(tmp_path: Path) -> None:
    detached = {"role": "detached"}
    # As it is after a promotion: the old writer stands alone.
    with standing(tmp_path, settings(*REGIONS, primary=NEW, us_east_1=detached)) as life:
        before = {region: instance(life, region)["DbiResourceId"] for region in REGIONS}

        rebuilt = {"role": "replica", "of": NEW, "rebuild": "true"}
        plan = plan_of(life, settings(*REGIONS, primary=NEW, us_east_1=rebuilt))
        assert [address.partition(".")[0] for address in lost_data(plan)] == ["aws_db_instance"]
        ((region, (actions, _)),) = instance_changes(plan).items()
        assert (region, sorted(actions)) == (HOME, ["create", "delete"])
        summary = summary_of(life.settings, life.build.parent)
        assert "**Data goes and is copied again, or is a copy: 2 resources.**" in summary
        assert f"- `aws_db_instance.{HOME}_database_instance" in summary
        assert "is replaced, as the settings ask" in summary
        apply(life)
        source = instance(life, HOME)["ReadReplicaSourceDBInstanceIdentifier"]
        assert source == instance(life, NEW)["DBInstanceArn"]
        after = {region: instance(life, region)["DbiResourceId"] for region in REGIONS}
        assert {region for region in REGIONS if after[region] != before[region]} == {HOME}

        # Once built, the order to build it goes, and changes no instance.
        done = {"role": "replica", "of": NEW}
        assert instance_changes(plan_of(life, settings(*REGIONS, primary=NEW, us_east_1=done))) == {}

        # An instance that was promoted without Terraform is promoted, and the settings only say so.
        life.client("rds", HOME).promote_read_replica(
            DBInstanceIdentifier=instance(life, HOME)["DBInstanceIdentifier"], BackupRetentionPeriod=14
        )
        while instance(life, HOME)["DBInstanceStatus"] != "available":
            pass
        plan = plan_of(life, settings(*REGIONS, primary=HOME, us_west_2=detached))
        assert lost_data(plan) == []
        ((region, (actions, changed)),) = instance_changes(plan).items()
        assert (region, actions) == (HOME, ["update"])
        # Only what Terraform itself remembers for a deletion; the snapshot's name is known once the order is gone.
        assert set(changed) == {"skip_final_snapshot"}
