"""Imports that change nothing in AWS: a plan of them has nothing else in it.

The configuration of an import holds the providers and the resources that are imported, each with what it refers to
written out, and with `ignore_changes = all`: so Terraform takes over what it reads, and leaves to the next plan what
the settings want otherwise. What the state holds besides is left alone, because the imported are the plan's only
targets.

See https://developer.hashicorp.com/terraform/language/import and
https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#ignore_changes
"""

import json
from collections.abc import Mapping
from typing import Any

from tools.errors import ToolError
from tools.files import write_text
from tools.plan import Plan
from tools.recovery.literal import literal
from tools.recovery.look import Found
from tools.recovery.search import Search
from tools.saved_plan import SavedPlan
from tools.target import Target
from tools.workspace import emulator_override, write_stack

#: Its working directory, beside those of the stacks.
IMPORTS = "recovery"
#: Where the provider takes for an argument what it has read itself, and refuses it: only what is given is ignored.
_ARGUMENTS_ONLY = frozenset({"aws_nat_gateway"})


def configuration(search: Search, found: Mapping[str, Found]) -> dict[str, Any]:
    """Return the Terraform JSON that imports what was found, by address."""
    resources: dict[str, dict[str, Any]] = {}
    for address in found:
        kind, _, name = address.partition(".")
        body = literal(search, address, search.stack["resource"][kind][name])
        ignored = sorted(body.keys() - {"provider"}) if kind in _ARGUMENTS_ONLY else "all"
        resources.setdefault(kind, {})[name] = {**body, "lifecycle": {"ignore_changes": ignored}}
    return {
        "terraform": search.stack["terraform"],
        "provider": search.stack["provider"],
        "resource": resources,
        "import": [{"to": address, "id": one.import_id} for address, one in found.items()],
    }


def plan_imports(
    target: Target, search: Search, found: Mapping[str, Found]
) -> tuple[SavedPlan | None, dict[str, Found]]:
    """Plan imports, in a working directory of its own that has the platform's state.

    Parameters
    ----------
    target : Target
        Where.
    search : Search
        What found it.
    found : mapping
        What to import, by address.

    Returns
    -------
    tuple
        The plan, None if nothing is in it, and what is not in it: what its provider does not plan without a fault or a
        change. That is left to `terraform import`, which plans nothing.

    Raises
    ------
    ToolError
        When the plan fails, and not because of one of them.
    """
    terraform, file = target.terraform(IMPORTS), target.plan_file(IMPORTS)
    planned, apart = dict(found), dict[str, Found]()
    while planned:
        content = configuration(search, planned)
        write_stack(file.parent, content)
        if target.local:
            override = json.dumps(emulator_override(content), indent=2) + "\n"
            write_text(file.with_name("emulator_override.tf.json"), override)
        terraform.init(target.backend_arguments())
        try:
            json_file = target.paths.plan_json(IMPORTS)
            saved = SavedPlan.make(terraform, file=file, json_file=json_file, only=list(planned))
            faulty = does_more(saved.content)
        except ToolError as error:
            faulty = [address for address in planned if f"({address})" in error.message]
            if not faulty:
                raise
        if not faulty:
            return saved, apart
        apart |= {address: planned.pop(address) for address in faulty if address in planned}
    return None, apart


def does_more(plan: Plan) -> list[str]:
    """List the addresses with which a plan does more than to import them."""
    return [
        str(one["address"])
        for one in plan.get("resource_changes", ())
        if one["change"]["actions"] not in (["no-op"], ["read"])
    ]
