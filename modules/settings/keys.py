"""Settings of KMS keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.types import Section


class KeySettings(Section):
    """Every customer managed key.

    Parameters
    ----------
    deletion_window_days
        Waiting period before a deleted key is gone.
    """

    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
