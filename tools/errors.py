"""What ends a command before its end, told in words."""

from __future__ import annotations  # the doctor reads this file with older Pythons too

import signal


class ToolError(Exception):
    """A fault that the user is told about without a stack trace.

    Parameters
    ----------
    message : str
        What went wrong, with the value.
    advice : str or None
        What to do about it. By default nothing is advised.
    """

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class ApplyError(ToolError):
    """An apply or a destruction that did not end well: its advice is about what stands now."""


class Interrupted(KeyboardInterrupt):
    """The user (or the system) asked the command to end, and everything it had started has ended.

    Parameters
    ----------
    message : str
        What was interrupted, and how far it was.
    outlook : str
        What comes of that: what is left, and how to go on. By default nothing is said.
    signal_number : int
        The signal that came. By default SIGINT, as Ctrl-C sends it.
    """

    def __init__(self, message: str, *, outlook: str = "", signal_number: int = signal.SIGINT) -> None:
        super().__init__(message)
        self.message = message
        self.outlook = outlook
        self.signal_number = signal_number

    def __str__(self) -> str:
        joint = "\n" if "\n" in self.message else "; "
        return f"{self.message}{joint}{self.outlook}" if self.outlook else self.message

    @property
    def exit_code(self) -> int:
        """The exit code that shells give to a command ended by this signal: 130 for Ctrl-C."""
        return 128 + self.signal_number
