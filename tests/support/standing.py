"""What Terraform would do to a platform that stands, for settings other than its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from modules.settings import load_settings
from tests.support.lives import Applied
from tests.support.region_sets import write_settings
from tools.part import blocks, part_with, references
from tools.paths import STACKS
from tools.plan import Plan
from tools.workspace import CONFIGURATION

Document = dict[str, Any]


class Standing:
    """A platform that stands, and a copy of its state to plan with; AWS is asked nothing but what data sources ask.

    Terraform is given what differs, all that refers to it, and what these need. The rest stays as it is: Terraform
    changes nothing whose configuration and references are the same.

    Parameters
    ----------
    applied
        The platform.
    folder
        Where to synthesize and to plan.
    """

    def __init__(self, applied: Applied, folder: Path) -> None:
        paths = replace(applied.target.paths, build=folder / "build", out=folder / "out")
        self.target = replace(applied.target, paths=paths, synthesis=None)
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.states: dict[str, Any] = {stack: applied.target.state(stack) for stack in STACKS}
        self.stands = self.synthesized(json_of(applied.settings))
        for stack in STACKS:
            workspace = self.target.workspace(stack)
            workspace.prepare()
            with workspace.local_backend():
                self.target.terraform(stack).init()

    def synthesized(self, content: Document) -> dict[str, Document]:
        """The JSON of both stacks for settings."""
        # Slow to import, and every process of the lives imports this file.
        from modules.app import build  # noqa: PLC0415

        settings = load_settings(write_settings(self.folder, content), {})
        build(settings, outdir=self.target.paths.out).synth()
        files = {stack: self.target.paths.stack_output(stack) / CONFIGURATION for stack in STACKS}
        return {stack: json.loads(file.read_text(encoding="utf-8")) for stack, file in files.items()}

    def plan(self, content: Document) -> Plan:
        """What changes in both stacks."""
        changes: list[Any] = []
        for stack, document in self.synthesized(content).items():
            part = affected(self.stands[stack], document)
            if not part:
                continue
            workspace, terraform = self.target.workspace(stack), self.target.terraform(stack)
            workspace.prepare()
            configuration = part_with(document, part)
            (workspace.directory / CONFIGURATION).write_text(json.dumps(configuration))
            kept = part | blocks(configuration).keys()
            state = self.states[stack]
            resources = [refreshed(each) for each in state["resources"] if address_of(each) in kept]
            (workspace.directory / "terraform.tfstate").write_text(json.dumps(state | {"resources": resources}))
            file = self.target.plan_file(stack)
            with workspace.local_backend():
                terraform.plan(file, refresh=False)
                changes += terraform.show(file).get("resource_changes", [])
            file.unlink()
        return {"resource_changes": changes}


def differing(stands: Document, wanted: Document) -> dict[str, frozenset[str]]:
    """The addresses of what differs between two documents, each with its arguments; none if it comes or goes."""
    old, new = blocks(stands), blocks(wanted)
    found = {address: frozenset[str]() for address in old.keys() ^ new.keys()}
    for address in old.keys() & new.keys():
        before, after = old[address], new[address]
        if before == after:
            continue
        names = {"value"}
        if isinstance(before, dict) and isinstance(after, dict) and not address.startswith("local."):
            names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        found[address] = frozenset(names | ({"tags_all"} if "tags" in names else set()))
    # What a provider says, such as the tags of everything, is said of all that it makes.
    said, says = providers(stands), providers(wanted)
    other = {alias for alias in said.keys() & says.keys() if said[alias] != says[alias]}
    for address, body in new.items():
        is_made = isinstance(body, dict) and not address.startswith("data.") and address in old
        if is_made and body.get("provider") in other:
            found[address] = found.get(address, frozenset()) | {"tags_all"}
    return found


def affected(stands: Document, wanted: Document) -> set[str]:
    """The addresses of what differs between two documents, and of all that refers to it, by whatever way."""
    old, new = blocks(stands), blocks(wanted)
    found = {*differing(stands, wanted)}
    referring: dict[str, set[str]] = {}
    for address, body in (*old.items(), *new.items()):
        for name in references(body):
            referring.setdefault(name, set()).add(address)
    wanted_too = list(found)
    while wanted_too:
        more = referring.get(wanted_too.pop(), set()) - found
        found |= more
        wanted_too += more
    return found


def refreshed(resource: Document) -> Document:
    """A resource of a state as a refresh finds it: subnets left the default network ACL after it was read."""
    if resource["type"] != "aws_default_network_acl":
        return resource
    instances = [each | {"attributes": each["attributes"] | {"subnet_ids": []}} for each in resource["instances"]]
    return resource | {"instances": instances}


def providers(document: Document) -> dict[str, object]:
    """The tags of all that a provider of a stack makes, by what resources call it."""
    return {f"aws.{each.get('alias')}": each.get("default_tags") for each in document["provider"]["aws"]}


def address_of(resource: Document) -> str:
    """The address of a resource in a state."""
    return f"{'data.' if resource['mode'] == 'data' else ''}{resource['type']}.{resource['name']}"


def json_of(settings: Path) -> dict[str, Any]:
    """What a settings file says."""
    import yaml  # noqa: PLC0415

    content: dict[str, Any] = yaml.safe_load(settings.read_text(encoding="utf-8"))
    return content
