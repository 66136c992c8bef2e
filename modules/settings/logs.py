"""Settings of CloudWatch Logs."""

from __future__ import annotations

from modules.settings.types import RetentionDays, Section


class LogSettings(Section):
    """Every CloudWatch log group.

    Parameters
    ----------
    retention_days
        Days that log events are kept. One year by default.
    """

    retention_days: RetentionDays = 365
