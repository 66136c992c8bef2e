"""Terraform's stream of JSON events: https://developer.hashicorp.com/terraform/internals/machine-readable-ui."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tools.terraform.diagnostics import Diagnostic, read_plain
from tools.terraform.tail import Tail

#: What every event opens with.
_OPENING = '{"@level"'
_STEPS = {"create": 1, "update": 1, "delete": 1, "replace": 2}
_TAIL_LINES = 15


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step under way.

    Parameters
    ----------
    action : str
        `create`, `update` or `delete`; a replacement is a delete and a create.
    seconds : int
        How long it is known to have taken.
    """

    action: str
    seconds: int = 0


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
        Steps under way, by resource address: those that had begun and not ended when the command was killed.
    made : dict
        Resources that were made, by address, with their ids; empty where a type has none.
    broken : dict
        Steps that ended with an error, by address.
    diagnostics : list of Diagnostic
        Errors.
    cut : bool
        Whether parts of events are missing, as where the disk was full when they were written.
    """

    refreshed: int = 0
    total: int = 0
    done: int = 0
    running: dict[str, Step] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    broken: dict[str, Step] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    cut: bool = False
    _plain: list[str] = field(default_factory=list)

    @classmethod
    def of_log(cls, log: Path) -> Self:
        """Read the log of a command, which may still go on."""
        stream = cls()
        with log.open("rb") as file:
            for line in Tail(file).rest():
                stream.read(line)
        return stream

    def read(self, line: str) -> None:
        """Take in one line of output; what is no event is kept, in case it is an error in plain text."""
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if isinstance(event, dict):
            self._read_event(event)
        elif line.startswith(_OPENING):
            self.cut = True
            # Once there is room again the next event goes on where the last one broke off.
            if (whole := line.rfind(_OPENING)) > 0:
                self.read(line[whole:])
        else:
            self._plain.append(line)

    def errors(self) -> list[Diagnostic]:
        """Return the errors, those in plain text included."""
        return self.diagnostics or read_plain(self._plain)

    @property
    def broken_off(self) -> list[str]:
        """Addresses of what was being made when the waiting for it ended, whatever has become of it."""
        unseen = {each.address for each in self.diagnostics if each.is_unseen}
        return [address for address, step in self.broken.items() if step.action == "create" and address in unseen]

    @property
    def steps(self) -> int:
        """How many steps a command took that ended well, whether or not each could be written down."""
        return self.total if self.cut else self.done

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
        action = str(hook.get("action", ""))
        match event.get("type"):
            case "diagnostic" if event["diagnostic"].get("severity") == "error":
                self.diagnostics.append(Diagnostic.of(event["diagnostic"]))
            case "planned_change":
                self.total += _STEPS.get(event["change"]["action"], 0)
            case "refresh_complete":
                self.refreshed += 1
            case "apply_start" | "apply_progress" if action in _STEPS:
                self.running[address] = Step(action=action, seconds=int(hook.get("elapsed_seconds", 0)))
            case "apply_complete" if action in _STEPS:
                self.running.pop(address, None)
                self.done += 1
                if action == "create":
                    # Where a type has no id, Terraform gives its name or a tag instead.
                    self.made[address] = str(hook.get("id_value", "")) if hook.get("id_key") == "id" else ""
            case "apply_errored":
                self.broken[address] = self.running.pop(address, Step(action=action))
