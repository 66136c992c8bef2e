"""The resources that a destruction takes, from a state or from a plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.plan import Plan, deletions

Clients = Callable[[str, str], Any]


@dataclass(frozen=True, kw_only=True)
class Going:
    """A resource that is about to go.

    Parameters
    ----------
    address : str
        Its address in Terraform.
    kind : str
        Its type in Terraform.
    attributes : mapping
        What Terraform knows of it.
    """

    address: str
    kind: str
    attributes: Mapping[str, Any]

    @property
    def region(self) -> str:
        """Where it is, by the ARN that it bears; empty for what is nowhere in particular."""
        # A bucket's ARN names no region, and the default key of EBS has none but its key's.
        known = self.attributes.get("region")
        if known:
            return str(known)
        parts = str(self.attributes.get("arn") or self.attributes.get("key_arn") or "").split(":")
        return parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 - the region is an ARN's fourth part


def of_state(state: Mapping[str, Any]) -> list[Going]:
    """List all that a state, as it is kept in the bucket, holds."""
    return [
        Going(
            address=f"{resource['type']}.{resource['name']}",
            kind=resource["type"],
            attributes=instance.get("attributes") or {},
        )
        for resource in state.get("resources", ())
        if resource["mode"] == "managed"
        for instance in resource["instances"]
    ]


def of_plan(plan: Plan, *, replaced: bool = True) -> list[Going]:
    """List what a plan destroys, as it was found when the plan was made; by default also what it replaces."""
    return [
        Going(address=str(change["address"]), kind=str(change["type"]), attributes=change["change"].get("before") or {})
        for change in deletions(plan)
        if replaced or change["change"]["actions"] == ["delete"]
    ]
