"""Settings of the budget."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.types import Section, matching

Dollars = Annotated[int, Field(ge=1)]

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
    """What the account may cost.

    Parameters
    ----------
    monthly_usd
        US dollars that the account may cost in a month; the ticket topic is told at 80 % of it, at all of it, and when
        all of it is forecast. None by default, which makes no budget: nobody but the owner knows the amount.
    anomaly_usd
        US dollars by which a service must cost more than expected to be reported. None by default, which makes no
        monitor.
    anomaly_monitor
        What looks for them: ``managed``, the default, makes a monitor of the account's services, of which an account
        has one at most; where there is one, its ARN. AWS makes one itself when Cost Explorer is turned on.
    """

    monthly_usd: Dollars | None = None
    anomaly_usd: Dollars | None = None
    anomaly_monitor: Monitor = "managed"
