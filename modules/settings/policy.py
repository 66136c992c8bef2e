"""Settings of the policy gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from modules.settings.choice import shown
from modules.settings.choice_table import CHOICES
from modules.settings.choices import chosen
from modules.settings.faults import Fault, nearest
from modules.settings.types import Section, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft


def _name_of_a_choice(value: str) -> str:
    if value not in CHOICES:
        raise fault(f"no key of a choice{nearest(value, CHOICES)}", ", ".join(CHOICES))
    return value


class PolicySettings(Section):
    """The policy gate.

    Parameters
    ----------
    forbid
        Choices that this file must not make, by their keys (docs/policy.md lists them). None by default.
    """

    forbid: tuple[Annotated[str, AfterValidator(_name_of_a_choice)], ...] = ()


def no_choice_is_forbidden(draft: Draft) -> Iterator[Fault]:
    """A file makes none of the choices that it forbids."""
    forbidden = draft.policy.forbid if draft.policy else ()
    for one in chosen(draft):
        if one.choice.name in forbidden:
            problem = f"a choice that policy.forbid refuses ({one.choice.says})"
            yield Fault(one.path, problem, shown(one.value), one.choice.instead)
