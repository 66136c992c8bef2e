"""Settings of AWS Config."""

from __future__ import annotations

from typing import Literal

from modules.settings.ownership import ByRegion, Ownership  # noqa: TC001 - pydantic reads the annotations
from modules.settings.types import Section


class ConfigurationSettings(Section):
    """What AWS Config records, and whom its recorders belong to.

    Parameters
    ----------
    recorder
        The recorder of each region, of which there can be only one, and its deliveries: ``managed`` (the default), or
        ``existing``: someone else's, such as an organization's, on which the rules then rely. Or a mapping of regions
        to one of the two; regions that it does not name are ``managed``.
    service_role
        The role that AWS Config records with, of which an account has one: ``managed`` (the default) makes it,
        ``existing`` takes the one that is there. Only ``managed`` recorders use it.
    aggregator
        Whether the home region shows the records of all: ``managed`` (the default) or ``existing``.
    frequency
        ``CONTINUOUS`` (the default) records every change, ``DAILY`` the last state of each day, for less.
    remediate
        Whether what is safe to mend is mended without asking: keys that do not rotate, and default security groups that
        let something through. Yes by default.
    """

    recorder: ByRegion[Ownership] = "managed"
    service_role: Ownership = "managed"
    aggregator: Ownership = "managed"
    frequency: Literal["CONTINUOUS", "DAILY"] = "CONTINUOUS"
    remediate: bool = True
