"""What a key of the settings may be, as its annotation in the models says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator
from pydantic.fields import FieldInfo

from modules.settings.types import ONCE, Allowed, Matching, Section, SomeOf

BOUNDS = ("ge", "gt", "le", "lt")
_UNIONS = frozenset({UnionType, Union})


@dataclass(frozen=True)
class Kind:
    """One thing that a value may be: a type and what its annotation says besides.

    Parameters
    ----------
    plain : object
        The type, without `Annotated`, such as `int`, `Literal["a", "b"]` or `tuple[str, ...]`.
    about : tuple
        The metadata.
    """

    plain: Any
    about: tuple[Any, ...] = ()

    @property
    def section(self) -> type[Section] | None:
        """The section that it is, or nothing."""
        return self.plain if isinstance(self.plain, type) and issubclass(self.plain, Section) else None

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts of a `Literal`."""
        return get_args(self.plain) if get_origin(self.plain) is Literal else ()

    @property
    def item(self) -> Any:  # noqa: ANN401 - an annotation
        """The annotation of what a list holds, or nothing."""
        return get_args(self.plain)[0] if get_origin(self.plain) is tuple else None

    @property
    def entry(self) -> tuple[Any, Any] | None:
        """The annotations of the keys and values of a mapping, or nothing."""
        found = get_args(self.plain)
        return (found[0], found[1]) if get_origin(self.plain) is Mapping else None

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.plain in (int, float)

    @property
    def is_network(self) -> bool:
        """Whether it is an IPv4 network."""
        return self.plain is IPv4Network

    @property
    def allowed(self) -> Allowed | None:
        """What a validator takes that says so, or else one of a regular expression."""
        stated = next((one for one in self.about if isinstance(one, Allowed)), None)
        match = next((one for one in self._validators if isinstance(one, Matching)), None)
        return stated or (Allowed(words=match.allowed, pattern=match.pattern) if match else None)

    @property
    def bounds(self) -> dict[str, float]:
        """What a number may be, by `ge`, `gt`, `le` and `lt`."""
        pairs = ((name, getattr(one, name, None)) for one in self.about for name in BOUNDS)
        return {name: bound for name, bound in pairs if bound is not None}

    @property
    def most(self) -> int | None:
        """How many items a list may have, or nothing if any number."""
        return next((one.max_length for one in self.about if hasattr(one, "max_length")), None)

    @property
    def needs_one(self) -> bool:
        """Whether a list has to have an item."""
        return any(isinstance(one, SomeOf) for one in self._validators)

    @property
    def is_once(self) -> bool:
        """Whether a list may have each item once only."""
        return ONCE in self.about

    @property
    def _validators(self) -> Iterator[Any]:
        return (one.func for one in self.about if isinstance(one, AfterValidator))


def kinds(annotation: Any, about: Iterable[Any] = ()) -> list[Kind]:  # noqa: ANN401 - an annotation
    """Return what an annotation offers, but for nothing at all (`None`).

    Parameters
    ----------
    annotation : object
        The annotation.
    about : iterable
        Metadata that stands outside of it, such as that of a field.
    """
    about = tuple(about)
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return kinds(inner, (*_flat(more), *about))
    if origin in _UNIONS:
        return [one for part in get_args(annotation) for one in kinds(part, about)]
    return [] if annotation is type(None) else [Kind(annotation, about)]


def takes_nothing(annotation: Any) -> bool:  # noqa: ANN401 - an annotation
    """Return whether a key may stand there without a value."""
    return type(None) in get_args(annotation)


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    for one in metadata:
        yield from one.metadata if isinstance(one, FieldInfo) else (one,)
