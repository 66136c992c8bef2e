import json
import re

import pytest

from modules.settings.administrators import POLICY_CHARACTERS
from tests.support.golden import SETTINGS, changes, differences, golden, lines_of, output_of, sums_of

#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
BUCKET_POLICY = 20 * 1024


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


def test_bucket_policies_have_room_for_the_administrators_that_settings_take() -> None:
    output = output_of(SETTINGS["every_option"])["platform"]
    documents = output["data"]["aws_iam_policy_document"]
    policies = [body["policy"] for body in output["resource"]["aws_s3_bucket_policy"].values()]
    found = [re.search(r"aws_iam_policy_document\.([^.]+)\.json", policy) for policy in policies]
    sizes = [len(json.dumps(documents[one[1]]["statement"])) for one in found if one]
    assert len(sizes) == len(policies) > 10
    assert max(sizes) < BUCKET_POLICY - POLICY_CHARACTERS


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
