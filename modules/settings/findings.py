"""Settings of the services that look for threats and weak spots."""

from __future__ import annotations

from typing import Literal

from modules.settings.account import Ownership  # noqa: TC001 - pydantic reads the annotation
from modules.settings.types import Section

Service = Literal["managed", "existing", "off"]


class FindingSettings(Section):
    """Services of each region that have findings: ``managed`` (the default) turns one on, ``existing`` only listens.

    ``off`` neither turns it on nor listens to it.

    Parameters
    ----------
    guardduty
        GuardDuty, which looks for threats in the account's logs.
    security_hub
        Security Hub, which holds the account to AWS's own best practices and to the CIS benchmark.
    aggregator
        What shows the findings of all regions in the home region, of which an account has one: ``managed`` (the
        default) or ``existing``. Only where ``security_hub`` is ``managed``.
    inspector
        Inspector, which looks for known weaknesses of instances and functions.
    """

    guardduty: Service = "managed"
    security_hub: Service = "managed"
    aggregator: Ownership = "managed"
    inspector: Service = "managed"
