"""Settings of AWS Config."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import Literal

from pydantic import Field

from modules.settings.ownership import ByRegion, Ownership  # noqa: TC001 - pydantic reads the annotations
from modules.settings.types import RegionName, Section


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
    skip_rules
        By region, identifiers of rules that AWS Config does not have there, such as ``alb-waf``. None by default. Of
        young regions it has to be said, with an empty list where AWS has them all.
    """

    recorder: ByRegion[Ownership] = "managed"
    service_role: Ownership = "managed"
    aggregator: Ownership = "managed"
    frequency: Literal["CONTINUOUS", "DAILY"] = "CONTINUOUS"
    skip_rules: Mapping[RegionName, tuple[str, ...]] = Field(default_factory=dict)
