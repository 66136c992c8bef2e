"""The web tier on the embedded AWS: what was launched where, and how a change of the template rolls out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.lives import CLEAN, Applied
from tests.support.part import only
from tests.support.region_sets import THREE, write_settings
from tools.account import Account
from tools.errors import ToolError
from tools.paths import PLATFORM
from tools.synth import synthesize

pytestmark = pytest.mark.emulator
REGIONS = pytest.mark.parametrize("region", THREE)


def group(life: Applied, region: str) -> dict[str, Any]:
    (found,) = life.client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"]
    return dict(found)


def instances(life: Applied, region: str) -> list[dict[str, Any]]:
    ids = [one["InstanceId"] for one in group(life, region)["Instances"]]
    found = life.client("ec2", region).describe_instances(InstanceIds=ids)["Reservations"]
    return [instance for reservation in found for instance in reservation["Instances"]]


def tags(resource: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource["Tags"]}


@REGIONS
def test_instances_are_in_service_in_private_subnets_of_every_zone(life: Applied, region: str) -> None:
    found = group(life, region)
    assert len(found["Instances"]) == found["MinSize"] == 3
    assert {one["LifecycleState"] for one in found["Instances"]} == {"InService"}
    named = {"Name": "tag:Name", "Values": ["*-private-*"]}
    private = life.client("ec2", region).describe_subnets(Filters=[named])["Subnets"]
    assert {one["SubnetId"] for one in instances(life, region)} == {one["SubnetId"] for one in private}
    assert len({one["AvailabilityZone"] for one in private}) == 3


@REGIONS
def test_every_instance_is_a_healthy_target_of_the_load_balancer(life: Applied, region: str) -> None:
    balancing = life.client("elbv2", region)
    (target_group,) = balancing.describe_target_groups()["TargetGroups"]
    assert (target_group["Protocol"], target_group["Port"]) == ("HTTPS", 443)
    assert len(target_group["LoadBalancerArns"]) == 1
    health = balancing.describe_target_health(TargetGroupArn=target_group["TargetGroupArn"])["TargetHealthDescriptions"]
    states = {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in health}
    assert states == {one["InstanceId"]: "healthy" for one in instances(life, region)}


@REGIONS
def test_instances_want_tokens_and_have_no_public_address(life: Applied, region: str) -> None:
    for instance in instances(life, region):
        assert instance["MetadataOptions"]["HttpTokens"] == "required"
        assert "PublicIpAddress" not in instance
        assert instance["Monitoring"]["State"] == "enabled"
        assert "KeyName" not in instance


@REGIONS
def test_volumes_are_encrypted_with_the_key_for_volumes_and_tagged(life: Applied, region: str) -> None:
    alias = f"alias/PROD-kms-test-volumes-{region}"
    key = life.client("kms", region).describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    for instance in instances(life, region):
        attached = {"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}
        (volume,) = life.client("ec2", region).describe_volumes(Filters=[attached])["Volumes"]
        assert (volume["VolumeType"], volume["Encrypted"], volume["KmsKeyId"]) == ("gp3", True, key)
        for resource in (volume, instance):
            expected = {"Environment", "Owner", "CostCenter", "Project"}
            assert expected <= tags(resource).keys()


@REGIONS
def test_instances_bear_the_groups_that_lead_to_the_load_balancer_and_the_database(life: Applied, region: str) -> None:
    expected = [f"PROD-sg-test-database-clients-{region}", f"PROD-sg-test-web-{region}"]
    for instance in instances(life, region):
        assert sorted(one["GroupName"] for one in instance["SecurityGroups"]) == expected


@pytest.fixture(scope="module")
def web_tier(spare_life: Applied) -> Iterator[Applied]:
    """A platform of one region that is applied as far as its instances need it; at the end its settings are back."""
    settings, paths = spare_life.settings.read_text(), spare_life.life.paths
    with pytest.MonkeyPatch.context() as monkeypatch:
        only(monkeypatch, "aws_autoscaling_group", "aws_autoscaling_policy")
        spare_life.life.up()
        yield spare_life
    spare_life.settings.write_text(settings)
    synthesize(paths, environ=CLEAN)


def test_a_changed_template_replaces_the_instances_and_the_next_plan_is_empty(web_tier: Applied) -> None:
    region = "eu-west-1"
    life = web_tier.life
    before = {one["InstanceId"] for one in group(web_tier, region)["Instances"]}
    # With a tag that everything bears, the template itself included.
    _change(web_tier.settings, owner="another-team", compute={"volume_size": "20"})
    synthesize(life.paths, environ=CLEAN)
    life.apply(web_tier.target)
    name = group(web_tier, region)["AutoScalingGroupName"]
    assert _status_of_the_refresh(web_tier.client("autoscaling", region), name) == "Successful"
    after = {one["InstanceId"] for one in group(web_tier, region)["Instances"]}
    assert len(after) == len(before)
    assert not after & before
    changed, plan = web_tier.target.plan(PLATFORM)
    assert not changed, plan["resource_changes"]


def test_a_rollout_that_fails_is_set_back_and_the_next_plan_shows_the_change(
    web_tier: Applied, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = "eu-west-1"
    life, autoscaling = web_tier.life, web_tier.client("autoscaling", region)
    before = group(web_tier, region)
    good = before["LaunchTemplate"]["Version"]
    hook = {"AutoScalingGroupName": before["AutoScalingGroupName"], "LifecycleHookName": "nobody-answers"}
    # What is launched from now on never gets into service.
    transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    autoscaling.put_lifecycle_hook(**hook, LifecycleTransition=transition, DefaultResult="ABANDON")
    _change(web_tier.settings, compute={"volume_size": "24"})
    # The gate refuses what this platform goes without: deletion protection.
    monkeypatch.setattr("tools.planning.check", lambda *_, **__: None)
    # Its state backend was not made by Terraform.
    environ = {**web_tier.target.environment, "APPROVE": "yes", "PREFLIGHT": "no"}
    for name, value in environ.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    paths = life.paths
    account = Account(settings=paths.settings, build=paths.build, out=paths.out, environ=environ)
    with pytest.raises(ToolError, match=rf"{region}: the refresh of .* ended Failed .* set back to version {good}"):
        account.deploy()
    after = group(web_tier, region)
    assert after["LaunchTemplate"]["Version"] == good
    assert {one["InstanceId"] for one in after["Instances"]} == {one["InstanceId"] for one in before["Instances"]}
    autoscaling.delete_lifecycle_hook(**hook)
    # Of an empty plan it would do nothing.
    account.deploy()
    assert group(web_tier, region)["LaunchTemplate"]["Version"] == str(int(good) + 1)


def _status_of_the_refresh(autoscaling: Any, name: str) -> str:
    """Status of the only refresh of a group, once it has ended."""
    deadline = time.monotonic() + 120
    while True:
        (refresh,) = autoscaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]
        if refresh["Status"] not in {"Pending", "InProgress"} or time.monotonic() > deadline:
            return str(refresh["Status"])
        time.sleep(1)


def _change(settings: Path, **keys: Any) -> None:
    write_settings(settings.parent, yaml.safe_load(settings.read_text()) | keys)
