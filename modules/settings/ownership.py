"""Who owns what an account has one of: said once for all regions, or region by region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import Discriminator, Tag

from modules.settings.types import RegionName

Ownership = Literal["managed", "existing"]
Service = Literal["managed", "existing", "off"]
MANAGED = "managed"

Choice = TypeVar("Choice", bound=str)


def _form(value: object) -> str:
    return "by region" if isinstance(value, Mapping) else "one"


#: One choice for all regions, or a mapping of regions to choices; a region that it does not name is ``managed``. The
#: tags are in brackets so that the loader leaves them out of the paths of faults.
ByRegion = Annotated[
    Annotated[Choice, Tag("[one]")] | Annotated[Mapping[RegionName, Choice], Tag("[by region]")],
    Discriminator(lambda value: f"[{_form(value)}]"),
]


def in_region(said: str | Mapping[RegionName, str], region: str) -> str:
    """What a setting says of one region: ``managed`` where a mapping does not name it."""
    return said if isinstance(said, str) else said.get(region, MANAGED)
