from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from policies.errors import GateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAKE_JSON = "run `make synth`"
MAKE_PLAN = "run `make local-plan`"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What Terraform was given for one stack, and what it made of it.

    Parameters
    ----------
    name
        Name of the stack.
    json_path, plan_path
        Files that checkov scans.
    document
        Content of the synthesized JSON.
    plan
        Content of the plan, as `terraform show -json` writes it.
    """

    name: str
    json_path: Path
    plan_path: Path
    document: Mapping[str, Any]
    plan: Mapping[str, Any]

    @cached_property
    def resources(self) -> dict[str, Mapping[str, Any]]:
        """The blocks of the resources, by address."""
        return _by_address(blocks=self.document.get("resource", {}), prefix="")

    @cached_property
    def data_sources(self) -> dict[str, Mapping[str, Any]]:
        """The blocks of the data sources, by address."""
        return _by_address(blocks=self.document.get("data", {}), prefix="data.")

    @cached_property
    def asked_by_checks(self) -> dict[str, Mapping[str, Any]]:
        """The blocks of the data sources within `check` blocks, by address. A plan lists them among the others."""
        checks = self.document.get("check", {}).values()
        return {
            address: block
            for check in checks
            for address, block in _by_address(blocks=check.get("data", {}), prefix="data.").items()
        }

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The addresses of all resources and data sources."""
        return frozenset(self.resources) | frozenset(self.data_sources)

    @cached_property
    def built(self) -> frozenset[str]:
        """The addresses of the resources that are not counted away."""
        return frozenset(address for address, block in self.resources.items() if block.get("count") != 0)

    @cached_property
    def planned(self) -> dict[str, Mapping[str, Any]]:
        """What the plan knows of each resource, by the address of its instance."""
        root = self.plan.get("planned_values", {}).get("root_module", {})
        return {
            str(entry["address"]): entry.get("values") or {}
            for entry in root.get("resources", [])
            if entry.get("mode") == "managed"
        }

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {
            f"{block}.{address.rpartition('.')[2]}": address
            for block, addresses in (("resource", self.resources), ("data", self.data_sources))
            for address in addresses
        }

    def address_of(self, name: str) -> str:
        """Return the full address of what checkov calls by a name.

        Parameters
        ----------
        name
            `resource.NAME` or `data.NAME` from the attribute checks on JSON, `TYPE.NAME` from its graph checks, for
            data sources too, and the address of an instance from the checks on a plan.

        Returns
        -------
        str
            The address, without an instance's index. A provider or another block that has no address keeps its name.
        """
        bare = name.partition("[")[0]
        for candidate in (bare, f"data.{bare}"):
            if candidate in self.addresses:
                return candidate
        head, _, rest = bare.partition(".")
        if head in self.document.get("provider", {}):
            # JSON names a provider without its alias, so a plan's alias would make two findings of one.
            return f"provider.{head}"
        return self._by_name.get(f"{head}.{rest}", bare)


def load_stack(*, name: str, stacks_dir: Path, plans_dir: Path, plan_name: str = "plan") -> Stack:
    """Read the two files of a stack.

    Parameters
    ----------
    name
        Name of the stack.
    stacks_dir, plans_dir
        Folders that hold a folder for each stack, with `cdk.tf.json` and the plan in them.
    plan_name
        Name of the plan's file, without `.json`.

    Returns
    -------
    Stack
        Both files, read.

    Raises
    ------
    GateError
        A file is missing, is not a JSON object, holds no resources, or uses a name twice.
    """
    json_path = stacks_dir / name / "cdk.tf.json"
    plan_path = plans_dir / name / f"{plan_name}.json"
    faults: list[str] = []
    document = _read(path=json_path, remedy=MAKE_JSON, faults=faults)
    plan = _read(path=plan_path, remedy=MAKE_PLAN, faults=faults)
    if faults:
        raise GateError(faults)
    stack = Stack(name=name, json_path=json_path, plan_path=plan_path, document=document, plan=plan)
    try:
        empty = not stack.resources
        _reject_shared_names(stack)
    except AttributeError as error:
        raise GateError(f"{json_path}: is not Terraform JSON, {error}, {MAKE_JSON}") from error
    if empty:
        raise GateError(f"{json_path}: holds no resources, {MAKE_JSON}")
    return stack


def _read(*, path: Path, remedy: str, faults: list[str]) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(f"{path}: file is missing, {remedy}")
    except OSError as error:
        faults.append(f"{path}: cannot be read, {error.strerror}, {remedy}")
    except ValueError as error:
        faults.append(f"{path}: is not JSON, {error}, {remedy}")
    else:
        if isinstance(content, dict):
            return content
        faults.append(f"{path}: is a JSON {type(content).__name__}, allowed: an object, {remedy}")
    return {}


def _by_address(*, blocks: Mapping[str, Any], prefix: str) -> dict[str, Mapping[str, Any]]:
    return {
        f"{prefix}{kind}.{name}": block
        for kind, named in blocks.items()
        if kind != "//"
        for name, block in named.items()
    }


def _reject_shared_names(stack: Stack) -> None:
    for addresses in (stack.resources, stack.data_sources):
        seen: dict[str, str] = {}
        for address in addresses:
            name = address.rpartition(".")[2]
            if name in seen:
                # The attribute checks on JSON leave out the type: a finding could be of either.
                raise GateError(
                    f"{stack.json_path}: name is used twice, {seen[name]} and {address}, allowed: unique names"
                )
            seen[name] = address
