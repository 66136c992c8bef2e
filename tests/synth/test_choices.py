"""The output says which choices its settings make, for the gate."""

from __future__ import annotations

import pytest

from tests.support.otherwise import OPENED
from tests.support.region_sets import ONE, THREE
from tests.support.synthesized import Stack, platform, stacks


def choices_of(stack: Stack) -> object:
    return stack.json["//"]["choices"]


@pytest.mark.parametrize("stack", ["platform", "state-backend"])
def test_output_of_the_default_settings_has_no_choices(stack: str) -> None:
    assert choices_of(stacks(*THREE)[stack]) == {}


@pytest.mark.parametrize("stack", ["platform", "state-backend"])
def test_output_has_the_choices_by_key_with_their_values(stack: str) -> None:
    assert choices_of(stacks(*ONE)[stack]) == {"regions": ["eu-west-1"]}


def test_a_key_of_a_region_has_the_region_and_what_may_be_lost_is_beside_the_choices() -> None:
    made = platform(*THREE, **OPENED)
    assert choices_of(made) == {"database.instances.ap-south-1.deletion_protection": False}
    assert made.json["//"]["allow_loss"] == OPENED["policy"]["allow_loss"]
    assert "allow_loss" not in stacks(*THREE)["platform"].json["//"]
