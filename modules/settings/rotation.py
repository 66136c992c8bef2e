"""Settings of the rotation of the database's passwords."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.types import Concurrency, Section


class RotationSettings(Section):
    """The function that changes the database's passwords, and when it does so.

    Parameters
    ----------
    after_days
        Days between two rotations, 1 to 90. 30 by default.
    immediately
        Whether the master user's password is also changed when rotation is attached or its schedule changes. Yes by
        default: the first password passed through the process of whoever applied, and a rotation that cannot work shows
        at once and not weeks later. The application's always is, since that makes its user.
    reserved_concurrency
        Runs at a time that the account keeps free for the function in each region, and that it cannot exceed. None by
        default: a new account's quota leaves nothing to reserve, and Lambda refuses (docs/aws.md). Where there is some,
        2 is enough: a step that hangs until its timeout does not hold up its own repetition.
    """

    after_days: Annotated[int, Field(ge=1, le=90)] = 30
    immediately: bool = True
    reserved_concurrency: Concurrency | None = None
