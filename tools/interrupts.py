"""Ctrl-C, SIGTERM and SIGHUP end a command the same way: in order, and with a sentence about what is left.

SIGHUP comes when the terminal goes: its window is closed, or its connection breaks.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from tools.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def raise_on_signals() -> None:
    """Let SIGTERM and SIGHUP raise `Interrupted`, so that they unwind through the same clean-up as Ctrl-C."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise Interrupted(f"ended by {signal.Signals(number).name}", signal_number=number)

    for number in _heeded():
        if number != signal.SIGINT:
            signal.signal(number, end)


@contextmanager
def handled(handler: Callable[[int], None]) -> Iterator[None]:
    """Give SIGINT, SIGTERM and SIGHUP to `handler` inside the block.

    Parameters
    ----------
    handler : callable
        Gets the signal's number. Outside the main thread, where Python takes no handlers, it is never called.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda got, _frame: handler(got)) for number in _heeded()}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Hold SIGINT, SIGTERM and SIGHUP off inside the block, for the few seconds of a clean-up."""
    with handled(lambda _number: None):
        yield


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Take SIGINT, SIGTERM and SIGHUP at the end of the block, for what must not be broken off half-way."""
    caught: list[int] = []
    with handled(caught.append):
        yield
    for number in caught:
        os.kill(os.getpid(), number)


def _heeded() -> list[signal.Signals]:
    # `nohup` has SIGHUP ignored, and whoever wrote it meant that.
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [number for number in _SIGNALS if number != signal.SIGHUP or not ignored]
