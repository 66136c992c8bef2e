"""Settings of the budget."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.types import Section

Dollars = Annotated[int, Field(ge=1)]


class BudgetSettings(Section):
    """What the account may cost.

    Parameters
    ----------
    monthly_usd
        US dollars that the account may cost in a month; the ticket topic is told at 80 % of it, at all of it, and when
        all of it is forecast. None by default, which makes no budget: nobody but the owner knows the amount.
    anomaly_usd
        US dollars by which a service must cost more than expected to be reported. None by default, which makes no
        monitor. An account has one monitor of its services at most: leave it out where there is one.
    """

    monthly_usd: Dollars | None = None
    anomaly_usd: Dollars | None = None
