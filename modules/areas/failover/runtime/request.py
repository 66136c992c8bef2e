"""What is asked for: a failover from one region to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .world import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .world import World


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked for.

    Parameters
    ----------
    id
        Tells the failover from others.
    origin, target
        The region of the writer, and the one that takes over.
    planned
        Whether the old writer works and is to be drained first.
    force_reason
        Why it happens although the gate refuses. Empty by default.
    dry_run
        Whether only to look.
    by
        Who asks.
    """

    id: str
    origin: str
    target: str
    planned: bool = False
    force_reason: str = ""
    dry_run: bool = False
    by: str = ""

    @classmethod
    def parse(cls, event: Mapping[str, Any], world: World) -> Request:
        """Read an event.

        Raises
        ------
        RefusedError
            If it does not name two regions of the platform.
        """
        known = {key: event[key] for key in cls.__dataclass_fields__ if key in event}
        try:
            request = cls(**known)
        except TypeError as error:
            raise RefusedError(str(error), "id, origin and target") from None
        places = ", ".join(sorted(world.platform.places))
        for region in (request.origin, request.target):
            if region not in world.platform.places:
                raise RefusedError(f"{region} is not a region of the platform", places)
        if request.origin == request.target:
            raise RefusedError(f"the writer is in {request.origin} already", f"another of {places}")
        return request
