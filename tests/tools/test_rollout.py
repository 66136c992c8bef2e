"""Rollouts on an Auto Scaling of a few lines, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.support.fake_aws import denied
from tools import rollout
from tools.errors import Interrupted

GROUP = "PROD-asg-main-web-eu-west-1"
ARN = f"arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/{GROUP}"
PLAN = {
    "resource_changes": [
        {"type": "aws_vpc", "change": {"actions": ["update"], "before": {}}},
        {"type": "aws_autoscaling_group", "change": {"actions": ["create"], "before": None}},
        {"type": "aws_autoscaling_group", "change": {"actions": ["update"], "before": {"name": GROUP, "arn": ARN}}},
    ]
}


class AutoScaling:
    """One group, whose refreshes go through the states that are given."""

    def __init__(self, *states: str, mixed: bool = False) -> None:
        self.states = list(states)
        self.updates: list[dict[str, Any]] = []
        self.started: list[dict[str, Any]] = []
        self.refreshes = ["old"]
        self.template = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "Version": "1"}
        self.mixed = mixed

    def describe_auto_scaling_groups(self, AutoScalingGroupNames: list[str]) -> dict[str, Any]:  # noqa: N803 - boto3's
        instances = [
            {"LifecycleState": "InService", "HealthStatus": "Healthy", "LaunchTemplate": {"Version": "1"}},
            {"LifecycleState": "InService", "HealthStatus": "Healthy", "LaunchTemplate": {"Version": "1"}},
            {"LifecycleState": "InService", "HealthStatus": "Unhealthy", "LaunchTemplate": {"Version": "3"}},
            {"LifecycleState": "Pending", "HealthStatus": "Healthy", "LaunchTemplate": {"Version": "3"}},
        ]
        policy = {"LaunchTemplate": {"LaunchTemplateSpecification": self.template, "Overrides": ["a"]}}
        launch = {"MixedInstancesPolicy": policy} if self.mixed else {"LaunchTemplate": self.template}
        return {"AutoScalingGroups": [{"Instances": instances, **launch}] if AutoScalingGroupNames == [GROUP] else []}

    def describe_instance_refreshes(self, AutoScalingGroupName: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert AutoScalingGroupName == GROUP
        found = []
        for name in self.refreshes:
            status = "Failed" if name == "old" else self.states[0]
            if name != "old" and len(self.states) > 1:
                self.states.pop(0)
            reason = {"StatusReason": "no luck"} if status == "Failed" else {}
            found.append({"InstanceRefreshId": name, "Status": status, "PercentageComplete": 50, **reason})
        return {"InstanceRefreshes": found}

    def update_auto_scaling_group(self, **arguments: Any) -> None:
        self.updates.append(arguments)

    def start_instance_refresh(self, **arguments: Any) -> None:
        self.started.append(arguments)

    def apply(self) -> None:
        self.refreshes.insert(0, "new")
        self.template = self.template | {"Version": "3"}


def roll(autoscaling: AutoScaling, *, longest: float = 60) -> tuple[list[str], list[str]]:
    said: list[str] = []
    rollouts = rollout.before(PLAN, lambda _service, _region: autoscaling)
    assert [(one.name, one.region, one.good_version) for one in rollouts] == [(GROUP, "eu-west-1", "1")]
    autoscaling.apply()
    return rollout.follow(rollouts, say=said.append, pause=0, longest=longest), said


def test_a_rollout_that_succeeds_is_told_step_by_step() -> None:
    faults, said = roll(AutoScaling("Pending", "InProgress", "InProgress", "Successful"))
    assert faults == []
    assert said == [
        "eu-west-1: 50% of the instances are replaced",
        "eu-west-1: every instance is of the new version",
    ]


def test_a_rollout_that_fails_sets_the_group_back_to_what_healthy_instances_run() -> None:
    autoscaling = AutoScaling("InProgress", "Failed")
    (fault,), _ = roll(autoscaling)
    assert fault == (
        f"eu-west-1: the refresh of {GROUP} ended Failed (no luck); "
        "the group has been set back to version 1 and replaces what runs another"
    )
    template = {"LaunchTemplateId": "lt-1", "Version": "1"}
    assert autoscaling.updates == [{"AutoScalingGroupName": GROUP, "LaunchTemplate": template}]
    (started,) = autoscaling.started
    assert started["Preferences"]["SkipMatching"] is True


def test_a_mixed_group_is_set_back_and_keeps_its_instance_types() -> None:
    autoscaling = AutoScaling("Failed", mixed=True)
    roll(autoscaling)
    (update,) = autoscaling.updates
    assert update["MixedInstancesPolicy"]["LaunchTemplate"] == {
        "LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "1"},
        "Overrides": ["a"],
    }


@pytest.mark.parametrize("status", ["Cancelled", "RollbackSuccessful"])
def test_a_rollout_that_somebody_ended_is_told_and_left_alone(status: str) -> None:
    autoscaling = AutoScaling(status)
    (fault,), _ = roll(autoscaling)
    assert fault.endswith(f"ended {status}")
    assert autoscaling.updates == []


def test_a_rollout_that_does_not_end_is_told_after_a_while() -> None:
    (fault,), _ = roll(AutoScaling("InProgress"), longest=0)
    assert fault == "eu-west-1: 50% of the instances are replaced, not over after 0 minutes"


def test_a_change_that_starts_no_refresh_is_nothing_to_wait_for() -> None:
    autoscaling = AutoScaling("InProgress")
    rollouts = rollout.before(PLAN, lambda _service, _region: autoscaling)
    assert rollout.follow(rollouts, say=pytest.fail, pause=0) == []


@pytest.mark.parametrize(
    "error", [denied("DescribeInstanceRefreshes", "ExpiredToken"), EndpointConnectionError(endpoint_url="https://a")]
)
def test_a_group_that_cannot_be_seen_is_told_and_the_others_are_followed(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    unseen, seen = AutoScaling("InProgress"), AutoScaling("InProgress", "Failed")
    rollouts = [*_before(unseen), *_before(seen)]
    seen.apply()

    def refuse(**_: Any) -> Any:
        raise error

    monkeypatch.setattr(unseen, "describe_instance_refreshes", refuse)
    first, second = rollout.follow(rollouts, say=lambda _line: None, pause=0)
    assert first.startswith(f"eu-west-1: it cannot be seen what became of {GROUP}: {error}; ")
    assert "docs/compute.md" in first
    assert "set back to version 1" in second
    assert len(seen.updates) == 1


@pytest.mark.parametrize("operation", ["update_auto_scaling_group", "start_instance_refresh"])
def test_a_group_that_cannot_be_set_back_is_told_with_why(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    autoscaling = AutoScaling("Failed")

    def refuse(**_: Any) -> None:
        raise denied("UpdateAutoScalingGroup")

    monkeypatch.setattr(autoscaling, operation, refuse)
    (fault,), _ = roll(autoscaling)
    assert "ended Failed (no luck); setting it back failed: An error occurred (AccessDenied)" in fault
    assert "docs/compute.md" in fault


@pytest.mark.parametrize(
    ("interrupt", "code"), [(KeyboardInterrupt(), 130), (Interrupted("ended by SIGTERM", signal_number=15), 143)]
)
def test_an_interrupt_tells_how_to_look_and_never_to_run_it_again(interrupt: KeyboardInterrupt, code: int) -> None:
    told = rollout.interrupted(_before(AutoScaling("InProgress")), interrupt)
    assert told.exit_code == code
    look = f"aws autoscaling describe-instance-refreshes --region eu-west-1 --auto-scaling-group-name {GROUP} "
    assert look in str(told)
    assert "docs/compute.md" in str(told)
    assert "run it again" not in str(told)


def _before(autoscaling: AutoScaling) -> list[rollout.Rollout]:
    return rollout.before(PLAN, lambda _service, _region: autoscaling)
