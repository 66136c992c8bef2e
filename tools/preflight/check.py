"""What a check is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from tools.preflight.finding import Finding
from tools.preflight.subject import Look

Place = Literal["account", "region"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question to an account.

    Parameters
    ----------
    name : str
        What it looks at, in words, as findings and the documentation name it.
    place : str
        Whether it is asked once, of the `account`, or in each `region`.
    run : callable
        Asks, and tells what it finds.
    actions : tuple of str
        The IAM actions that asking takes.
    of_ours : bool
        Whether it tells what is ours from what is someone else's, which takes the state. No by default.
    for_backend : bool
        Whether `make bootstrap` cannot get through either if it stops. No by default.
    """

    name: str
    place: Place
    run: Callable[[Look], Iterator[Finding]]
    actions: tuple[str, ...]
    of_ours: bool = False
    for_backend: bool = False
