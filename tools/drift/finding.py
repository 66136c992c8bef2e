"""One thing that is not as Terraform left it."""

from dataclasses import asdict, dataclass
from typing import Any

#: Why something matters, in the order in which it is told.
REASONS: dict[str, str] = {
    "deleted": "a resource was deleted",
    "network": "the network was opened",
    "traffic": "clients are led elsewhere",
    "policies": "a policy or a permission was changed",
    "protection": "encryption, protection or the block of public access is off",
    "watching": "logging, an alarm or a finding is off",
    "code": "other code runs",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A resource that has changed outside of Terraform since Terraform last looked at it.

    Parameters
    ----------
    address, kind
        Its address and its type.
    region, area
        Where it is, and the part of the platform that it belongs to.
    name
        What AWS calls it.
    gone
        Whether it was deleted.
    reasons
        Keys of `REASONS`; none of what does not matter much.
    attributes
        What of it has changed, without what is usual.
    changes
        The same in words.
    undone
        Whether the next deployment puts it back.
    failover
        What a failover has done that explains all of it; empty if nothing does.
    """

    address: str
    kind: str
    region: str
    area: str
    name: str
    gone: bool
    reasons: tuple[str, ...]
    attributes: tuple[str, ...]
    changes: tuple[str, ...]
    undone: bool
    failover: str = ""

    @property
    def matters(self) -> bool:
        """Whether somebody should look at once."""
        return bool(self.reasons)

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)
