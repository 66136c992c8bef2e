"""Rules about who owns what each region has one of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modules.settings.faults import Fault
from modules.settings.ownership import MANAGED
from modules.settings.rules.rule import one_of_the_regions, region_names, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.rules.rule import Rule

#: Keys that take a mapping of regions, by section.
BY_REGION = {
    "account": ("ebs_encryption", "access_analyzer", "session_manager"),
    "configuration": ("recorder",),
    "findings": ("guardduty", "security_hub", "inspector"),
}


def owners_are_named_for_regions_of_the_list(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What is said of a region that is not built would be said in vain, and is more likely a slip."""
    for name, keys in BY_REGION.items():
        for key in keys:
            for region in section(section(raw, name), key):
                yield from one_of_the_regions(raw, f"{name}.{key}.{region}", region)


def security_hub_is_on_at_home_if_anywhere(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The home region gathers the findings of the others, and looks at the root of the account for all of them."""
    said = section(raw, "findings").get("security_hub")
    home = raw.get("home_region") or raw.get("primary_region")
    if isinstance(said, Mapping) and said.get(home) == "off" and set(region_names(raw)) != {home}:
        others = {said.get(region, MANAGED) for region in region_names(raw) if region != home}
        if MANAGED in others:
            yield Fault(
                f"findings.security_hub.{home}",
                "Security Hub of another region is managed, and this one gathers its findings",
                "off",
                "managed, existing; or off everywhere",
            )


RULES: tuple[Rule, ...] = (owners_are_named_for_regions_of_the_list, security_hub_is_on_at_home_if_anywhere)
