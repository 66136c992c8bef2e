from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class GateError(Exception):
    """The gate could not do its job, so that neither a pass nor a finding can be trusted.

    Parameters
    ----------
    faults
        One line for each thing that stood in the way: where, what, and what to run.
    """

    def __init__(self, faults: str | Iterable[str]) -> None:
        self.faults = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))
