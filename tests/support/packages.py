"""Data in packages that take a second to import."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any


def folder_of(package: str) -> Path:
    """Where an installed package is, which is not imported for it."""
    spec = find_spec(package)
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


def zones_of_accounts() -> dict[str, list[Any]]:
    """By region, the availability zones that moto has seen accounts have."""
    from moto.ec2.models.availability_zones_and_regions import (  # noqa: PLC0415 - only for whom it is worth a second
        RegionsAndZonesBackend,
    )

    zones: dict[str, list[Any]] = RegionsAndZonesBackend.zones
    return zones
