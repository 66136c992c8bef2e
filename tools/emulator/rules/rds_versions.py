"""RDS: which version of PostgreSQL an instance may be given, and which parameter group goes with it."""

from moto.rds.models import DBInstance, RDSBackend, rds_backends

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers.registry import rule
from tools.emulator.patches.rds_versions import POSTGRES, resolve, versions
from tools.emulator.refusal import Refusal

COMBINATION = "InvalidParameterCombination"


@rule("rds", "ModifyDBInstance")
def what_is_upgraded_is_not_modified(call: Call) -> Refusal | None:
    """Refuse every change of an instance that is not available.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
    """
    database = _database(call)
    if database is None or database.status != "upgrading":
        return None
    return Refusal(code="InvalidDBInstanceState", message="Database instance is not in available state.")


@rule("rds", "CreateDBInstance", "ModifyDBInstance")
def versions_exist_and_rise(call: Call) -> Refusal | None:
    """Refuse a version that RDS does not have, or one below that which runs.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
    """
    database, asked = _database(call), call.parameters.get("EngineVersion")
    engine = call.parameters.get("Engine") if call.operation == "CreateDBInstance" else database and database.engine
    if not asked or engine != POSTGRES:
        return None
    if resolve(asked) not in versions():
        return Refusal(code=COMBINATION, message=f"Cannot find version {asked} for postgres")
    if call.operation == "ModifyDBInstance" and database is not None and _is_lower(asked, database):
        return Refusal(code=COMBINATION, message=f"Cannot upgrade postgres from {database.engine_version} to {asked}")
    return None


@rule("rds", "ModifyDBInstance")
def major_versions_are_asked_for(call: Call) -> Refusal | None:
    """Refuse a new major version of a replica, without its flag, or without a parameter group in place of a custom one.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html
    """
    database, asked = _database(call), call.parameters.get("EngineVersion")
    if not asked or database is None or database.engine != POSTGRES or _major(asked) == _running(database):
        return None
    if database.is_replica:
        message = "Major Version Upgrade not supported for Postgres Read Replica DB Instances"
        return Refusal(code="InvalidParameterValue", message=message)
    if not call.parameters.get("AllowMajorVersionUpgrade"):
        message = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        return Refusal(code=COMBINATION, message=message)
    current = database.db_parameter_group_name
    if current and not current.startswith("default.") and not call.parameters.get("DBParameterGroupName"):
        message = (
            f"The current DB instance parameter group {current} is custom. You must explicitly specify a new DB "
            "instance parameter group, either default or custom, for the engine version upgrade."
        )
        return Refusal(code=COMBINATION, message=message)
    return None


@rule("rds", "CreateDBInstance", "ModifyDBInstance")
def parameter_groups_are_of_the_major_version(call: Call) -> Refusal | None:
    """Refuse a parameter group of another family than the version's.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
    """
    database, name = _database(call), call.parameters.get("DBParameterGroupName")
    asked = call.parameters.get("EngineVersion")
    engine = call.parameters.get("Engine") if call.operation == "CreateDBInstance" else database and database.engine
    group = _backend(call).db_parameter_groups.get(name) if name else None
    if group is None or engine != POSTGRES or not (asked or database):
        return None
    family = f"{POSTGRES}{_major(asked) if asked else _running(database)}"
    if group.family == family:
        return None
    message = (
        f"The Parameter Group {name} with DBParameterGroupFamily {group.family} cannot be used for this instance. "
        f"Please use a Parameter Group with DBParameterGroupFamily {family}"
    )
    return Refusal(code=COMBINATION, message=message)


@rule("rds", "DeleteDBParameterGroup")
def parameter_groups_in_use_stay(call: Call) -> Refusal | None:
    """Refuse to delete a parameter group that an instance has.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBParameterGroup.html
    """
    name = call.parameters["DBParameterGroupName"]
    if all(database.db_parameter_group_name != name for database in _backend(call).databases.values()):
        return None
    message = (
        "One or more database instances are still members of this parameter group "
        f"{name}, so the group cannot be deleted"
    )
    return Refusal(code="InvalidDBParameterGroupState", message=message)


def _backend(call: Call) -> RDSBackend:
    return rds_backends[account_id()][call.region]


def _database(call: Call) -> DBInstance | None:
    return _backend(call).databases.get(call.parameters.get("DBInstanceIdentifier", ""))


def _major(version: str) -> str:
    return version.partition(".")[0]


def _running(database: DBInstance | None) -> str:
    return _major(str(database.engine_version)) if database is not None else ""


def _is_lower(asked: str, database: DBInstance) -> bool:
    said, runs = (tuple(int(part) for part in text.split(".")) for text in (asked, str(database.engine_version)))
    return said < runs[: len(said)]
