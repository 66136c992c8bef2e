import pytest

from tests.support.golden import SETTINGS, changes, differences, golden, lines_of, sums_of


@pytest.mark.parametrize("name", SETTINGS)
def test_every_resource_keeps_its_address_and_its_name(name: str) -> None:
    found = differences(golden(f"{name}.txt"), lines_of(SETTINGS[name]))
    assert found == [], "\n".join(
        ["resources have moved; if that is meant, run `python -m tests.support.golden`", *found]
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_what_reaches_aws_changes_only_on_purpose(name: str) -> None:
    found = changes(golden(f"{name}.sums"), sums_of(SETTINGS[name]))
    assert found == [], "\n".join(
        [
            "the output has changed; if that is meant, run `python -m tests.support.golden` and say so in CHANGELOG",
            *found,
        ]
    )


def test_a_block_that_says_something_else_has_changed() -> None:
    before = ["platform: data.aws_ami.one = 0a", "platform: resource.aws_vpc.two = 0b"]
    after = ["platform: data.aws_ami.one = 0a", "platform: resource.aws_vpc.two = 0c", "platform: locals.three = 0d"]
    assert changes(before, after) == [
        "platform: locals.three has changed",
        "platform: resource.aws_vpc.two has changed",
    ]
    assert changes(before, before) == []


def test_a_difference_is_said_in_words() -> None:
    before = ["platform: aws_vpc.one = PROD-vpc-one", "platform: aws_vpc.two = PROD-vpc-two"]
    after = ["platform: aws_vpc.two = PROD-vpc-2", "platform: aws_vpc.three = PROD-vpc-three"]
    assert differences(before, after) == [
        "platform: aws_vpc.one is gone: Terraform would destroy it (PROD-vpc-one)",
        "platform: aws_vpc.three is new: Terraform would create it (PROD-vpc-three)",
        "platform: aws_vpc.two has another name: PROD-vpc-two became PROD-vpc-2",
    ]
    assert differences(before, before) == []
