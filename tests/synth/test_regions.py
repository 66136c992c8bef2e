import re
from typing import Any

import pytest

from modules.settings.regions import chatbot_region
from tests.support.otherwise import THREE_OTHERWISE
from tests.support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO, WIDEST
from tests.support.synthesized import Stack, platform, state_backend

#: Global in an account, or in one region with copies in the others.
ONCE = (
    "aws_dynamodb_table",
    *("aws_cloudtrail", "aws_cloudwatch_dashboard", "aws_cloudwatch_log_metric_filter"),
    *("aws_config_configuration_aggregator", "aws_securityhub_finding_aggregator"),
    *("aws_iam_account_password_policy", "aws_iam_service_linked_role", "aws_s3_account_public_access_block"),
    "aws_secretsmanager_",
)
#: Names every region, or follows the primary one, and is changed in place.
FOLLOWS = (
    *("aws_db_instance", "aws_route53_health_check", "aws_route53_record"),
    *("aws_s3_bucket_replication_configuration", *ONCE),
)
#: In every region but the home region, which does it for them.
ELSEWHERE = "aws_securityhub_standards_control_association"
#: Where the metrics of Route 53 are, whether the platform is there or not.
METRICS_OF_ROUTE_53 = "us-east-1"
#: Terraform's own, made by no provider of AWS.
OWN = "terraform_data"
#: Only what stands alone has backups that are replicated.
BACKUPS = "aws_db_instance_automated_backups_replication"
SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE, WIDEST], ids=len)


@SETS
def test_there_is_one_provider_a_region_and_its_alias_is_the_region(regions: tuple[str, ...]) -> None:
    providers = platform(*regions).json["provider"]["aws"]
    # Besides the one whose CloudWatch has the metrics of Route 53, and the one that deletes the last channel of a chat.
    expected = {*regions, METRICS_OF_ROUTE_53, chatbot_region(regions[0])}
    assert sorted(provider["alias"] for provider in providers) == sorted(expected)
    assert all(provider["alias"] == provider["region"] for provider in providers)


@SETS
def test_everything_is_made_by_a_provider_of_a_region(regions: tuple[str, ...]) -> None:
    # The state's replica may move to any region; a provider that nothing needs is not configured.
    unused = {chatbot_region(regions[0])}, {*regions}
    for stack, others in zip((platform(*regions), state_backend(*regions)), unused, strict=True):
        aliases = {provider["alias"] for provider in stack.json["provider"]["aws"]}
        made = [block for block in stack.all_resources() if not block.address.startswith(OWN)]
        used = {block.region for block in made}
        assert used <= aliases
        assert aliases - used <= others


@SETS
def test_every_region_has_the_same_kinds_of_resources(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    some = ("aws_vpc_peering", BACKUPS, OWN, ELSEWHERE, *ONCE)
    kinds = {kind for kind in stack.json["resource"] if not kind.startswith(some)}
    assert all(stack.resources(kind, region) for kind in kinds for region in regions)


def test_provider_is_pinned() -> None:
    assert platform(*THREE).json["terraform"]["required_providers"]["aws"]["version"] == "5.100.0"


def test_account_is_pinned_if_the_settings_name_it() -> None:
    named = platform(*THREE, **THREE_OTHERWISE)
    assert named.json["provider"]["aws"][0]["allowed_account_ids"] == ["123456789012"]
    assert "allowed_account_ids" not in platform(*THREE).json["provider"]["aws"][0]


def logical_ids(stack: Stack) -> set[str]:
    return {block.address for block in stack.all_resources()}


def without_alarms_on_replication(stack: Stack) -> dict[str, dict[str, Any]]:
    """Resources by kind and id, but for alarms on copies of data: they name a rule by its place, and go with it."""
    return {
        kind: {name: body for name, body in blocks.items() if body.get("namespace") != "AWS/S3"}
        for kind, blocks in stack.json["resource"].items()
    }


def test_adding_a_region_moves_nothing_that_is_there() -> None:
    before, after = platform(*THREE), platform(*THREE, "us-east-2")
    # The alarms on a region that is held go along with its keeper, which may be the new region.
    kept = {one for one in logical_ids(before) if re.search(r"_failover-alarms_(held|running)-", one)}
    assert logical_ids(before) - kept < logical_ids(after)
    for kind, blocks in without_alarms_on_replication(before).items():
        if kind.startswith(FOLLOWS):
            continue
        # The names of all regions are in the code of the functions.
        stay = {
            name: body
            for name, body in blocks.items()
            if f"{kind}.{name}" not in kept and not (kind == "aws_lambda_function" and "_failover_" in name)
        }
        assert stay.items() <= after.json["resource"][kind].items()


@SETS
def test_outside_the_regions_is_nothing_but_what_tells_of_route_53_s_metrics(regions: tuple[str, ...]) -> None:
    outside = {
        block.address.partition(".")[0]
        for block in platform(*regions).all_resources()
        if block.region and block.region not in regions
    }
    alarms = {"aws_cloudwatch_metric_alarm", "aws_route53_health_check"}
    topics = {"aws_kms_alias", "aws_kms_key", "aws_sns_topic", "aws_sns_topic_policy"}
    assert outside <= alarms | topics
    assert bool(outside) == (METRICS_OF_ROUTE_53 not in regions)


#: Two, and the one that has a provider in the platform anyway.
RETIRED = ["eu-west-3", "sa-east-1", METRICS_OF_ROUTE_53]


def test_a_retired_region_keeps_its_provider_and_nothing_else() -> None:
    for synthesized in (platform, state_backend):
        before, after = synthesized(*ONE).json, synthesized(*ONE, retired_regions=RETIRED).json
        assert after["resource"] == before["resource"]
        assert after["data"] == before["data"]
        there = {one["alias"] for one in before["provider"]["aws"]}
        added = [one["alias"] for one in after["provider"]["aws"] if one not in before["provider"]["aws"]]
        assert sorted(added) == sorted(set(RETIRED) - there)


def test_us_east_1_retires_although_the_metrics_of_route_53_stay_there() -> None:
    stack = platform(*ONE, retired_regions=RETIRED)
    assert [one["alias"] for one in stack.json["provider"]["aws"]].count(METRICS_OF_ROUTE_53) == 1


def test_nothing_in_a_region_that_leaves_is_protected_and_all_elsewhere_is() -> None:
    stack = platform(*TWO, leaving={TWO[1]: {"objects": "delete", "backups": "delete"}})
    for kind, attribute, lifted in (
        ("aws_db_instance", "deletion_protection", False),
        ("aws_lb", "enable_deletion_protection", False),
        ("aws_s3_bucket", "force_destroy", True),
        ("aws_backup_vault", "force_destroy", True),
    ):
        for block in stack.resources(kind):
            assert block.body[attribute] is (lifted if block.region == TWO[1] else not lifted), block.address


def test_another_primary_region_moves_nothing_but_what_follows_it() -> None:
    one, other = platform(*THREE), platform(*THREE, **TAKEN_OVER)
    before, after = without_alarms_on_replication(one), without_alarms_on_replication(other)
    for kind, blocks in before.items():
        added = after[kind].keys() - blocks.keys()
        assert [name for name in added if not (kind == BACKUPS and name.startswith("us-west-2_"))] == []
        changed = [name for name, body in blocks.items() if body != after[kind].get(name)]
        # What is no replica any more may not be silent for as long.
        followers = [name for name in changed if blocks[name].get("metric_name") == "CPUUtilization"]
        assert [name.partition("_")[0] for name in followers] == ["us-west-2"] * len(followers)
        # The database that was left is fenced.
        fenced = [name for name in changed if name.startswith("us-east-1_network_database-acl_")]
        assert kind.startswith(FOLLOWS) or changed == followers + fenced
