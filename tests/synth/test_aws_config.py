import json
from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from modules.settings.managed_rules import GLOBAL, REGIONAL
from tests.support.otherwise import OTHERWISE
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
RECORDERS = (
    "aws_config_configuration_recorder",
    "aws_config_delivery_channel",
    "aws_config_configuration_recorder_status",
)


def rules(stack: Stack, region: str) -> dict[str, Block]:
    return {one.body["source"]["source_identifier"]: one for one in stack.resources("aws_config_config_rule", region)}


@SETS
def test_every_region_has_a_recorder_that_is_on_and_delivers(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (recorder,), (channel,), (status,) = (stack.resources(kind, region) for kind in RECORDERS)
        assert recorder.body["recording_group"]["all_supported"] is True
        assert recorder.body["recording_mode"] == {"recording_frequency": "CONTINUOUS"}
        assert status.body["is_enabled"] is True
        assert stack.at(status.body["name"]).address == recorder.address
        assert channel.address in status.body["depends_on"]
        assert recorder.address in channel.body["depends_on"]


@SETS
def test_what_is_global_is_recorded_once_in_the_home_region(regions: tuple[str, ...]) -> None:
    recorders = platform(*regions).resources("aws_config_configuration_recorder")
    seeing = [one.region for one in recorders if one.body["recording_group"]["include_global_resource_types"]]
    assert seeing == [regions[0]]


@SETS
def test_records_lie_in_the_bucket_for_them_encrypted_with_the_logs_key(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for channel in stack.resources("aws_config_delivery_channel"):
        bucket = stack.at(channel.body["s3_bucket_name"])
        assert bucket.region == channel.region
        assert "-s3-test-configuration-" in bucket.name_tag
        assert stack.at(channel.body["s3_kms_key_arn"]).name_tag == f"PROD-kms-test-logs-{channel.region}"
        (policy,) = [
            one
            for one in stack.resources("aws_s3_bucket_policy", channel.region)
            if stack.at(one.body["bucket"]).address == bucket.address
        ]
        assert policy.address in channel.body["depends_on"]


@SMALL_SETS
def test_recorders_share_the_account_s_role_which_is_made_once(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    (role,) = stack.resources("aws_iam_service_linked_role")
    assert role.body["aws_service_name"] == "config.amazonaws.com"
    for recorder in stack.resources("aws_config_configuration_recorder"):
        assert stack.at(recorder.body["role_arn"]).address == role.address
    existing = platform(*regions, configuration={"service_role": "existing"})
    assert not existing.resources("aws_iam_service_linked_role")
    for recorder in existing.resources("aws_config_configuration_recorder"):
        assert recorder.body["role_arn"].endswith(":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")


@SETS
def test_every_region_is_held_to_every_promise_and_the_home_region_to_those_about_the_account(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    everywhere = {rule for rule, _ in REGIONAL.values()} | {"CW_LOGGROUP_RETENTION_PERIOD_CHECK", "REQUIRED_TAGS"}
    once = {rule for rule, _ in GLOBAL.values()}
    for region in regions:
        assert rules(stack, region).keys() == everywhere | (once if region == regions[0] else set())


@pytest.mark.parametrize(
    "promise",
    [
        "ENCRYPTED_VOLUMES",
        "RDS_STORAGE_ENCRYPTED",
        "S3_BUCKET_SSL_REQUESTS_ONLY",
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
        "EC2_IMDSV2_CHECK",
        "CMK_BACKING_KEY_ROTATION_ENABLED",
        "SECRETSMANAGER_ROTATION_ENABLED_CHECK",
        "DYNAMODB_PITR_ENABLED",
        "VPC_PEERING_DNS_RESOLUTION_CHECK",
        "MULTI_REGION_CLOUD_TRAIL_ENABLED",
    ],
)
def test_what_the_platform_promises_is_looked_at(promise: str) -> None:
    assert promise in rules(platform(*ONE), ONE[0])


@SETS
def test_flow_logs_of_all_traffic_and_the_four_tags_are_wanted(regions: tuple[str, ...]) -> None:
    for region in regions:
        found = rules(platform(*regions), region)
        assert json.loads(found["VPC_FLOW_LOGS_ENABLED"].body["input_parameters"]) == {"trafficType": "ALL"}
        tags = json.loads(found["REQUIRED_TAGS"].body["input_parameters"])
        assert tags == {"tag1Key": "Environment", "tag2Key": "Owner", "tag3Key": "CostCenter", "tag4Key": "Project"}


@SETS
def test_rules_wait_for_the_recorder_of_their_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (status,) = stack.resources("aws_config_configuration_recorder_status", region)
        assert all(one.body["depends_on"] == [status.address] for one in rules(stack, region).values())


@SMALL_SETS
def test_recorders_of_someone_else_are_left_alone_and_a_plan_says_if_there_are_none(regions: tuple[str, ...]) -> None:
    assert "configuration_recorder_exists" not in platform(*regions).json["check"]
    stack = platform(*regions, configuration={"recorder": "existing"})
    assert not [kind for kind in (*RECORDERS, "aws_iam_service_linked_role") if kind in stack.json["resource"]]
    assert all("depends_on" not in one.body for one in stack.resources("aws_config_config_rule"))
    check = stack.json["check"]["configuration_recorder_exists"]
    (data,) = stack.data("aws_iam_roles")
    assert data.region == regions[0]
    assert data.body["path_prefix"] == "/aws-service-role/config.amazonaws.com/"
    # What is read within a check is read at each apply, and leaves no plan empty.
    assert check.keys() == {"assert"}
    (claim,) = check["assert"]
    assert claim["condition"] == f"${{length({data.address}.names) > 0}}"
    assert "set configuration.recorder to managed" in claim["error_message"]


@pytest.mark.slow
@pytest.mark.parametrize("existing", TWO)
def test_a_recorder_of_someone_else_in_one_region_leaves_the_other_s(existing: str) -> None:
    stack = platform(*TWO, configuration={"recorder": {existing: "existing"}})
    for kind in RECORDERS:
        assert {one.region for one in stack.resources(kind)} == set(TWO) - {existing}
    for one in stack.resources("aws_config_config_rule"):
        assert ("depends_on" in one.body) == (one.region != existing)
    assert stack.resources("aws_iam_service_linked_role")
    assert not [name for name in stack.json["check"] if "recorder" in name]


@SMALL_SETS
def test_home_region_shows_the_records_of_all_regions(regions: tuple[str, ...]) -> None:
    (aggregator,) = platform(*regions).resources("aws_config_configuration_aggregator")
    assert aggregator.region == regions[0]
    source = aggregator.body["account_aggregation_source"]
    assert source["all_regions"] is True
    assert source["account_ids"][0].startswith("${data.aws_caller_identity.")
    existing = platform(*regions, configuration={"aggregator": "existing"})
    assert not existing.resources("aws_config_configuration_aggregator")


@SETS
def test_tags_are_asked_of_what_the_platform_makes_and_not_of_what_aws_makes_for_it(regions: tuple[str, ...]) -> None:
    for region in regions:
        types = rules(platform(*regions), region)["REQUIRED_TAGS"].body["scope"]["compliance_resource_types"]
        # Endpoints, NAT gateways, load balancers, databases and functions have interfaces that nobody can tag.
        assert "AWS::EC2::NetworkInterface" not in types
        assert {"AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::EC2::VPC"} <= set(types)


def test_logs_have_to_be_kept_as_long_as_the_settings_say() -> None:
    for days, more in ((365, {}), (30, OTHERWISE)):
        found = rules(platform(*ONE, **more), ONE[0])
        parameters = found["CW_LOGGROUP_RETENTION_PERIOD_CHECK"].body["input_parameters"]
        assert json.loads(parameters) == {"MinRetentionTime": str(days)}


@pytest.mark.slow
def test_rules_that_aws_does_not_have_in_a_region_are_skipped_there_alone() -> None:
    stack = platform(*TWO, configuration={"skip_rules": {TWO[1]: ["alb-waf", "root-mfa"]}})
    assert "ALB_WAF_ENABLED" in rules(stack, TWO[0])
    assert "ALB_WAF_ENABLED" not in rules(stack, TWO[1])


@pytest.mark.parametrize(
    ("regions", "configuration", "fault"),
    [
        (("ca-west-1",), {}, r"configuration\.skip_rules\.ca-west-1: AWS Config does not have every rule there"),
        (ONE, {"skip_rules": {"eu-west-1": ["alb-wag"]}}, r"skip_rules\.eu-west-1\[0\]: no rule .*mean 'alb-waf'"),
        (ONE, {"skip_rules": {"eu-west-9": []}}, r"configuration\.skip_rules"),
        (ONE, {"remediate": "true"}, r"configuration\.remediate"),
    ],
)
def test_rejects_rules_that_cannot_be(
    tmp_path: Path, regions: tuple[str, ...], configuration: dict[str, Any], fault: str
) -> None:
    with pytest.raises(SettingsError, match=fault):
        load_settings(write_settings(tmp_path, settings_of(*regions, configuration=configuration)), {})


def test_a_young_region_is_taken_with_its_word(tmp_path: Path) -> None:
    for said in ([], ["alb-waf"]):
        settings = settings_of("ca-west-1", configuration={"skip_rules": {"ca-west-1": said}})
        assert load_settings(write_settings(tmp_path, settings), {}).configuration.skip_rules


def test_frequency_is_a_setting() -> None:
    (recorder,) = platform(*ONE, **OTHERWISE).resources("aws_config_configuration_recorder")
    assert recorder.body["recording_mode"] == {"recording_frequency": "DAILY"}
