"""What a team adds: the package as it comes, the example, and what the program makes of another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

import extensions
from examples import queue
from modules.app import build
from modules.core.errors import AreaError
from modules.core.naming import Names, Rule
from modules.platform import PlatformStack
from modules.settings import load_settings
from tests.support.region_sets import ONE, TWO, settings_of, write_settings
from tests.support.synthesized import Stack, platform
from tools.paths import ROOT


def built(folder: Path, extend: Any, *regions: str) -> Stack:
    settings = load_settings(write_settings(folder, settings_of(*regions)), {})
    build(settings, outdir=folder / "out", extend=extend).synth()
    return Stack(json.loads((folder / "out/stacks/platform/cdk.tf.json").read_text()))


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return built(tmp_path_factory.mktemp("extended"), queue.extend, *TWO)


def addresses(stack: Stack) -> set[str]:
    return {block.address for block in stack.all_resources()}


def test_package_of_the_team_has_the_function_that_the_program_calls() -> None:
    # Nothing else of it is tested here: it is the team's.
    assert list(signature(extensions.extend).parameters) == ["platform"]


def test_queue_is_in_every_region_with_a_key_and_an_alarm_that_opens_a_ticket(extended: Stack) -> None:
    for region in TWO:
        (jobs,) = (one for one in extended.resources("aws_sqs_queue", region) if "jobs" in one.body["name"])
        assert jobs.body["name"] == f"PROD-sqs-test-jobs-{region}"
        key = extended.at(jobs.body["kms_master_key_id"])
        assert (key.region, key.name_tag) == (region, f"PROD-kms-test-jobs-{region}")
        (alarm,) = (
            one
            for one in extended.resources("aws_cloudwatch_metric_alarm", region)
            if one.body["alarm_name"] == f"PROD-alarm-test-jobs-waiting-{region}"
        )
        (topic,) = (extended.at(one) for one in alarm.body["alarm_actions"])
        assert (topic.region, topic.body["name"]) == (region, f"PROD-sns-test-ticket-{region}")


def test_instances_find_the_queue_and_may_use_it(extended: Stack) -> None:
    for region in TWO:
        (parameter,) = (
            one
            for one in extended.resources("aws_ssm_parameter", region)
            if one.body["name"] == "/PROD/test/jobs/queue-url"
        )
        (group,) = extended.resources("aws_autoscaling_group", region)
        assert parameter.address in group.body["depends_on"]
        (policy,) = (
            one
            for one in extended.resources("aws_iam_role_policy", region)
            if one.body["name"] == f"PROD-policy-test-application-jobs-{region}"
        )
        assert extended.at(policy.body["role"]).body["name"] == f"PROD-role-test-application-{region}"
        (exclusive,) = (
            one
            for one in extended.resources("aws_iam_role_policies_exclusive", region)
            if one.body["role_name"] == policy.body["role"].replace(".id}", ".name}")
        )
        assert f"${{{policy.address}.name}}" in exclusive.body["policy_names"]


def test_nothing_of_the_platform_moves(extended: Stack) -> None:
    before, after = addresses(platform(*TWO)), addresses(extended)
    assert before < after
    assert all("_jobs" in address for address in after - before)


def test_fault_of_an_extension_is_told_in_one_line(tmp_path: Path) -> None:
    def extend(platform: PlatformStack) -> None:
        platform.parameters[ONE[0]].add("Jobs", "x", description="x")

    with pytest.raises(AreaError, match=r"^extensions in the platform: parameter 'Jobs', allowed: lower-case words"):
        built(tmp_path, extend, *ONE)


def test_names_of_other_services_have_a_rule_of_their_own() -> None:
    names = Names(environment="prod", suffix="main", region="eu-west-1")
    assert names.of("elasticache", "cache", rule=Rule(limit=40, lower=True)) == "prod-elasticache-main-cache-eu-west-1"
    with pytest.raises(ValueError, match="no naming rule for service 'elasticache'"):
        names.of("elasticache", "cache")


@pytest.mark.slow
@pytest.mark.parametrize(("package", "queues"), [("examples.queue", 1), ("", 0)])
def test_program_loads_the_package_that_the_environment_names(tmp_path: Path, package: str, queues: int) -> None:
    settings = write_settings(tmp_path, settings_of("eu-west-1"))
    environ = {
        "MERIDIAN_SETTINGS": str(settings),
        "CDKTF_OUTDIR": str(tmp_path / "out"),
        "MERIDIAN_EXTENSIONS": package,
    }
    ended = subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=os.environ | environ, check=False)
    assert ended.returncode == 0
    text = (tmp_path / "out/stacks/platform/cdk.tf.json").read_text()
    assert text.count('"PROD-sqs-test-jobs-eu-west-1"') >= queues
    assert ("jobs" in text) is bool(queues)
