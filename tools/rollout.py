"""Following what Terraform does not wait for: that instances of a changed template take over, or do not.

A refresh that fails leaves the group on the new template version: what replaces an instance from then on is as broken
as what failed, and the next plan is empty. Auto Scaling's own rollback does not help, because the provider saves the
new version on the group before it starts the refresh
(https://github.com/hashicorp/terraform-provider-aws/issues/34189), so the group is set back here.

See https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
"""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.errors import Interrupted
from tools.plan import Plan

#: A refresh without progress fails after an hour; one of many instances may take longer as long as it goes on.
LONGEST_SECONDS = 7200
PAUSE_SECONDS = 15
UNDER_WAY = {"Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"}
KIND = "aws_autoscaling_group"
UNFOLLOWED = (
    "a group whose refresh fails stays on the new template, and the next plan is empty: docs/compute.md says how to "
    "set it back"
)
BY_HAND = "docs/compute.md says how to look, and how to set a group back"
#: The IAM actions that following a refresh takes, and setting a group back.
ACTIONS = (
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:StartInstanceRefresh",
    "autoscaling:UpdateAutoScalingGroup",
)

Clients = Callable[[str, str], Any]


@dataclass(kw_only=True)
class Rollout:
    """One group whose instances a deployment may replace.

    Parameters
    ----------
    name : str
        The group.
    region : str
        Its region.
    autoscaling : client
        A boto3 client of Auto Scaling there.
    good_version : str or None
        The template version that healthy instances ran before; None where there were none.
    known : set of str
        Refreshes that there were before.
    """

    name: str
    region: str
    autoscaling: Any
    good_version: str | None
    known: set[str] = field(default_factory=set)

    def refresh(self) -> dict[str, Any] | None:
        """Return the newest refresh that has been started since; None if there is none."""
        found = self.autoscaling.describe_instance_refreshes(AutoScalingGroupName=self.name)["InstanceRefreshes"]
        return next((one for one in found if one["InstanceRefreshId"] not in self.known), None)

    def set_back(self) -> str:
        """Give the group its good template version again, and say in words what that comes to."""
        if self.good_version is None:
            return "no healthy instance ran before, so there is no version to go back to"
        group = describe(self.autoscaling, self.name)
        if group is None:
            return "the group is gone"
        template, wrap = specification(group)
        if template["Version"] == self.good_version:
            return f"the group launches version {self.good_version}, as it did before"
        chosen = wrap({"LaunchTemplateId": template["LaunchTemplateId"], "Version": self.good_version})
        self.autoscaling.update_auto_scaling_group(AutoScalingGroupName=self.name, **chosen)
        # Some of those that failed may count as healthy, and stay unless they are replaced.
        self.autoscaling.start_instance_refresh(
            AutoScalingGroupName=self.name,
            Preferences={"SkipMatching": True, "MinHealthyPercentage": 100, "MaxHealthyPercentage": 150},
        )
        return f"the group has been set back to version {self.good_version} and replaces what runs another"


def before(plan: Plan, clients: Clients) -> list[Rollout]:
    """Remember how every group stands that a plan changes."""
    rollouts = []
    for change in plan.get("resource_changes", ()):
        if change.get("type") != KIND or change["change"]["actions"] != ["update"]:
            continue
        name, region = change["change"]["before"]["name"], change["change"]["before"]["arn"].split(":")[3]
        autoscaling = clients("autoscaling", region)
        group = describe(autoscaling, name)
        if group is None:
            continue
        known = autoscaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]
        rollouts.append(
            Rollout(
                name=name,
                region=region,
                autoscaling=autoscaling,
                good_version=_healthy_version(group),
                known={one["InstanceRefreshId"] for one in known},
            )
        )
    return rollouts


def follow(
    rollouts: Iterable[Rollout],
    *,
    say: Callable[[str], None],
    pause: float = PAUSE_SECONDS,
    longest: float = LONGEST_SECONDS,
) -> list[str]:
    """Wait until every refresh that has been started is over, and set back the groups whose refresh failed.

    Parameters
    ----------
    rollouts : iterable of Rollout
        The groups, as they stood before.
    say : callable
        Takes a line whenever something has gone on.
    pause : float, optional
        Seconds between two looks.
    longest : float, optional
        Seconds to wait at most.

    Returns
    -------
    list of str
        A sentence for each group whose new instances did not take over, or of which AWS does not tell it: credentials
        may end while instances are replaced.
    """
    faults: list[str] = []
    waiting = list(rollouts)
    told: dict[str, str] = {}
    end = time.monotonic() + longest
    while waiting:
        for rollout in tuple(waiting):
            try:
                refresh = rollout.refresh()
            except (BotoCoreError, ClientError) as error:
                waiting.remove(rollout)
                faults.append(f"{rollout.region}: it cannot be seen what became of {rollout.name}: {error}; {BY_HAND}")
                continue
            if refresh is None:
                waiting.remove(rollout)
                continue
            line = _in_words(rollout, refresh)
            if told.get(rollout.region) != line:
                told[rollout.region] = line
                say(line)
            if refresh["Status"] not in UNDER_WAY:
                waiting.remove(rollout)
                faults += _end(rollout, refresh["Status"], line)
        if waiting and time.monotonic() >= end:
            minutes = round(longest / 60)
            return [*faults, *(f"{told[one.region]}, not over after {minutes} minutes" for one in waiting)]
        if waiting:
            time.sleep(pause)
    return faults


def interrupted(rollouts: Iterable[Rollout], interrupt: KeyboardInterrupt) -> Interrupted:
    """Return what is true once somebody has interrupted `follow`: instances are replaced all the same.

    Parameters
    ----------
    rollouts : iterable of Rollout
        The groups that were followed.
    interrupt : KeyboardInterrupt
        What interrupted it.
    """
    looks = [
        f"  aws autoscaling describe-instance-refreshes --region {one.region} --auto-scaling-group-name {one.name} "
        "--max-records 1"
        for one in rollouts
    ]
    return Interrupted(
        "interrupted while instances are being replaced",
        outlook="\n".join(["that goes on, and nobody looks how it ends. Look yourself:", *looks, UNFOLLOWED]),
        signal_number=interrupt.signal_number if isinstance(interrupt, Interrupted) else signal.SIGINT,
    )


def describe(autoscaling: Any, name: str) -> dict[str, Any] | None:  # noqa: ANN401 - boto3 makes client classes
    """Return what AWS says of a group; None if it does not exist."""
    found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return dict(found[0]) if found else None


def specification(group: dict[str, Any]) -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    """Return which template a group launches, and what makes the arguments of an update of another one."""
    mixed = group.get("MixedInstancesPolicy")
    if not mixed:
        return group["LaunchTemplate"], lambda template: {"LaunchTemplate": template}
    launch = mixed["LaunchTemplate"]

    def wrap(template: dict[str, Any]) -> dict[str, Any]:
        return {
            "MixedInstancesPolicy": {**mixed, "LaunchTemplate": {**launch, "LaunchTemplateSpecification": template}}
        }

    return launch["LaunchTemplateSpecification"], wrap


def _end(rollout: Rollout, status: str, line: str) -> list[str]:
    """Do what the end of a refresh calls for, and return what is at fault."""
    if status == "Successful":
        return []
    if status != "Failed":
        # Somebody ended it, and knows what for.
        return [line]
    try:
        return [f"{line}; {rollout.set_back()}"]
    except (BotoCoreError, ClientError) as error:
        return [f"{line}; setting it back failed: {error}; {BY_HAND}"]


def _healthy_version(group: dict[str, Any]) -> str | None:
    """Return the template version that most healthy instances of a group run."""
    versions = Counter(
        str(one["LaunchTemplate"]["Version"])
        for one in group["Instances"]
        if one["LifecycleState"] == "InService" and one["HealthStatus"] == "Healthy" and one.get("LaunchTemplate")
    )
    return versions.most_common(1)[0][0] if versions else None


def _in_words(rollout: Rollout, refresh: dict[str, Any]) -> str:
    status = refresh["Status"]
    if status in UNDER_WAY:
        return f"{rollout.region}: {refresh.get('PercentageComplete', 0)}% of the instances are replaced"
    if status == "Successful":
        return f"{rollout.region}: every instance is of the new version"
    reason = refresh.get("StatusReason")
    return f"{rollout.region}: the refresh of {rollout.name} ended {status}" + (f" ({reason})" if reason else "")
