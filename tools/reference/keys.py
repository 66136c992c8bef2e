"""Every key of the settings, in the order of the models."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from modules.settings import Settings
from modules.settings.choice import REGION
from modules.settings.types import Section
from tools.reference.described import Entry, described
from tools.reference.kinds import Kind, kinds

#: Of a key that its section's docstring does not name.
UNSAID = Entry(text="")


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key.

    Parameters
    ----------
    name : str
        Its path, such as `database.instances.REGION.role`.
    section : type of Section
        The section that has it.
    field : FieldInfo
        What the model says of it.
    """

    name: str
    section: type[Section]
    field: FieldInfo

    @property
    def entry(self) -> Entry:
        """What the docstring of the section says of it."""
        return described(self.section).get(self.name.rpartition(".")[2], UNSAID)

    @property
    def kinds(self) -> list[Kind]:
        """What its value may be."""
        return kinds(self.field.annotation, self.field.metadata)

    @property
    def is_required(self) -> bool:
        """Whether a file has to have it."""
        return self.field.is_required()

    @property
    def default(self) -> Any:  # noqa: ANN401 - whatever the settings take
        """The value that it has by default, as a settings file would have it; `None` if there is no value."""
        return None if self.is_required else to_jsonable_python(self.field.get_default(call_default_factory=True))

    @property
    def part(self) -> str:
        """The path of its section; nothing of a key that is in none."""
        return self.name.rpartition(".")[0]


def every_key(section: type[Section] = Settings, path: str = "") -> Iterator[Key]:
    """Return the keys of a section and of the sections in it; of those that are by region, with `REGION` in the path.

    What the items of lists have is not among them.
    """
    for name, field in section.model_fields.items():
        found = kinds(field.annotation, field.metadata)
        inner = next(filter(None, (kind.section for kind in found)), None)
        by_region = next(filter(None, (_section_of_entries(kind) for kind in found)), None)
        if inner:
            yield from every_key(inner, f"{path}{name}.")
        elif by_region:
            yield from every_key(by_region, f"{path}{name}.{REGION}.")
        else:
            yield Key(name=f"{path}{name}", section=section, field=field)


def section_of_items(kind: Kind) -> type[Section] | None:
    """Return the section that each item of a list is, or of each list of a mapping."""
    annotation = kind.entry[1] if kind.entry else kind.item
    for one in kinds(annotation) if annotation else ():
        if found := one.section or section_of_items(one):
            return found
    return None


def _section_of_entries(kind: Kind) -> type[Section] | None:
    return next(filter(None, (one.section for one in kinds(kind.entry[1]))), None) if kind.entry else None
