"""Who owns a resource that an account has once in each region: one choice for all regions, or one for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Discriminator, Tag

from modules.settings.faults import joined
from modules.settings.types import RegionName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft
    from modules.settings.faults import Fault

Ownership = Literal["managed", "existing"]
Service = Literal["managed", "existing", "off"]
MANAGED = "managed"
#: Keys of the type ``ByRegion``, by section.
BY_REGION = {
    "account": ("ebs_encryption", "access_analyzer", "private_documents", "session_manager"),
    "configuration": ("recorder",),
    "findings": ("guardduty", "security_hub", "inspector"),
}

Choice = TypeVar("Choice", bound=str)


def _form(value: object) -> str:
    return "by region" if isinstance(value, Mapping) else "one"


#: One choice for all regions, or a mapping of regions to choices; a region that it does not name is ``managed``. The
#: tags are in brackets so that the loader leaves them out of the paths of faults.
ByRegion = Annotated[
    Annotated[Choice, Tag("[one]")] | Annotated[Mapping[RegionName, Choice], Tag("[by region]")],
    Discriminator(lambda value: f"[{_form(value)}]"),
]


def in_region(choice: str | Mapping[RegionName, str], region: str) -> str:
    """The choice for one region: ``managed`` if a mapping does not name it."""
    return choice if isinstance(choice, str) else choice.get(region, MANAGED)


def owners_are_of_the_regions(draft: Draft) -> Iterator[Fault]:
    """A region that is not in the list is more likely a mistake."""
    for section, keys in BY_REGION.items():
        for key in keys:
            for region in draft.mapping(section, key):
                yield from draft.check_region(joined(f"{section}.{key}", region), region)
