"""What ends a command before its end, told in words."""

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


class Interrupted(KeyboardInterrupt):
    """The user (or the system) asked the command to end, and everything it had started has ended.

    Parameters
    ----------
    message : str
        What state things are in now.
    signal_number : int
        The signal that came. By default SIGINT, as Ctrl-C sends it.
    """

    def __init__(self, message: str, *, signal_number: int = signal.SIGINT) -> None:
        super().__init__(message)
        self.message = message
        self.signal_number = signal_number

    @property
    def exit_code(self) -> int:
        """The exit code that shells give to a command ended by this signal: 130 for Ctrl-C."""
        return 128 + self.signal_number
