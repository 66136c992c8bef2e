"""Settings of CloudWatch Logs."""

from __future__ import annotations

from modules.settings.types import RetentionDays, Section


class LogSettings(Section):
    """Every CloudWatch log group.

    Parameters
    ----------
    retention_days
        How long log events are kept.
    """

    retention_days: RetentionDays = 365
