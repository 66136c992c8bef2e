"""Rules about AWS Config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modules.settings.faults import Fault, nearest
from modules.settings.managed_rules import GLOBAL, OF_THE_SETTINGS, REGIONAL
from modules.settings.regions import REGIONS_THAT_LACK_RULES
from modules.settings.rules.rule import region_names, section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule

PAGE = "https://docs.aws.amazon.com/config/latest/developerguide/managing-rules-by-region-availability.html"
RULES_OF_CONFIG = sorted({*REGIONAL, *GLOBAL, *OF_THE_SETTINGS})


def skipped_rules_are_rules(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A misspelt identifier would skip nothing, and the apply would fail."""
    for region, identifiers in section(section(raw, "configuration"), "skip_rules").items():
        for position, one in enumerate(identifiers if isinstance(identifiers, list) else []):
            if isinstance(one, str) and one not in RULES_OF_CONFIG:
                yield Fault(
                    f"configuration.skip_rules.{region}[{position}]",
                    f"no rule of the platform{nearest(one, RULES_OF_CONFIG)}",
                    one,
                    ", ".join(RULES_OF_CONFIG),
                )


def young_regions_say_which_rules_they_lack(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """AWS refuses a rule that it does not have in a region, in the middle of an apply."""
    said = section(section(raw, "configuration"), "skip_rules")
    for region in region_names(raw):
        if region in REGIONS_THAT_LACK_RULES and region not in said:
            yield Fault(
                f"configuration.skip_rules.{region}",
                "AWS Config does not have every rule there, and an apply would fail at the first that is missing",
                None,
                f"identifiers of those that {PAGE} does not list for the region; [] if it lists all",
            )


RULES: tuple[Rule, ...] = (skipped_rules_are_rules, young_regions_say_which_rules_they_lack)
