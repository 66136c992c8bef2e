"""Ctrl-C and SIGTERM end a command the same way: in order, and with a sentence about what is left."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from tools.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def raise_on_sigterm() -> None:
    """Let SIGTERM raise `Interrupted`, so that it unwinds through the same clean-up as Ctrl-C."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise Interrupted("ended by SIGTERM", signal_number=number)

    signal.signal(signal.SIGTERM, end)


@contextmanager
def handled(handler: Callable[[int], None]) -> Iterator[None]:
    """Give SIGINT and SIGTERM to `handler` inside the block.

    Parameters
    ----------
    handler : callable
        Gets the signal's number. Outside the main thread, where Python takes no handlers, it is never called.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda got, _frame: handler(got)) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


@contextmanager
def shielded() -> Iterator[None]:
    """Hold SIGINT and SIGTERM off inside the block, for the few seconds of a clean-up."""
    with handled(lambda _number: None):
        yield
