import pytest

from tests.support.golden import SETTINGS, differences, golden, lines_of


@pytest.mark.parametrize("name", SETTINGS)
def test_every_resource_keeps_its_address_and_its_name(name: str) -> None:
    found = differences(golden(name), lines_of(SETTINGS[name]))
    assert found == [], "\n".join(
        ["resources have moved; if that is meant, run `python -m tests.support.golden`", *found]
    )


def test_a_difference_is_said_in_words() -> None:
    before = ["platform: aws_vpc.one = PROD-vpc-one", "platform: aws_vpc.two = PROD-vpc-two"]
    after = ["platform: aws_vpc.two = PROD-vpc-2", "platform: aws_vpc.three = PROD-vpc-three"]
    assert differences(before, after) == [
        "platform: aws_vpc.one is gone: Terraform would destroy it (PROD-vpc-one)",
        "platform: aws_vpc.three is new: Terraform would create it (PROD-vpc-three)",
        "platform: aws_vpc.two has another name: PROD-vpc-two became PROD-vpc-2",
    ]
    assert differences(before, before) == []
