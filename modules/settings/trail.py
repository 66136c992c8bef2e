"""Settings of the trail."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modules.settings.types import Section


class TrailSettings(Section):
    """The record of API calls in all regions.

    Parameters
    ----------
    insights
        Whether CloudTrail looks for unusual numbers of calls and of errors. Yes by default.
    session_events
        What is recorded of work with sessions: ``writes``, the default, ``all``, which adds a read or more for each
        request and costs accordingly, or ``none``. Only with ``data_events``.
    data_events
        Whether reads and writes of objects and sessions are recorded besides what changes resources. Yes by default.
    lock_days
        Days that no file of the trail can be deleted or replaced, but by whoever may bypass governance. 0, the default,
        locks nothing. What is locked already stays so when it is turned off.
    """

    insights: bool = True
    data_events: bool = True
    session_events: Literal["all", "none", "writes"] = "writes"
    lock_days: Annotated[int, Field(ge=0, le=3650)] = 0
