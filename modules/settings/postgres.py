"""Versions of PostgreSQL that RDS supports, and the instance classes that run it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from modules.settings.faults import nearest
from modules.settings.instance_types import names_of, sizes_by_family
from modules.settings.types import Allowed, fault, matching

#: Major versions in standard support, with the first minor version that RDS had and the newest that is known.
#: https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
MINOR_VERSIONS = {"14": (1, 24), "15": (2, 19), "16": (1, 15), "17": (1, 11), "18": (1, 6)}
VERSIONS = tuple(MINOR_VERSIONS)
#: PostgreSQL publishes four a year: those of the year after are taken too, and ``make preflight`` asks RDS.
LATER = 4
#: Families of instance classes for PostgreSQL, and the sizes that they come in; a number stands for so many ``xlarge``.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
_SIZES = {
    "t3 t4g": "micro small medium large xlarge 2",
    "m5 m5d r5 r5b r5d": "large xlarge 2 4 8 12 16 24",
    "m6g m6gd m7g r6g r6gd r7g x2g": "large xlarge 2 4 8 12 16",
    "m6i m6id m6idn m6in r6i r6id r6idn r6in": "large xlarge 2 4 8 12 16 24 32",
    "m7i m8a m8g m8gd m9g r7i r8a r8g r8gd": "large xlarge 2 4 8 12 16 24 48",
    "x2idn": "16 24 32",
    "x2iedn": "xlarge 2 4 8 16 24 32",
}
SIZES_OF = sizes_by_family(_SIZES)


def _version(value: str) -> str:
    major, minor = engine_version(value)
    first, newest = MINOR_VERSIONS[str(major)]
    if minor is not None and not first <= minor <= newest + LATER:
        raise fault(f"no minor version of PostgreSQL {major}", f"{major}, or {major}.{first} to {major}.{newest}")
    return value


def _class(value: str) -> str:
    family, _, size = value.removeprefix("db.").partition(".")
    if not value.startswith("db.") or family not in SIZES_OF:
        allowed = f"db.FAMILY.SIZE of {', '.join(SIZES_OF)}, such as db.m7g.large"
        raise fault(f"not an instance class for PostgreSQL{nearest(family, SIZES_OF)}", allowed)
    if size not in SIZES_OF[family]:
        sizes = ", ".join(SIZES_OF[family])
        raise fault(
            f"a size that the class does not come in{nearest(size, SIZES_OF[family])}", f"db.{family}.SIZE of {sizes}"
        )
    return value


EngineVersion = Annotated[
    str,
    matching(
        rf"({'|'.join(VERSIONS)})(\.\d{{1,2}})?",
        problem="not a version of PostgreSQL that RDS supports",
        allowed=f"{', '.join(VERSIONS)}, or a minor version of one, such as 17.5",
    ),
    AfterValidator(_version),
]
InstanceClass = Annotated[
    str,
    AfterValidator(_class),
    Allowed(words="an instance class of RDS for PostgreSQL", values=names_of(SIZES_OF, prefix="db.")),
]


def engine_version(text: str) -> tuple[int, int | None]:
    """Major and minor version of ``text``; the minor one is ``None`` if RDS chooses it."""
    major, _, minor = text.partition(".")
    return int(major), int(minor) if minor else None
