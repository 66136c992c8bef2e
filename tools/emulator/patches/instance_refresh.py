"""Auto Scaling: instance refreshes.

moto has none. Terraform fails after it has changed the group, and its next plan says that there is nothing to do, so
the instances of the old template would stay. Here a refresh replaces a batch of instances each second, as many as the
minimum healthy percentage lets go, and ends Successful.

It ends Failed, with every instance as it was, where a lifecycle hook abandons what is launched: that is a way of AWS's
own to say that new instances are no good, and tests put such a hook on a group.
https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import uuid4

from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.ec2.responses import EC2Response
from moto.elbv2.responses import ELBV2Response

from tools.emulator.helpers.replacing import replace, wrap
from tools.emulator.helpers.requests import parameter

SECONDS_PER_BATCH = 1.0
DEFAULT_MIN_HEALTHY_PERCENTAGE = 90
ACTIVE = {"Pending", "InProgress", "Cancelling"}


class InProgressError(ServiceException):
    """A refresh of the group has not ended yet."""

    code = "InstanceRefreshInProgressFault"
    message = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."


class NotActiveError(ServiceException):
    """No refresh of the group is under way."""

    code = "ActiveInstanceRefreshNotFoundFault"
    message = "No in progress or pending Instance Refresh found for Auto Scaling group"


@dataclass(kw_only=True)
class InstanceRefresh:
    """One refresh of a group; its attributes are what DescribeInstanceRefreshes tells."""

    auto_scaling_group_name: str
    preferences: dict[str, Any]
    desired_configuration: dict[str, Any] | None
    waiting: list[str]
    batch_size: int
    total: int
    strategy: str = "Rolling"
    status: str = "Pending"
    status_reason: str | None = None
    end_time: datetime | None = None
    instance_refresh_id: str = field(default_factory=lambda: str(uuid4()))
    start_time: datetime = field(default_factory=lambda: datetime.now(tz=UTC))
    next_batch_at: float = field(default_factory=lambda: monotonic() + SECONDS_PER_BATCH)

    @property
    def instances_to_update(self) -> int:
        """Return how many instances are still to be replaced."""
        return len(self.waiting)

    @property
    def percentage_complete(self) -> int:
        """Return how much is done; a refresh with nothing to replace is done at once."""
        return 100 if self.total == 0 else 100 * (self.total - len(self.waiting)) // self.total

    def end(self, status: str) -> None:
        """Set the state that it stays in."""
        self.status = status
        self.end_time = datetime.now(tz=UTC)


def start_instance_refresh(response: AutoScalingResponse) -> ActionResult:
    """Begin a refresh; a desired configuration, which AWS applies at the end, applies from the start."""
    group = _group(response)
    if any(refresh.status in ACTIVE for refresh in refreshes(group)):
        raise InProgressError
    desired = parameter(response, "DesiredConfiguration")
    if desired:
        template, mixed = desired.get("LaunchTemplate"), desired.get("MixedInstancesPolicy")
        group.mixed_instances_policy = mixed or group.mixed_instances_policy
        group._set_launch_configuration("", template, mixed)  # noqa: SLF001 - moto offers it as part of an update only
    preferences = parameter(response, "Preferences", {})
    waiting = [state.instance.id for state in group.instance_states if not _is_skipped(group, state, preferences)]
    healthy = preferences.get("MinHealthyPercentage", DEFAULT_MIN_HEALTHY_PERCENTAGE)
    refresh = InstanceRefresh(
        auto_scaling_group_name=group.name,
        preferences=preferences,
        desired_configuration=desired,
        waiting=waiting,
        batch_size=max(1, len(group.instance_states) * (100 - healthy) // 100),
        total=len(waiting),
    )
    refreshes(group).insert(0, refresh)
    return ActionResult({"InstanceRefreshId": refresh.instance_refresh_id})


def describe_instance_refreshes(response: AutoScalingResponse) -> ActionResult:
    """List the refreshes of a group, newest first."""
    ids = parameter(response, "InstanceRefreshIds", [])
    found = [refresh for refresh in refreshes(_group(response)) if not ids or refresh.instance_refresh_id in ids]
    return ActionResult({"InstanceRefreshes": found})


def cancel_instance_refresh(response: AutoScalingResponse) -> ActionResult:
    """Stop the refresh that is under way; the instances that it replaced stay."""
    for refresh in refreshes(_group(response)):
        if refresh.status in {"Pending", "InProgress"}:
            refresh.status = "Cancelling"
            return ActionResult({"InstanceRefreshId": refresh.instance_refresh_id})
    raise NotActiveError


def advance_first(original: Callable[..., object], response: BaseResponse) -> object:
    """Let refreshes go on before a request that could see how far they are."""
    backend = autoscaling_backends[response.current_account][response.region]
    for group in list(backend.autoscaling_groups.values()):
        for refresh in refreshes(group):
            _advance(group, refresh)
    return original(response)


def refreshes(group: FakeAutoScalingGroup) -> list[InstanceRefresh]:
    """Return the refreshes of ``group``, newest first; they are forgotten with it."""
    found: list[InstanceRefresh] = group.__dict__.setdefault("instance_refreshes", [])
    return found


def _advance(group: FakeAutoScalingGroup, refresh: InstanceRefresh) -> None:
    if refresh.status == "Cancelling":
        refresh.end("Cancelled")
    while refresh.status in {"Pending", "InProgress"} and monotonic() >= refresh.next_batch_at:
        batch, refresh.waiting = refresh.waiting[: refresh.batch_size], refresh.waiting[refresh.batch_size :]
        refresh.next_batch_at += SECONDS_PER_BATCH
        refresh.status = "InProgress"
        if batch and _is_abandoned(group):
            refresh.waiting = [*batch, *refresh.waiting]
            refresh.status_reason = "Lifecycle hooks abandoned the instances that were launched."
            refresh.end("Failed")
            return
        try:
            _replace_instances(group, batch)
        except Exception as error:  # noqa: BLE001 - the fault is the refresh's, not that of who asks just now
            refresh.status_reason = f"{type(error).__name__}: {error}"
            refresh.end("Failed")
            return
        if not refresh.waiting:
            refresh.end("Successful")


def _is_abandoned(group: FakeAutoScalingGroup) -> bool:
    """Whether a hook waits for a word that nobody says, and then abandons what is launched."""
    hooks = group.autoscaling_backend.describe_lifecycle_hooks(group.name)
    return any(
        hook.lifecycle_transition == "autoscaling:EC2_INSTANCE_LAUNCHING" and hook.default_result == "ABANDON"
        for hook in hooks
    )


def _replace_instances(group: FakeAutoScalingGroup, instance_ids: list[str]) -> None:
    backend: AutoScalingBackend = group.autoscaling_backend
    # Some may be gone by now, because the group was made smaller.
    present = [state.instance.id for state in group.instance_states if state.instance.id in instance_ids]
    if not present:
        return
    backend.ec2_backend.terminate_instances(present)
    backend.elbv2_backend.notify_terminate_instances(present)
    # This launches as many others.
    backend.notify_terminate_instances(present)
    backend.update_attached_target_groups(group.name)


def _is_skipped(group: FakeAutoScalingGroup, state: Any, preferences: dict[str, Any]) -> bool:  # noqa: ANN401 - moto's
    if not preferences.get("SkipMatching") or group.ec2_launch_template is None:
        return False
    wanted = group.ec2_launch_template.get_version(group.launch_template_version)
    return bool(state.launch_template["Version"] == str(wanted.number))


def _group(response: AutoScalingResponse) -> FakeAutoScalingGroup:
    return response.autoscaling_backend.autoscaling_groups[parameter(response, "AutoScalingGroupName")]


def apply() -> None:
    """Apply the patches."""
    for operation in (start_instance_refresh, describe_instance_refreshes, cancel_instance_refresh):
        replace(AutoScalingResponse, operation.__name__, operation)
    for owner in (AutoScalingResponse, EC2Response, ELBV2Response):
        wrap(owner, "call_action", advance_first)
