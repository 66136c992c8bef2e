"""Rules about who owns what each region has one of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modules.settings.rules.rule import one_of_the_regions, section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.faults import Fault
    from modules.settings.rules.rule import Rule

#: Keys that take a mapping of regions, by section.
BY_REGION = {
    "account": ("ebs_encryption", "access_analyzer"),
    "configuration": ("recorder",),
    "findings": ("guardduty", "security_hub", "inspector"),
}


def owners_are_named_for_regions_of_the_list(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What is said of a region that is not built would be said in vain, and is more likely a slip."""
    for name, keys in BY_REGION.items():
        for key in keys:
            for region in section(section(raw, name), key):
                yield from one_of_the_regions(raw, f"{name}.{key}.{region}", region)


RULES: tuple[Rule, ...] = (owners_are_named_for_regions_of_the_list,)
