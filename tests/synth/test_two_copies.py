"""Two copies of the platform in one account, or one in an account that others use: what they would have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml

from modules.settings import Settings
from modules.settings.types import Section
from tests.support.golden import NAMES
from tests.support.region_sets import TWO
from tests.support.synthesized import Stack, stacks

#: Without a name, and without a parent in the platform: AWS gives each an id of its own.
BY_ID = {"aws_acm_certificate", "aws_eip", "aws_kms_key", "aws_route53_health_check", "aws_vpc", "terraform_data"}
#: What an account has once, or once in a region.
SINGLE = {
    "aws_accessanalyzer_analyzer",
    "aws_config_configuration_aggregator",
    "aws_config_configuration_recorder",
    "aws_config_configuration_recorder_status",
    "aws_config_delivery_channel",
    "aws_ebs_default_kms_key",
    "aws_ebs_encryption_by_default",
    "aws_guardduty_detector",
    "aws_iam_account_password_policy",
    "aws_iam_service_linked_role",
    "aws_inspector2_enabler",
    "aws_s3_account_public_access_block",
    "aws_securityhub_account",
    "aws_securityhub_finding_aggregator",
    "aws_securityhub_standards_control_association",
    "aws_securityhub_standards_subscription",
    "aws_ssm_document",
    "aws_ssm_service_setting",
}
MORE_NAMES = (*NAMES, "policy_name")


def existing(page: str) -> dict[str, Any]:
    """The settings of the page for an account in which all of that is there."""
    block = page.partition("```yaml\n")[2].partition("```")[0]
    found: dict[str, Any] = yaml.safe_load(block)
    return found


def owners(model: type[Section]) -> set[str]:
    """The keys of a section that can leave something to others."""
    return {name for name, field in model.model_fields.items() if "existing" in literals(field.annotation)}


def literals(annotation: Any) -> Iterator[str]:
    for one in get_args(annotation):
        yield from [one] if isinstance(one, str) else literals(one)


def page(root: Path) -> str:
    return (root / "docs/account-in-use.md").read_text(encoding="utf-8")


def copies(root: Path) -> tuple[list[tuple[Stack, Any]], list[tuple[Stack, Any]]]:
    more = existing(page(root)) | {"environment_suffix": "green", "domain": "green.example.com"}
    return tuple(  # type: ignore[return-value]
        [(stack, block) for stack in made.values() for block in stack.all_resources()]
        for made in (stacks(*TWO), stacks(*TWO, more=json.dumps(more)))
    )


def named(copy: list[tuple[Stack, Any]]) -> set[tuple[str, str, str]]:
    """Type, region and name of each resource that has a name of its own."""
    found = set()
    for _, block in copy:
        name = next((block.body[key] for key in MORE_NAMES if key in block.body), "${aws_")
        if "${aws_" not in name:
            found.add((block.address.partition(".")[0], block.region, name))
    return found


def test_the_page_names_every_setting_that_leaves_something_to_others(root: Path) -> None:
    found = {
        (section, key)
        for section, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
        for key in owners(field.annotation)
    }
    said = {(section, key) for section, keys in existing(page(root)).items() for key in keys}
    assert said == found - {("entry", "hosted_zone")}


def test_two_copies_have_no_name_in_common(root: Path) -> None:
    first, second = copies(root)
    common = named(first) & named(second)
    assert common == set()
    assert len(named(second)) > 300


def test_what_has_no_name_is_chosen_by_aws_or_belongs_to_what_has_one(root: Path) -> None:
    _, second = copies(root)
    for _, block in second:
        kind = block.address.partition(".")[0]
        said = {key: value for key, value in block.body.items() if key not in {"depends_on", "provider", "lifecycle"}}
        if not any(key in said for key in MORE_NAMES) and "${aws_" not in json.dumps(said):
            assert kind in BY_ID, f"{block.address} has no name: an account may have it once"


def test_a_second_copy_leaves_what_there_is_one_of_to_the_first(root: Path) -> None:
    first, second = ({block.address.partition(".")[0] for _, block in copy} for copy in copies(root))
    assert first - second == SINGLE & first
    assert not second & SINGLE
