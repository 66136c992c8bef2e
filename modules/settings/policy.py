"""Settings of the policy gate."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from modules.settings.choice import shown
from modules.settings.choice_table import CHOICES
from modules.settings.choices import chosen
from modules.settings.faults import Fault, nearest
from modules.settings.types import Allowed, Section, fault, matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft


def _name_of_a_choice(value: str) -> str:
    if value not in CHOICES:
        raise fault(f"no key of a choice{nearest(value, CHOICES)}", ", ".join(CHOICES))
    return value


#: Characters of a reason at least, as in `policies/waivers.yaml`.
SHORTEST_REASON = 20
AddressOfLoss = Annotated[
    str,
    matching(
        # What stands at the top of an extension has a name without an underscore.
        r"aws_[a-z0-9_]+\.[A-Za-z0-9-]+(_[\w-]*\*?)?",
        problem="not the address of resources of one type in one region",
        allowed="an address as the plan shows it; * at its end, after the region, stands for any rest",
    ),
]


def _is_a_reason(value: str) -> str:
    if len(value.strip()) < SHORTEST_REASON:
        raise fault("not a reason", f"a sentence of {SHORTEST_REASON} characters or more")
    return value


NameOfChoice = Annotated[
    str,
    AfterValidator(_name_of_a_choice),
    Allowed(words="the key of a choice", values=tuple(CHOICES)),
]
Reason = Annotated[
    str,
    AfterValidator(_is_a_reason),
    Allowed(words=f"a sentence of {SHORTEST_REASON} characters or more", pattern=rf"[\s\S]{{{SHORTEST_REASON},}}"),
]


class PolicySettings(Section):
    """The policy gate.

    Parameters
    ----------
    forbid
        Choices that this file must not make, by their keys (docs/policy.md#choices lists them).
    allow_loss
        By address, why a plan may destroy or replace a resource that holds data or addresses. ``*`` at the end of an
        address stands for any rest. Remove an entry after the apply (docs/changes.md#refused-unless-named). By default
        such a plan is refused.
    """

    forbid: tuple[NameOfChoice, ...] = ()
    allow_loss: Mapping[AddressOfLoss, Reason] = Field(default_factory=dict)


def no_choice_is_forbidden(draft: Draft) -> Iterator[Fault]:
    """A file makes none of the choices that it forbids."""
    forbidden = draft.policy.forbid if draft.policy else ()
    for one in chosen(draft):
        if one.choice.name in forbidden:
            problem = f"a choice that policy.forbid refuses ({one.choice.says})"
            yield Fault(one.path, problem, shown(one.value), one.choice.instead)
