"""Settings of the budget."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.types import Section, matching

Dollars = Annotated[int, Field(ge=1, le=1_000_000_000)]

#: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_AnomalyMonitor.html
Monitor = Annotated[
    str,
    matching(
        r"managed|arn:aws:ce::\d{12}:anomalymonitor/[0-9a-f-]{36}",
        problem="neither managed nor the ARN of a monitor",
        allowed="managed, or arn:aws:ce::ACCOUNT:anomalymonitor/ID of the one that `aws ce get-anomaly-monitors` shows",
    ),
]


class BudgetSettings(Section):
    """Budget and cost anomalies of the account.

    Parameters
    ----------
    monthly_usd
        What the account may cost in a month; the ticket topic is notified at 80 % of it, at all of it, and when the
        forecast exceeds it. By default there is no budget: only the owner knows the amount.
    anomaly_usd
        What a service costs above the expected cost when an anomaly is reported. By default there is no monitor.
    anomaly_monitor
        What detects anomalies: ``managed`` creates a monitor of AWS services, of which an account has at most one; if
        there is one, its ARN. AWS creates one itself when Cost Explorer is enabled.
    """

    monthly_usd: Dollars | None = None
    anomaly_usd: Dollars | None = None
    anomaly_monitor: Monitor = "managed"
