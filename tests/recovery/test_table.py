"""Every type that the platform is made of can be found, or made again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.region_sets import THREE
from tests.support.synthesized import platform, state_backend
from tools.recovery.table import AGAIN, FINDERS
from tools.recovery.twins import DELETIONS

_IMPORT = re.compile(r"^\s*from cdktf_cdktf_provider_aws\.(?!data_|ephemeral_|provider\b)(\w+) import", re.MULTILINE)


def types_of_the_constructs(root: Path) -> set[str]:
    texts = (path.read_text() for path in (root / "modules").rglob("*.py"))
    return {f"aws_{name}" for text in texts for name in _IMPORT.findall(text)}


def test_every_type_that_a_construct_makes_is_in_the_table(root: Path) -> None:
    types = types_of_the_constructs(root)
    assert len(types) > 100
    assert types - FINDERS.keys() - AGAIN.keys() == set()


@pytest.mark.parametrize("stack", [platform, state_backend])
def test_every_type_of_the_output_is_in_the_table(stack: object) -> None:
    assert callable(stack)
    assert set(stack(*THREE).json["resource"]) - FINDERS.keys() - AGAIN.keys() == set()


def test_a_type_is_found_or_made_again_and_not_both() -> None:
    assert FINDERS.keys() & AGAIN.keys() == set()


def test_what_may_stand_twice_is_of_a_type_that_is_found() -> None:
    assert DELETIONS.keys() - FINDERS.keys() == set()


def test_what_is_made_again_says_why() -> None:
    assert all(AGAIN.values())
