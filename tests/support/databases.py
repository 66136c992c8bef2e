"""What holds data, applied for a writer that moves from region to region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.lives import CLEAN, Applied, new_life
from tests.support.part import only
from tests.support.region_sets import THREE, settings_of, write_settings
from tools.plan import Plan, destroyed
from tools.synth import synthesize

HOME = THREE[0]
SMALL = {
    "network": {"nat_gateways": "none", "interface_endpoints": ["secretsmanager"], "availability_zones": 2},
    "secrets": {"recovery_window_days": 0},
}
#: Types whose resources hold what cannot be made again.
DATA = {
    *("aws_db_instance", "aws_dynamodb_table", "aws_kms_key", "aws_kms_replica_key"),
    *("aws_s3_bucket", "aws_secretsmanager_secret", "aws_secretsmanager_secret_version"),
}


def instance(life: Applied, region: str) -> dict[str, Any]:
    (found,) = life.client("rds", region).describe_db_instances()["DBInstances"]
    return dict(found)


def settings(*regions: str, primary: str = HOME, **instances: dict[str, Any]) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in instances.items()}
    database = {"deletion_protection": "false", "instances": named}
    return settings_of(*regions, **SMALL) | {"primary_region": primary, "home_region": HOME, "database": database}


@contextmanager
def standing(folder: Path, content: dict[str, Any], *, kinds: Iterable[str] = DATA) -> Iterator[Applied]:
    """What holds data, or as much of it as is said, with the least network, applied with these settings."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        # An order to rebuild is kept in a terraform_data, whose change replaces the instance.
        only(monkeypatch, *kinds, "aws_db_instance_automated_backups_replication", "terraform_data")
        begun = new_life(folder, content, backend=False)
        emulator = begun.start()
        try:
            begun.up()
            yield Applied(begun, emulator, begun.target(emulator))
        finally:
            emulator.stop()


def plan_of(life: Applied, content: dict[str, Any]) -> Plan:
    write_settings(life.settings.parent, content)
    synthesize(life.life.paths, environ=CLEAN)
    _, plan = life.target.plan("platform")
    return plan


def instance_changes(plan: Plan) -> dict[str, tuple[list[str], dict[str, tuple[object, object]]]]:
    """What a plan does to instances, by their region: its actions, and what changes from what to what."""
    found = {}
    for change in plan["resource_changes"]:
        if change["type"] == "aws_db_instance" and change["change"]["actions"] != ["no-op"]:
            before, after = change["change"]["before"], change["change"]["after"]
            names = [name for name in after if before.get(name) != after[name]]
            region = before["arn"].split(":")[3]
            found[region] = (change["change"]["actions"], {name: (before.get(name), after[name]) for name in names})
    return found


def lost_data(plan: Plan) -> list[str]:
    return [address for address in destroyed(plan) if address.partition(".")[0] in DATA]


def apply(life: Applied) -> None:
    target = life.target
    target.terraform("platform").apply(target.plan_file("platform"))
    changed, plan = target.plan("platform")
    assert not changed, plan["resource_changes"]
