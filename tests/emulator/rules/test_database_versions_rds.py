import pytest

from tests.support.refusals import ACCOUNT, REGION, fresh_name, refused
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
AWAY = "eu-central-1"


def create(emulator: Emulator, version: str, **more: object) -> str:
    name = fresh_name("db")
    emulator.client("rds", REGION).create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        EngineVersion=version,
        MasterUsername="root",
        MasterUserPassword="password",
        AllocatedStorage=20,
        BackupRetentionPeriod=7,
        **more,
    )
    return name


def group(emulator: Emulator, family: str) -> str:
    name = fresh_name("group")
    emulator.client("rds", REGION).create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily=family, Description="x"
    )
    return name


def test_a_version_exists_and_is_no_lower_one(emulator: Emulator) -> None:
    with refused("InvalidParameterCombination"):
        create(emulator, "17.99")
    rds, name = emulator.client("rds", REGION), create(emulator, "17.5")
    for version in ("17.99", "17.4", "16", "16.9"):
        with refused("InvalidParameterCombination"):
            rds.modify_db_instance(
                DBInstanceIdentifier=name, EngineVersion=version, ApplyImmediately=True, AllowMajorVersionUpgrade=True
            )
    rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion="17.10", ApplyImmediately=True)


def test_a_major_version_needs_its_flag(emulator: Emulator) -> None:
    rds, name = emulator.client("rds", REGION), create(emulator, "17.5")
    with refused("InvalidParameterCombination"):
        rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion="18", ApplyImmediately=True)
    rds.modify_db_instance(
        DBInstanceIdentifier=name, EngineVersion="18", ApplyImmediately=True, AllowMajorVersionUpgrade=True
    )


def test_a_replica_takes_no_major_version_and_a_promoted_one_does(emulator: Emulator) -> None:
    source, replica = create(emulator, "17.5"), fresh_name("replica")
    elsewhere = emulator.client("rds", AWAY)
    elsewhere.create_db_instance_read_replica(
        DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{source}"
    )
    asked = {"EngineVersion": "18", "ApplyImmediately": True, "AllowMajorVersionUpgrade": True}
    with refused("InvalidParameterValue"):
        elsewhere.modify_db_instance(DBInstanceIdentifier=replica, **asked)
    # Nor does its source, while it has replicas elsewhere.
    with refused("DBUpgradeDependencyFailure"):
        emulator.client("rds", REGION).modify_db_instance(DBInstanceIdentifier=source, **asked)
    elsewhere.promote_read_replica(DBInstanceIdentifier=replica)
    soon = {"Delay": 1, "MaxAttempts": 30}
    elsewhere.get_waiter("db_instance_available").wait(DBInstanceIdentifier=replica, WaiterConfig=soon)
    elsewhere.modify_db_instance(DBInstanceIdentifier=replica, **asked)
    emulator.client("rds", REGION).modify_db_instance(DBInstanceIdentifier=source, **asked)


def test_a_parameter_group_is_of_the_major_version_and_stays_while_it_is_used(emulator: Emulator) -> None:
    rds, old, new = emulator.client("rds", REGION), group(emulator, "postgres17"), group(emulator, "postgres18")
    with refused("InvalidParameterCombination"):
        create(emulator, "17.5", DBParameterGroupName=new)
    name = create(emulator, "17.5", DBParameterGroupName=old)
    asked = {
        "DBInstanceIdentifier": name,
        "EngineVersion": "18",
        "ApplyImmediately": True,
        "AllowMajorVersionUpgrade": True,
    }
    # None is named, though the one of now is no default; then one of the old major version.
    for more in ({}, {"DBParameterGroupName": old}):
        with refused("InvalidParameterCombination"):
            rds.modify_db_instance(**asked, **more)
    with refused("InvalidParameterCombination"):
        rds.modify_db_instance(DBInstanceIdentifier=name, DBParameterGroupName=new)
    with refused("InvalidDBParameterGroupState"):
        rds.delete_db_parameter_group(DBParameterGroupName=old)
    rds.modify_db_instance(**asked, DBParameterGroupName=new)
    rds.delete_db_parameter_group(DBParameterGroupName=old)
