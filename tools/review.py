"""Plans for review: what would change, planned by someone who may read everything but the passwords.

An ordinary plan reads the database's password, because Terraform opens ephemeral resources and refreshes secret
versions whenever it plans. Here both are taken out of copies of the configuration and of the state, with the write-only
arguments that they feed. The state is read once and never locked, and the plan is not kept, so it cannot be applied.

https://developer.hashicorp.com/terraform/language/resources/ephemeral
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tools.plan import Plan
from tools.target import Target
from tools.workspace import CONFIGURATION

Document = dict[str, Any]

#: Terraform reads their value when it refreshes them.
SECRET_KINDS = ("aws_secretsmanager_secret_version",)
WRITE_ONLY = re.compile(r".+_wo(_version)?")
_EPHEMERAL = re.compile(r"\bephemeral\.")
_LOCAL = re.compile(r"\blocal\.([\w-]+)")


def plan_for_review(target: Target, stack: str, *, place: str = "review", conditions: bool = True) -> tuple[bool, Plan]:
    """Plan a stack without its secrets, and leave the plan as `plan.json` in a directory of its own.

    Parameters
    ----------
    target : Target
        Where. Its stacks must be synthesized.
    stack : str
        The stack.
    place : str
        The directory, below that of builds, in which each stack has one. By default `review`.
    conditions : bool
        Whether what does not meet a condition of the configuration fails the plan. It does by default.

    Returns
    -------
    tuple
        Whether anything changes, and the plan as JSON.

    Raises
    ------
    ToolError
        When the state cannot be read, waits to be saved, or the plan fails.
    """
    target.terraform(stack).require_saved()
    there = replace(target, paths=replace(target.paths, build=target.paths.build / place))
    workspace, terraform = there.workspace(stack), there.terraform(stack)
    workspace.prepare()
    workspace.forget_local_state()
    configuration = without_secrets(workspace.configuration())
    if not conditions:
        configuration = without_conditions(configuration)
    _write(workspace.directory / CONFIGURATION, configuration)
    state = target.state(stack)
    if state is not None:
        _write(workspace.directory / "terraform.tfstate", state_without_secrets(state))
    file, json_file = workspace.directory / "review.tfplan", workspace.directory / "plan.json"
    # If this one fails, nothing is left that `make plan-summary` could take for it.
    json_file.unlink(missing_ok=True)
    try:
        with workspace.local_backend():
            terraform.init()
            changed = terraform.plan(file)
        return changed, terraform.show(file, to=json_file)
    finally:
        file.unlink(missing_ok=True)
        workspace.forget_local_state()


def without_secrets(configuration: Mapping[str, Any]) -> Document:
    """Return a stack's Terraform JSON without ephemeral resources, versions of secrets, and what is made of either.

    What other resources take from a secret's version, such as the secret's id, they then take from where it has it.
    """
    document: Document = json.loads(json.dumps(configuration))
    document.pop("ephemeral", None)
    gone: dict[str, Mapping[str, Any]] = {}
    for section in ("resource", "data"):
        for kind in SECRET_KINDS:
            bodies = document.get(section, {}).pop(kind, {})
            front = "data." if section == "data" else ""
            gone |= {f"{front}{kind}.{name}": body for name, body in bodies.items()}
    document["locals"] = _without_ephemeral(document.get("locals", {}))
    if not document["locals"]:
        del document["locals"]
    for kinds in document.get("resource", {}).values():
        for body in kinds.values():
            _clean(body, gone)
    # Terraform takes an empty section for a mistake in some places, and for nothing in none.
    return {name: section for name, section in _reworded(document, gone).items() if section != {}}


def without_conditions(configuration: Mapping[str, Any]) -> Document:
    """Return a stack's Terraform JSON without checks, preconditions and postconditions."""
    document: Document = json.loads(json.dumps(configuration))
    document.pop("check", None)
    for section in ("resource", "data"):
        for kinds in document.get(section, {}).values():
            for body in kinds.values():
                lifecycle = body.get("lifecycle", {})
                for name in ("precondition", "postcondition"):
                    lifecycle.pop(name, None)
                if not lifecycle:
                    body.pop("lifecycle", None)
    return document


def state_without_secrets(state: Mapping[str, Any]) -> Document:
    """Return a state without versions of secrets, and without the numbers of write-only arguments."""
    document: Document = json.loads(json.dumps(state))
    document["resources"] = [each for each in document["resources"] if each["type"] not in SECRET_KINDS]
    for resource in document["resources"]:
        for instance in resource["instances"]:
            attributes = instance.get("attributes") or {}
            for name in attributes:
                if WRITE_ONLY.fullmatch(name):
                    attributes[name] = None
            instance["dependencies"] = [
                address for address in instance.get("dependencies", []) if not address.startswith(SECRET_KINDS)
            ]
    return document


def _without_ephemeral(values: Mapping[str, Any]) -> Document:
    """Return the local values that are made of nothing ephemeral, not even by way of one another."""
    gone = {name for name, value in values.items() if _EPHEMERAL.search(json.dumps(value))}
    while more := {
        name for name, value in values.items() if name not in gone and gone & set(_LOCAL.findall(json.dumps(value)))
    }:
        gone |= more
    return {name: value for name, value in values.items() if name not in gone}


def _clean(body: Document, gone: Mapping[str, Any]) -> None:
    """Take write-only arguments and dependencies on what is gone out of a resource."""
    for name in [name for name in body if WRITE_ONLY.fullmatch(name)]:
        del body[name]
    if "depends_on" in body:
        body["depends_on"] = [address for address in body["depends_on"] if address not in gone]


def _reworded(document: Document, gone: Mapping[str, Mapping[str, Any]]) -> Document:
    """Return the document with each reference to an argument of what is gone replaced by that argument."""
    text = json.dumps(document)
    for address, body in gone.items():
        for name, value in body.items():
            if isinstance(value, str) and not WRITE_ONLY.fullmatch(name):
                expression = re.fullmatch(r"\$\{(.*)\}", value)
                written = expression[1] if expression else json.dumps(value)
                text = text.replace(f"{address}.{name}", json.dumps(written)[1:-1])
    rewritten: Document = json.loads(text)
    return rewritten


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
