"""Choices of the settings, and files that forbid them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings, SettingsError, load_settings
from modules.settings.choice import shown
from modules.settings.choice_table import CHOICES
from modules.settings.choices import chosen, read
from tests.support.region_sets import EIGHT_KEYS, write_settings

INSTANCE = "database.instances.us-west-2"
PEER = {"vpc_id": "vpc-01234567", "cidrs": ["172.30.0.0/16"], "region": "us-east-1", "account_id": "999999999999"}
LEAVING = "leaving.us-west-2"
#: A key that is not in the file.
ABSENT = object()
#: For each key of a choice a value that makes it, and its neighbour that does not.
VALUES: dict[str, tuple[Any, Any]] = {
    "alarms.actions": (False, True),
    "compute.container.image": ("registry/site:1", None),
    "database.deletion_protection": (False, True),
    f"{INSTANCE}.deletion_protection": (False, True),
    "database.log_retention_days": (180, 365),
    "database.minor_upgrades": (False, True),
    "database.multi_az": (False, True),
    "database.version": ("17.4", "16"),
    f"{INSTANCE}.version": ("17.4", "17"),
    "entry.deletion_protection": (False, True),
    "entry.firewall.anonymous_ip": ("off", "block"),
    "entry.firewall.known_bad_inputs": ("count", "block"),
    "entry.hosted_zone": ("managed", "existing"),
    "entry.wildcard": (True, False),
    f"{LEAVING}.objects": ("keep", ABSENT),
    "logs.retention_days": (180, 365),
    "network.peers": ({"us-west-2": [PEER]}, {}),
    "regions": (["us-east-1"], ["us-east-1", "us-west-2"]),
}


def content(*stated: tuple[str, Any], forbid: list[str] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = dict(EIGHT_KEYS)
    for path, value in stated:
        if value is ABSENT:
            continue
        *sections, key = path.split(".")
        place = made
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = value
        if path.startswith(LEAVING):
            place["backups"] = "keep"
    return made | ({"policy": {"forbid": forbid}} if forbid else {})


def load(folder: Path, *stated: tuple[str, Any], forbid: list[str] | None = None) -> Settings:
    return load_settings(write_settings(folder, content(*stated, forbid=forbid)), {})


def faults(folder: Path, *stated: tuple[str, Any], forbid: list[str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, *stated, forbid=forbid)
    return str(caught.value).splitlines()


def name_of(path: str) -> str:
    return next(name for name, choice in CHOICES.items() if path.replace("us-west-2", "REGION") in choice.paths)


def test_the_default_settings_make_no_choice_and_forbid_none(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert list(chosen(settings)) == []
    assert settings.policy.forbid == ()


def test_each_key_of_a_choice_is_tried_here() -> None:
    assert {path.replace("us-west-2", "REGION") for path in VALUES} == {
        path for choice in CHOICES.values() for path in choice.paths
    }


@pytest.mark.parametrize("path", VALUES)
def test_a_value_makes_a_choice_and_its_neighbour_does_not(tmp_path: Path, path: str) -> None:
    value, other = VALUES[path]
    (one,) = chosen(load(tmp_path, (path, value)))
    assert (one.choice.name, one.path, one.value) == (name_of(path), path, value)
    assert one.region == ("us-west-2" if path.startswith((INSTANCE, LEAVING)) else None)
    assert str(one) == f"{one.choice.says} ({path}: {shown(value)})"
    assert list(chosen(load(tmp_path, (path, other)))) == []


@pytest.mark.parametrize("path", VALUES)
def test_what_the_output_says_is_read_as_the_same_choice(tmp_path: Path, path: str) -> None:
    value, other = VALUES[path]
    (one,) = chosen(load(tmp_path, (path, value)))
    assert read(path, value) == one
    assert read(path, other) is None
    assert read(f"{path}s", value) is None


@pytest.mark.parametrize("path", VALUES)
def test_a_file_that_forbids_a_choice_refuses_it_and_nothing_else(tmp_path: Path, path: str) -> None:
    value, other = VALUES[path]
    choice = CHOICES[name_of(path)]
    (fault,) = faults(tmp_path, (path, value), forbid=[choice.name])
    # A message has a long value in part.
    assert fault.startswith(f"{path}: a choice that policy.forbid refuses ({choice.says}), got '{shown(value)[:60]}")
    assert fault.endswith(f", allowed: {choice.instead}")
    load(tmp_path, (path, other), forbid=[*CHOICES])
    load(tmp_path, (path, value), forbid=[name for name in CHOICES if name != choice.name])


def test_a_file_can_forbid_keys_of_choices_only(tmp_path: Path) -> None:
    listed = ", ".join(CHOICES)
    near, far = faults(tmp_path, forbid=["database.multi_zone", "storage.force_destroy"])
    meant = "(did you mean 'database.multi_az'?)"
    assert near == f"policy.forbid[0]: no key of a choice {meant}, got 'database.multi_zone', allowed: {listed}"
    assert far == f"policy.forbid[1]: no key of a choice, got 'storage.force_destroy', allowed: {listed}"


def test_forbidden_choices_are_reported_beside_other_faults(tmp_path: Path) -> None:
    found = faults(tmp_path, ("database.multi_az", False), ("entry.apex", "maybe"), forbid=["database.multi_az"])
    assert [fault.partition(":")[0] for fault in found] == ["entry.apex", "database.multi_az"]
