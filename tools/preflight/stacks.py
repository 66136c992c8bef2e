"""What the settings make, as it was synthesized, and what of it stands, as the state says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_ACCOUNT = re.compile(r"\$\{data\.aws_caller_identity\.[^.}]+\.account_id\}")
_ALIAS = re.compile(r"\.([a-z0-9-]+)$")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of the synthesized output.

    Parameters
    ----------
    kind, name : str
        Its type, and its name in Terraform.
    region : str
        The alias of its provider.
    body : mapping
        Its arguments.
    formerly : str
        The address that it is moved from. None by default.
    """

    kind: str
    name: str
    region: str
    body: Mapping[str, Any]
    formerly: str = ""

    @property
    def address(self) -> str:
        """Type and name, joined by a dot."""
        return f"{self.kind}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The resources of the synthesized stacks.

    Parameters
    ----------
    stacks : list of mapping
        `cdk.tf.json` of each.
    account_id : str
        What stands for the account in texts that name it.
    """

    stacks: tuple[Mapping[str, Any], ...]
    account_id: str

    def of(self, kind: str, region: str | None = None) -> list[Resource]:
        """Return the resources of a type, those of one region if it is named, in the order of names."""
        return sorted(
            (one for one in self._all if one.kind == kind and region in {None, one.region}), key=lambda one: one.name
        )

    def at(self, reference: object) -> Resource | None:
        """Return the resource that an expression such as `${aws_db_instance.x.arn}` refers to; None if it is none."""
        address = str(reference).removeprefix("${").removesuffix("}").rpartition(".")[0]
        return next((one for one in self._all if one.address == address), None)

    def data(self, kind: str, region: str) -> list[Mapping[str, Any]]:
        """Return the arguments of the data sources of a type in a region."""
        blocks = (block for stack in self.stacks for block in stack.get("data", {}).get(kind, {}).values())
        return [block for block in blocks if _alias(block) == region]

    def text(self, value: object) -> str | None:
        """Return a text with the account put in; None if Terraform alone knows what it comes to."""
        if not isinstance(value, str):
            return None
        known = _ACCOUNT.sub(self.account_id, value)
        return None if "${" in known else known

    @cached_property
    def _all(self) -> list[Resource]:
        # https://developer.hashicorp.com/terraform/language/block/moved
        moved = {one["to"]: one["from"] for stack in self.stacks for one in stack.get("moved", ())}
        return [
            Resource(kind=kind, name=name, region=_alias(body), body=body, formerly=moved.get(f"{kind}.{name}", ""))
            for stack in self.stacks
            for kind, blocks in stack.get("resource", {}).items()
            for name, body in blocks.items()
        ]


@dataclass(frozen=True)
class Held:
    """What the states say that stands.

    Parameters
    ----------
    known : bool
        Whether the states could be read. Without them what exists cannot be told from what is ours.
    addresses : frozenset of str
        Type and name of each resource that stands, joined by a dot.
    administrators : frozenset of str
        ARNs of the roles and users by which the stacks were applied last.
    """

    known: bool = True
    addresses: frozenset[str] = field(default_factory=frozenset)
    administrators: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, states: Iterable[Mapping[str, Any] | None]) -> "Held":
        """Return what states hold, of which None is one that is not there yet."""
        there = [state for state in states if state]
        return cls(
            addresses=frozenset(address for state in there for address in _addresses(state)),
            administrators=frozenset(arn for state in there for arn in _administrators(state)),
        )

    def has(self, resource: Resource) -> bool:
        """Tell whether a resource of the output stands, under its address or the one that it is moved from."""
        return resource.address in self.addresses or resource.formerly in self.addresses


def _addresses(state: Mapping[str, Any]) -> Iterator[str]:
    for one in state.get("resources", ()):
        if one.get("mode") == "managed" and one.get("instances"):
            yield f"{one['type']}.{one['name']}"


def _administrators(state: Mapping[str, Any]) -> Iterator[str]:
    for one in state.get("resources", ()):
        if one.get("mode") == "data" and one.get("type") == "aws_iam_session_context":
            yield from (str(each["attributes"]["issuer_arn"]) for each in one.get("instances", ()))


def _alias(body: Mapping[str, Any]) -> str:
    found = _ALIAS.search(str(body.get("provider", "")))
    return found.group(1) if found else ""
