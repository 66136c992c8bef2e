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
from pathlib import Path
from typing import Any

from tools.errors import ToolError
from tools.files import write_text
from tools.plan import Plan
from tools.recovery.look import Found
from tools.recovery.search import Search, literal
from tools.target import Target
from tools.workspace import CONFIGURATION, emulator_override

#: Its working directory, beside those of the stacks.
IMPORTS = "recovery"


def configuration(search: Search, found: Mapping[str, Found]) -> dict[str, Any]:
    """Return the Terraform JSON that imports what was found, by address."""
    resources: dict[str, dict[str, Any]] = {}
    for address in found:
        kind, _, name = address.partition(".")
        body = literal(search, address, search.stack["resource"][kind][name])
        resources.setdefault(kind, {})[name] = {**body, "lifecycle": {"ignore_changes": "all"}}
    return {
        "terraform": search.stack["terraform"],
        "provider": search.stack["provider"],
        "resource": resources,
        "import": [{"to": address, "id": one.import_id} for address, one in found.items()],
    }


def plan_imports(target: Target, search: Search, found: Mapping[str, Found]) -> tuple[Path, Plan]:
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
        The file of the plan, and the plan as JSON.

    Raises
    ------
    ToolError
        When something cannot be read, or the plan would do more than import.
    """
    terraform, file = target.terraform(IMPORTS), target.plan_file(IMPORTS)
    content = configuration(search, found)
    write_text(file.with_name(CONFIGURATION), json.dumps(content, indent=2) + "\n")
    if target.local:
        override = json.dumps(emulator_override(content), indent=2) + "\n"
        write_text(file.with_name("emulator_override.tf.json"), override)
    terraform.init(target.backend_arguments())
    terraform.plan(file, only=list(found))
    plan = terraform.show(file, to=file.with_suffix(".json"))
    if more := does_more(plan):
        raise ToolError(
            "nothing was imported, because the plan of the imports would do more:\n"
            + "\n".join(f"  {line}" for line in more),
            advice=f"this is a fault of the program; the plan is {file.with_suffix('.json')}",
        )
    return file, plan


def does_more(plan: Plan) -> list[str]:
    """List what a plan does besides imports."""
    return [
        f"{'/'.join(one['change']['actions'])} {one['address']}"
        for one in plan.get("resource_changes", ())
        if one["change"]["actions"] not in (["no-op"], ["read"])
    ]
