"""Settings of AWS Config."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from modules.settings.faults import Fault, choices, joined, nearest
from modules.settings.managed_rules import GLOBAL, OF_THE_SETTINGS, REGIONAL
from modules.settings.ownership import ByRegion, Ownership  # noqa: TC001 - pydantic reads the annotations
from modules.settings.regions import REGIONS_THAT_LACK_RULES, known_regions
from modules.settings.types import ONCE, Allowed, RegionName, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

AVAILABILITY_PAGE = (
    "https://docs.aws.amazon.com/config/latest/developerguide/managing-rules-by-region-availability.html"
)
MANAGED_RULES = sorted({*REGIONAL, *GLOBAL, *OF_THE_SETTINGS})

RuleName = Annotated[str, Allowed(words="a rule of the platform", values=tuple(MANAGED_RULES))]


class ConfigurationSettings(Section):
    """What AWS Config records, and who owns its recorders.

    Parameters
    ----------
    recorder
        The recorder of each region, of which there can be only one, and its delivery channel: ``managed``, or
        ``existing``: someone else's, such as an organization's, which the rules then depend on
        (docs/audit.md#aws-config).
    service_role
        The service-linked role of AWS Config, of which an account has one: ``managed`` creates it, ``existing`` uses
        the existing one. Only ``managed`` recorders use it.
    aggregator
        The aggregator of all regions in the home region.
    frequency
        ``CONTINUOUS`` records every change, ``DAILY`` the last state of each day, which costs less.
    skip_rules
        By region, identifiers of rules that AWS Config does not have there, such as ``alb-waf``. The newest regions
        must be listed, with an empty list if AWS Config has every rule there (docs/audit.md#aws-config).
    """

    recorder: ByRegion[Ownership] = "managed"
    service_role: Ownership = "managed"
    aggregator: Ownership = "managed"
    frequency: Literal["CONTINUOUS", "DAILY"] = "CONTINUOUS"
    skip_rules: Mapping[RegionName, Annotated[tuple[RuleName, ...], ONCE]] = Field(default_factory=dict)


def skipped_rules_exist(draft: Draft) -> Iterator[Fault]:
    """A misspelt identifier would skip nothing, and the apply would fail."""
    for region, identifiers in draft.mapping("configuration", "skip_rules").items():
        for position, one in enumerate(identifiers if isinstance(identifiers, list) else []):
            if isinstance(one, str) and one not in MANAGED_RULES:
                yield Fault(
                    joined(joined("configuration.skip_rules", region), position),
                    f"no rule of the platform{nearest(one, MANAGED_RULES)}",
                    one,
                    choices(one, MANAGED_RULES, where="modules/settings/managed_rules.py"),
                )


def regions_that_lack_rules_are_stated(draft: Draft) -> Iterator[Fault]:
    """AWS Config refuses a rule that a region lacks only during an apply."""
    stated = draft.mapping("configuration", "skip_rules")
    for region in draft.regions:
        if region in REGIONS_THAT_LACK_RULES & known_regions() and region not in stated:
            yield Fault(
                f"configuration.skip_rules.{region}",
                "AWS Config does not have every rule there, and an apply would fail at the first that is missing",
                None,
                f"identifiers of those that {AVAILABILITY_PAGE} does not list for the region; [] if it lists all",
            )
