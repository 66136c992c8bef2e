"""Versions of PostgreSQL in two regions, and a command that raises them and is killed on the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.databases import instance, settings
from tests.support.lives import Applied
from tests.support.region_sets import THREE
from tools import upgrading
from tools.errors import Interrupted

HOME, OTHER = REGIONS = THREE[:2]
#: What a version is about: instances, and who is told where they are.
KINDS = ("aws_db_instance", "aws_secretsmanager_secret_version")


def content(version: str, *, other: dict[str, Any] | None = None, **database: Any) -> dict[str, Any]:
    """Settings of a version, which is changed at once."""
    made = settings(*REGIONS, **({"us_west_2": other} if other else {}))
    made["database"] |= {"version": version, "apply_immediately": "true", **database}
    return made


def versions(life: Applied) -> dict[str, str]:
    """The version that runs, by region."""
    return {region: str(instance(life, region)["EngineVersion"]) for region in REGIONS}


def kill_before(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Have the command that upgrades killed before it applies the step of this number."""
    original, taken = upgrading.apply, []

    def apply(*arguments: Any) -> int:
        taken.append(arguments)
        if len(taken) == number:
            raise Interrupted("killed")
        return original(*arguments)

    monkeypatch.setattr(upgrading, "apply", apply)
