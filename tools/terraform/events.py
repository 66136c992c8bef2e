"""Terraform's stream of JSON events: https://developer.hashicorp.com/terraform/internals/machine-readable-ui."""

import json
from dataclasses import dataclass, field
from typing import Any

from tools.terraform.diagnostics import Diagnostic, read_plain

_STEPS = {"create": 1, "update": 1, "delete": 1, "replace": 2}
_TAIL_LINES = 15


@dataclass(kw_only=True)
class Stream:
    """What one command has told so far.

    Parameters
    ----------
    refreshed : int
        Resources whose state was read.
    total : int
        Steps that the plan asks for; a replacement is two.
    done : int
        Steps that have ended well.
    running : dict
        Steps under way, by resource address, and the seconds that each is known to have taken.
    diagnostics : list of Diagnostic
        Errors.
    """

    refreshed: int = 0
    total: int = 0
    done: int = 0
    running: dict[str, int] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _plain: list[str] = field(default_factory=list)

    def read(self, line: str) -> None:
        """Take in one line of output; what is no event is kept, in case it is an error in plain text."""
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            self._plain.append(line)
            return
        self._read_event(event)

    def errors(self) -> list[Diagnostic]:
        """Return the errors, those in plain text included."""
        return self.diagnostics or read_plain(self._plain)

    def keep(self, line: str) -> None:
        """Take in one line of output that is a document, not a stream of events."""
        self._plain.append(line)

    def tail(self) -> str:
        """Return the last lines of plain text, for want of an error that was found in it."""
        return "\n".join(self._plain[-_TAIL_LINES:]) or "it said nothing"

    def text(self) -> str:
        """Return what came in plain text."""
        return "\n".join(self._plain)

    def _read_event(self, event: dict[str, Any]) -> None:
        hook = event.get("hook") or {}
        address = str((hook.get("resource") or {}).get("addr", ""))
        match event.get("type"):
            case "diagnostic" if event["diagnostic"].get("severity") == "error":
                self.diagnostics.append(Diagnostic.of(event["diagnostic"]))
            case "planned_change":
                self.total += _STEPS.get(event["change"]["action"], 0)
            case "refresh_complete":
                self.refreshed += 1
            case "apply_start" | "apply_progress" if hook.get("action") in _STEPS:
                self.running[address] = int(hook.get("elapsed_seconds", 0))
            case "apply_complete" if hook.get("action") in _STEPS:
                self.running.pop(address, None)
                self.done += 1
            case "apply_errored":
                self.running.pop(address, None)
