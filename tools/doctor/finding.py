"""What was found of one thing that a machine needs."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What was found, in words.

    Parameters
    ----------
    name : str
        What was looked for.
    found : str
        What is there, or what is wrong with it.
    present : bool
        Whether it is there and will do.
    needed_for : str
        What does not work without it.
    get_it : str
        How to get it.
    """

    name: str
    found: str
    present: bool
    needed_for: str
    get_it: str

    def lines(self) -> list[str]:
        """Return what a user is told: what is missing with how to get it."""
        if self.present:
            return [f"ok       {self.name}: {self.found}. For {self.needed_for}"]
        return [f"missing  {self.name}: {self.found}. For {self.needed_for}", f"         get it: {self.get_it}"]
