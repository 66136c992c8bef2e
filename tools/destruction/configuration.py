"""The configuration that a destruction is planned with: providers, and what is kept.

A plan of it destroys everything that the state holds, in the order that the state's dependencies give, and forgets
what `removed` blocks name. `terraform plan -destroy` has no way to keep anything: with it the kept would have to leave
the state by hand, before anybody has seen or approved a plan.

See https://developer.hashicorp.com/terraform/language/block/removed
"""

from collections.abc import Iterable
from typing import Any

from tools.paths import PLATFORM
from tools.saved_plan import SavedPlan
from tools.target import Target
from tools.workspace import removed, write_stack

#: Its working directory, beside those of the stacks.
DESTRUCTION = "destruction"


def plan_destruction(target: Target, *, kept: Iterable[str]) -> SavedPlan:
    """Plan the destruction of the platform, in a working directory of its own that has the platform's state.

    The state is brought up to what stands before that. Terraform reads again what has no configuration any more, but
    up to 1.11 plans its destruction by what the state said before: a secret version would be asked for a label that
    rotation has moved on since, and refused.

    Parameters
    ----------
    target : Target
        Where. Its stacks must be synthesized.
    kept : iterable of str
        Addresses of what Terraform shall forget and not destroy.
    """
    workspace, terraform = target.workspace(PLATFORM), target.terraform(DESTRUCTION)
    workspace.prepare()
    content = configuration(workspace.configuration(), kept=kept)
    file = target.plan_file(DESTRUCTION)
    write_stack(file.parent, content)
    terraform.init(target.backend_arguments())
    terraform.refresh()
    return SavedPlan.make(terraform, file=file, json_file=target.paths.plan_json(DESTRUCTION), refresh=False)


def configuration(stack: dict[str, Any], *, kept: Iterable[str]) -> dict[str, Any]:
    """Return what of a stack's Terraform JSON a destruction needs, and a block for each resource that is kept."""
    return {"terraform": stack["terraform"], "provider": stack["provider"], **removed(kept)}


def prevented(stack: dict[str, Any]) -> set[str]:
    """Return the addresses that the stack forbids to destroy, which Terraform heeds only where it has their block."""
    return {
        f"{kind}.{name}"
        for kind, resources in stack.get("resource", {}).items()
        for name, body in resources.items()
        if (body.get("lifecycle") or {}).get("prevent_destroy")
    }
