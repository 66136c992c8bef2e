"""What the log of an apply tells of its end: what it made, and what was under way.

See https://developer.hashicorp.com/terraform/internals/machine-readable-ui#operation-messages
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

_MAKES = frozenset({"create", "replace"})


@dataclass(frozen=True, kw_only=True)
class History:
    """The creations of an apply.

    Parameters
    ----------
    made : dict
        The ids of what was made, by address.
    in_flight : set of str
        The addresses of what was being made when the log ends, or could not be told.
    """

    made: dict[str, str] = field(default_factory=dict)
    in_flight: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, lines: Iterable[str]) -> Self:
        """Read a log; lines that are no events, such as the last one if it was cut, say nothing."""
        history = cls()
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                history._take(event)
        return history

    @classmethod
    def read(cls, log: Path) -> Self:
        """Read a log file; one that is lost tells nothing."""
        try:
            return cls.of(log.read_text(encoding="utf-8", errors="replace").splitlines())
        except FileNotFoundError:
            return cls()

    @property
    def addresses(self) -> set[str]:
        """The addresses of all that was begun."""
        return self.in_flight | set(self.made)

    def _take(self, event: dict[str, Any]) -> None:
        hook = event.get("hook") or {}
        if hook.get("action") not in _MAKES:
            return
        address = str((hook.get("resource") or {}).get("addr", ""))
        match event.get("type"):
            case "apply_start":
                self.in_flight.add(address)
            case "apply_complete":
                self.in_flight.discard(address)
                self.made[address] = str(hook.get("id_value", ""))
