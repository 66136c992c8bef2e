"""The configuration that a destruction is planned with: providers, and what is kept.

A plan of it destroys everything that the state holds, in the order that the state's dependencies give, and forgets
what `removed` blocks name. `terraform plan -destroy` has no way to keep anything: with it the kept would have to leave
the state by hand, before anybody has seen or approved a plan.

See https://developer.hashicorp.com/terraform/language/block/removed
"""

import json
from collections.abc import Iterable
from typing import Any

from tools.files import write_text
from tools.paths import PLATFORM
from tools.saved_plan import SavedPlan
from tools.target import Target
from tools.workspace import CONFIGURATION, removed

#: Its working directory, beside those of the stacks.
DESTRUCTION = "destruction"


def plan_destruction(target: Target, *, kept: Iterable[str]) -> SavedPlan:
    """Plan the destruction of the platform, in a working directory of its own that has the platform's state.

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
    write_text(file.with_name(CONFIGURATION), json.dumps(content, indent=2) + "\n")
    terraform.init(target.backend_arguments())
    return SavedPlan.make(terraform, file=file, json_file=target.paths.plan_json(DESTRUCTION))


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
