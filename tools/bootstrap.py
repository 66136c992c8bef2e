"""The state backend, made by the stack that keeps its own state in it.

The first apply keeps its state in the working directory and then moves it into the bucket that it made. Local state is
removed only once the bucket is seen to hold it, so a run that is broken off anywhere is gone on with by the next one.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from tools.applying import apply
from tools.destruction import require_free, staying_of_plan
from tools.errors import ToolError
from tools.paths import BACKEND
from tools.plan import Plan, aliases_in_state, destroyed
from tools.preflight import make_missing_roles, subject_of
from tools.saved_plan import SavedPlan
from tools.target import Target

_REPLICATION = ("aws_s3_bucket_replication_configuration.", "aws_iam_role.", "aws_iam_role_policy.")


def bootstrap(target: Target) -> int:
    """Make the state backend, or bring it up to the settings.

    Parameters
    ----------
    target : Target
        Where. Its stacks must be synthesized.

    Returns
    -------
    int
        How many steps Terraform took: 0 when everything stood as it should.

    Raises
    ------
    ToolError
        When a step fails, when the plan would destroy part of the backend, or when local state is left from another
        backend.
    """
    workspace, terraform = target.workspace(BACKEND), target.terraform(BACKEND)
    workspace.prepare()
    stored, left = target.state(BACKEND), workspace.local_state()
    if stored is not None:
        if left is not None:
            _check_same(stored=stored, left=left, target=target)
        workspace.forget_local_state()
        terraform.init([*target.backend_arguments(), *target.without_lock_table()])
        return _apply(target)
    with workspace.local_backend():
        terraform.init()
        steps = _apply(target)
    terraform.migrate(target.backend_arguments())
    stored, left = target.state(BACKEND), workspace.local_state()
    if stored is None:
        raise ToolError(
            f"the state of {BACKEND} did not arrive in {target.bucket}; it stays in {workspace.directory}",
            advice="run again: the move starts over from the local state",
        )
    if left is not None:
        _check_same(stored=stored, left=left, target=target)
    workspace.forget_local_state()
    return steps


def make_roles(target: Target, *, tell: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> list[str]:
    """Make the service-linked roles that the settings need and the account lacks; return their names.

    Parameters
    ----------
    target : Target
        Where. Its stacks must be synthesized.
    tell : callable
        Takes a line for each role.
    environ : mapping, optional
        By default this process's environment.
    """
    # What is on this machine is known at once.
    wait = {"wait": lambda _: None} if target.local else {}
    return make_missing_roles(subject_of(target, environ=environ), tell=tell, **wait)


def _apply(target: Target) -> int:
    saved = _plan(target)
    retired = target.settings.retired_regions
    if saved and retired and (staying := staying_of_plan(saved.content, target.settings, target.clients)):
        # The replica of a region that leaves, which the settings keep.
        saved.discard()
        target.workspace(BACKEND).keep(staying.addresses)
        saved = _plan(target)
    if saved is None:
        return 0
    with saved.discarded():
        if gone := _gone(target, saved.content):
            raise ToolError(
                f"the plan would destroy part of the state backend: {', '.join(gone)}",
                advice="undo the change of the settings, or apply this one by hand: "
                f"terraform -chdir={target.workspace(BACKEND).directory} apply",
            )
        return apply(target, BACKEND, saved)


def _plan(target: Target) -> SavedPlan | None:
    name = "bootstrap-plan"
    file = target.plan_file(BACKEND, name=name)
    return SavedPlan.of_changes(target.terraform(BACKEND), file=file, json_file=file.with_name(f"{name}.json"))


def _gone(target: Target, plan: Plan) -> list[str]:
    """List what a plan destroys of the state backend, but for what it had in retired regions, once that can go.

    A replica that leaves for no other takes its replication with it, which holds nothing, and nor do the roles of
    GitHub. The OIDC provider goes with the last of them; others may use it before.
    """
    delivery = f".{target.location.region}_github_"
    used = "aws_iam_openid_connect_provider." if target.settings.delivery.github.repository else None
    retired = target.settings.retired_regions
    aliases = aliases_in_state(target.state(BACKEND) or {}) if retired else {}
    gone = [
        address
        for address in destroyed(plan)
        if aliases.get(address) not in retired
        and not (retired and address.startswith(_REPLICATION))
        and (delivery not in address or (used is not None and address.startswith(used)))
    ]
    if retired and not gone:
        require_free(plan, clients=target.clients, retired=retired)
    return gone


def _check_same(*, stored: dict[str, Any], left: dict[str, Any], target: Target) -> None:
    # Not by lineage and serial: Terraform gives a state that it moves new ones.
    if any(stored.get(part) != left.get(part) for part in ("resources", "outputs")):
        directory = target.workspace(BACKEND).directory
        raise ToolError(
            f"the state of {BACKEND} in {target.bucket} is not the one that is left in {directory}",
            advice=f"compare the two; if the bucket's is right, remove {directory}/terraform.tfstate",
        )
