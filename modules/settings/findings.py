"""Settings of GuardDuty, Security Hub and Inspector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from modules.settings.faults import Fault
from modules.settings.ownership import MANAGED, ByRegion, Ownership, Service
from modules.settings.types import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft


class FindingSettings(Section):
    """Services with findings: ``managed`` (the default) enables one, ``existing`` only forwards findings.

    ``off`` does neither. Each also takes a mapping of regions to one of the three; regions that it does not name are
    ``managed``.

    Parameters
    ----------
    guardduty
        GuardDuty, which detects threats in the account's logs.
    security_hub
        Security Hub, which checks the account against AWS's best practices and the CIS benchmark.
    aggregator
        The finding aggregator in the home region, of which an account has one. Only where ``security_hub`` is
        ``managed``.
    inspector
        Inspector, which finds known vulnerabilities of instances and functions.
    """

    guardduty: ByRegion[Service] = "managed"
    security_hub: ByRegion[Service] = "managed"
    aggregator: Ownership = "managed"
    inspector: ByRegion[Service] = "managed"


def home_region_has_security_hub(draft: Draft) -> Iterator[Fault]:
    """The home region aggregates the findings of the others, and checks the root user for all of them."""
    stated, home = draft.mapping("findings").get("security_hub"), draft.home
    if not isinstance(stated, Mapping) or stated.get(home) != "off":
        return
    if any(stated.get(region, MANAGED) == MANAGED for region in draft.regions if region != home):
        yield Fault(
            f"findings.security_hub.{home}",
            "Security Hub of another region is managed, and this one gathers its findings",
            "off",
            "managed, existing; or off everywhere",
        )
