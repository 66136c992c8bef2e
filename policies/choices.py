"""The findings that the settings choose: what the output says was chosen, and what may fail because of it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from modules.settings.choice import THE_VALUE, Chosen, Exemption
from modules.settings.choices import read
from policies.errors import GateError
from policies.stack import MAKE_JSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policies.outcomes import Outcome
    from policies.stack import Stack


@dataclass(frozen=True, kw_only=True)
class ChoiceWaiver:
    """The waiver that a choice brings for one check.

    Parameters
    ----------
    chosen
        The choice, with its key and value.
    exemption
        The check, and the resources on which it may fail.
    """

    chosen: Chosen
    exemption: Exemption

    @property
    def justification(self) -> str:
        """What is chosen, and why it may be."""
        return f"chosen: {self.chosen}. {self.chosen.choice.reason}"

    def covers(self, outcome: Outcome, *, stack: Stack) -> bool:
        """Return whether an outcome of a stack is a finding that the choice brings.

        Parameters
        ----------
        outcome
            The outcome.
        stack
            Its stack. The resource must be in its JSON, in the region that the key names if it names one, with the
            arguments that prove the choice to be the cause.
        """
        exemption = self.exemption
        if (outcome.check, outcome.stack) != (exemption.check, exemption.stack):
            return False
        block = stack.resources.get(outcome.address)
        if block is None or not fnmatchcase(outcome.address, exemption.resource):
            return False
        if self.chosen.region and block.get("provider") != f"aws.{self.chosen.region}":
            return False
        return all(
            _argument(block, name) == (self.chosen.value if value == THE_VALUE else value)
            for name, value in exemption.attributes.items()
        )


def choices_in(stack: Stack) -> list[Chosen]:
    """Return the choices that the settings of a stack make, which synthesis has written into its JSON.

    Parameters
    ----------
    stack
        The stack.

    Raises
    ------
    GateError
        The JSON names something that is no choice.
    """
    stated = (stack.document.get("//") or {}).get("choices", {})
    if not isinstance(stated, dict):
        raise GateError(f"{stack.json_path}: its choices are no object, {stated!r}, {MAKE_JSON}")
    found = {path: read(path, value) for path, value in stated.items()}
    faults = [
        f"{stack.json_path}: says a choice that is none, {path}: {stated[path]!r}, {MAKE_JSON}"
        for path, chosen in found.items()
        if chosen is None
    ]
    if faults:
        raise GateError(faults)
    return [chosen for chosen in found.values() if chosen]


def waivers_of(choices: Iterable[Chosen]) -> list[ChoiceWaiver]:
    """Return the waivers that choices bring."""
    return [ChoiceWaiver(chosen=one, exemption=each) for one in choices for each in one.choice.exemptions]


def _argument(block: Mapping[str, Any], name: str) -> object:
    """Return an argument of a block, or of the one block that it has of a kind."""
    found: Any = block
    for part in name.split("."):
        found = found[0] if isinstance(found, list) and len(found) == 1 else found
        found = found.get(part) if isinstance(found, dict) else None
    return found
