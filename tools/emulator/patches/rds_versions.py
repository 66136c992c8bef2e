"""RDS: versions of PostgreSQL, which an upgrade changes after a while, and what an instance can be upgraded to."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from modules.settings.postgres import MINOR_VERSIONS
from tools.emulator.helpers.replacing import replace, wrap

POSTGRES = "postgres"
#: How often an instance is described as `upgrading` before it runs the new version.
LOOKS = 1


def versions() -> list[str]:
    """Return the versions of PostgreSQL that RDS has here, oldest first."""
    return [
        f"{major}.{minor}" for major, (first, newest) in MINOR_VERSIONS.items() for minor in range(first, newest + 1)
    ]


def resolve(version: str) -> str:
    """Return the version that a request means: of a major version that is named alone, AWS takes a minor one.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    """
    return f"{version}.{MINOR_VERSIONS[version][1]}" if version in MINOR_VERSIONS else version


def create(
    original: Callable[..., None], database: DBInstance, backend: RDSBackend, *args: object, **kwargs: object
) -> None:
    """Give a new instance a minor version; with moto it runs `17`, which is no version of PostgreSQL."""
    if kwargs.get("engine") == POSTGRES and kwargs.get("engine_version"):
        kwargs["engine_version"] = resolve(str(kwargs["engine_version"]))
    original(database, backend, *args, **kwargs)


def modify(
    original: Callable[..., DBInstance], backend: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]
) -> DBInstance:
    """Upgrade an instance over a while, or leave it for the maintenance window, which never comes here.

    moto runs the new version at once, whatever is said of the time. AWS shows a version that waits as pending.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html
    """
    asked = db_kwargs.pop("engine_version", None)
    database = original(backend, db_instance_identifier, db_kwargs)
    if not asked or database.engine != POSTGRES:
        if asked:
            database.engine_version = asked
        return database
    version = resolve(asked) if not str(database.engine_version).startswith(f"{asked}.") else database.engine_version
    if version == database.engine_version:
        return database
    if db_kwargs.get("apply_immediately"):
        database.status = "upgrading"
        database.__dict__["upgrade"] = [LOOKS, version]
        database.__dict__["pending_modified_values"] = {}
    else:
        database.__dict__["pending_modified_values"] = {"EngineVersion": version}
    return database


def describe(original: Callable[..., ActionResult], response: RDSResponse) -> ActionResult:
    """Let upgrades go on with each look at the region's instances."""
    for database in response.backend.databases.values():
        upgrade = database.__dict__.get("upgrade")
        if upgrade and upgrade[0] == 0:
            database.engine_version = upgrade[1]
            database.status = "available"
            del database.__dict__["upgrade"]
        elif upgrade:
            upgrade[0] -= 1
    return original(response)


def describe_engine_versions(response: RDSResponse) -> ActionResult:
    """Tell what one version of PostgreSQL can be upgraded to; the list of all versions is not there.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
    """
    engine, version = response.params.get("Engine"), response.params.get("EngineVersion")
    if engine != POSTGRES or version not in versions():
        raise NotImplementedError("only what one version of PostgreSQL can be upgraded to")
    later = versions()[versions().index(version) + 1 :]
    targets = [
        {"Engine": engine, "EngineVersion": one, "IsMajorVersionUpgrade": one.split(".")[0] != version.split(".")[0]}
        for one in later
    ]
    answer = {"Engine": engine, "EngineVersion": version, "ValidUpgradeTarget": targets}
    return ActionResult({"DBEngineVersions": [answer]})


def apply() -> None:
    """Apply the patches."""
    wrap(DBInstance, "__init__", create)
    wrap(RDSBackend, "modify_db_instance", modify)
    wrap(RDSResponse, "describe_db_instances", describe)
    replace(RDSResponse, "describe_db_engine_versions", describe_engine_versions)
