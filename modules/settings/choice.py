"""What a choice is: a setting that the policy gate accepts although a check of its fails, because a file says so."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Stands for a region in the path of a key.
REGION = "REGION"
#: As an attribute: the value of the setting.
THE_VALUE = "the value of the setting"


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """A finding that a choice brings.

    Parameters
    ----------
    check
        Id of the check.
    resource
        Address; ``*`` stands for the parts that depend on the region, and for the hash. If the key of the choice names
        a region, the resource is in that region.
    attributes
        Arguments that the resource has in the output where the choice is the cause, by name, with dots for those of
        blocks.
    stack
        Name of the stack. ``platform`` by default.
    """

    check: str
    resource: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    stack: str = "platform"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Values of a key that the gate accepts because the settings choose them.

    Parameters
    ----------
    paths
        The keys that make it. The first one is its name, for ``policy.forbid``.
    is_made
        Whether a value of such a key makes it. No default does.
    values
        These values, in words.
    instead
        What is allowed where the choice is forbidden, in words.
    says
        What is chosen, for people who approve a plan.
    reason
        Why the findings may stand.
    exemptions
        The findings.
    """

    paths: tuple[str, ...]
    is_made: Callable[[object], bool]
    values: str
    instead: str
    says: str
    reason: str
    exemptions: tuple[Exemption, ...]

    @property
    def name(self) -> str:
        """The first of its keys."""
        return self.paths[0]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A choice that settings make.

    Parameters
    ----------
    choice
        The choice.
    path
        The key, with its region if it has one.
    value
        The value.
    region
        The region that the key names.
    """

    choice: Choice
    path: str
    value: Any
    region: str | None = None

    def __str__(self) -> str:
        """What is chosen, and by which key and value."""
        return f"{self.choice.says} ({self.path}: {shown(self.value)})"


def shown(value: object) -> str:
    """A value as a settings file has it."""
    return value if isinstance(value, str) else json.dumps(value)
