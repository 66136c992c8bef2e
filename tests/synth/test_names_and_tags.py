import json
import re
from collections import Counter
from typing import Any

import pytest
from cdktf import TerraformStack, Testing
from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup, AutoscalingGroupTag
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplate
from cdktf_cdktf_provider_aws.provider import AwsProvider

from modules.core.tagging import tag_launched
from tests.support.region_sets import FIVE, ONE, THREE
from tests.support.synthesized import Block, Stack, platform, state_backend

Testing.__test__ = False
SETS = pytest.mark.parametrize("regions", [ONE, THREE, FIVE], ids=len)
TAGS = {"Environment": "prod", "Owner": "platform-team", "CostCenter": "CC-1000", "Project": "meridian"}


def both(*regions: str) -> list[Stack]:
    return [platform(*regions), state_backend(*regions)]


def names(block: Block) -> list[str]:
    if block.address.startswith("aws_route53_record."):
        # Clients know it by the domain's name.
        return []
    if block.address.startswith("aws_ssm_document."):
        # Session Manager looks for its preferences under this name, in every region.
        assert block.name_tag == block.body["name"] == "SSM-SessionManagerRunShell"
        return []
    if block.address.startswith("aws_ssm_parameter."):
        # A hierarchy, see `Names.path`.
        assert block.name_tag == block.body["name"]
        assert re.fullmatch(r"/PROD/test(/[a-z0-9]+(-[a-z0-9]+)*){2}", block.body["name"])
        return []
    own = [
        block.body[key]
        for key in ("name", "bucket", "identifier")
        if key in block.body and "${aws_" not in block.body[key]
    ]
    # AWS WAF delivers to log groups of this prefix only, and Step Functions best to those of the other.
    own = [name.removeprefix("aws-waf-logs-").removeprefix("/aws/vendedlogs/states/") for name in own]
    return own + ([block.name_tag] if "tags" in block.body else [])


@SETS
def test_every_name_is_environment_service_identifier_and_region(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        made = [(name, block) for block in stack.all_resources() for name in names(block)]
        assert len(made) > 5
        for name, block in made:
            # Log groups whose names RDS decides.
            name = re.sub(r"/aws/rds/instance/(.+)/(postgresql|upgrade)", r"\1", name)  # noqa: PLW2901 - what is ours of it
            pattern = rf"(alias/)?(PROD|prod)-[a-z0-9]+-test-.+-{block.region}"
            assert re.fullmatch(pattern, name), (block.address, name)


@SETS
def test_no_two_things_of_a_kind_bear_the_same_name(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        counts = Counter(
            (kind, name) for kind in stack.json["resource"] for one in stack.resources(kind) for name in set(names(one))
        )
        assert [key for key, count in counts.items() if count > 1] == []


@SETS
def test_every_provider_tags_by_default(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for provider in stack.json["provider"]["aws"]:
            assert provider["default_tags"] == [{"tags": TAGS}]


def launched() -> dict[str, dict[str, Any]]:
    app = Testing.app()
    stack = TerraformStack(app, "stack")
    AwsProvider(stack, "aws")
    LaunchTemplate(stack, "template", name="PROD-lt-main-web-us-east-1")
    AutoscalingGroup(
        stack,
        "group",
        min_size=1,
        max_size=1,
        tag=[AutoscalingGroupTag(key="Owner", value="another", propagate_at_launch=True)],
    )
    tag_launched(stack, TAGS)
    return dict(json.loads(Testing.synth(stack, True))["resource"])


def test_launch_templates_tag_instances_volumes_and_interfaces() -> None:
    (template,) = launched()["aws_launch_template"].values()
    expected = TAGS | {"Name": "PROD-lt-main-web-us-east-1"}
    found = {one["resource_type"]: one["tags"] for one in template["tag_specifications"]}
    assert found == dict.fromkeys(("instance", "volume", "network-interface"), expected)


def test_auto_scaling_groups_propagate_every_tag_and_keep_their_own() -> None:
    (group,) = launched()["aws_autoscaling_group"].values()
    assert {tag["key"]: tag["value"] for tag in group["tag"]} == TAGS | {"Owner": "another"}
    assert all(tag["propagate_at_launch"] for tag in group["tag"])
