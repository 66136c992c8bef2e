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
        Whether CloudTrail Insights detects unusual numbers of calls and of errors.
    session_events
        Data events of the session table; ``all`` adds at least one read for each request and costs accordingly. Only
        with ``data_events``.
    data_events
        Whether data events of objects and sessions are recorded besides management events.
    lock_days
        How long nobody can delete or replace a file of the trail, except who may bypass governance mode
        (docs/audit.md#cloudtrail has who can without it); 0 locks nothing. Files that are locked already stay locked
        when it is set back to 0.
    """

    insights: bool = True
    data_events: bool = True
    session_events: Literal["all", "none", "writes"] = "writes"
    lock_days: Annotated[int, Field(ge=0, le=3650)] = 0
