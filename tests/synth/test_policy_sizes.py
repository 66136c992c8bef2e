"""The policies of a role fit into what IAM takes, however many regions there are."""

import pytest

from tests.support.policy_sizes import MOST_CHARACTERS, inline_characters
from tests.support.region_sets import FIVE, ONE, SEVENTEEN, THREE, TWO, WIDEST
from tests.support.synthesized import platform, state_backend


@pytest.mark.parametrize("regions", [ONE, TWO, THREE, pytest.param(FIVE, marks=pytest.mark.slow), WIDEST], ids=len)
def test_inline_policies_of_a_role_fit_into_it_with_the_longest_names(regions: tuple[str, ...]) -> None:
    for stack in (platform(*regions), state_backend(*regions)):
        assert {role: size for role, size in inline_characters(stack).items() if size > MOST_CHARACTERS} == {}


@pytest.mark.slow
def test_instances_role_fits_with_as_many_secrets_as_settings_allow() -> None:
    container = {
        "image": f"123456789012.dkr.ecr.{{region}}.amazonaws.com/{'n' * 200}:1",
        "secrets": {f"A{one}": f"application/{one:014}" for one in range(19)},
    }
    stack = platform(*ONE, compute={"container": container}, database={"application": {"authentication": "iam"}})
    size = inline_characters(stack)[f"PROD-role-test-application-{ONE[0]}"]
    # With one more it is at the limit.
    assert MOST_CHARACTERS - 500 < size <= MOST_CHARACTERS


def test_no_role_outgrows_it_on_the_way_from_three_regions_to_seventeen() -> None:
    two, three = inline_characters(platform("us-east-1", "us-west-2")), inline_characters(platform(*THREE))
    grown = {role: three[role] + (three[role] - size) * (len(SEVENTEEN) - 3) for role, size in two.items()}
    assert {role: size for role, size in grown.items() if size > MOST_CHARACTERS} == {}
    assert grown["PROD-role-test-failover-act-us-east-1"] > three["PROD-role-test-failover-act-us-east-1"]
