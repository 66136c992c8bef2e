"""Versions of PostgreSQL that RDS supports, and the instance classes that run it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from modules.settings.types import fault, matching

#: Major versions in standard support, and the families of instance classes for PostgreSQL.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
VERSIONS = ("14", "15", "16", "17", "18")
FAMILIES = (
    *("t3", "t4g", "m5", "m5d", "m6g", "m6gd", "m6i", "m6id", "m6idn", "m6in", "m7g", "m7i", "m8g"),
    *("r5", "r5b", "r5d", "r6g", "r6gd", "r6i", "r6id", "r6idn", "r6in", "r7g", "r7i", "r8g"),
    *("x2g", "x2idn", "x2iedn"),
)
SIZES = r"(micro|small|medium|large|xlarge|[1-9]\d?xlarge)"
BURSTABLE = ("t3", "t4g")
BURSTABLE_SIZES = ("micro", "small", "medium", "large", "xlarge", "2xlarge")


def _class(value: str) -> str:
    family, _, size = value.removeprefix("db.").partition(".")
    if family in BURSTABLE and size not in BURSTABLE_SIZES:
        raise fault("a size that the class does not come in", f"db.{family}.SIZE of {', '.join(BURSTABLE_SIZES)}")
    if family not in BURSTABLE and size in {"micro", "small", "medium"}:
        raise fault("a size that the class does not come in", f"db.{family}.large or larger")
    return value


EngineVersion = Annotated[
    str,
    matching(
        rf"({'|'.join(VERSIONS)})(\.\d{{1,2}})?",
        problem="not a version of PostgreSQL that RDS supports",
        allowed=f"{', '.join(VERSIONS)}, or a minor version of one, such as 17.5",
    ),
]
InstanceClass = Annotated[
    str,
    matching(
        rf"db\.({'|'.join(FAMILIES)})\.{SIZES}",
        problem="not an instance class for PostgreSQL",
        allowed=f"db.FAMILY.SIZE of {', '.join(FAMILIES)}, such as db.m7g.large",
    ),
    AfterValidator(_class),
]


def engine_version(text: str) -> tuple[int, int | None]:
    """Major and minor version of ``text``; the minor one is ``None`` if RDS chooses it."""
    major, _, minor = text.partition(".")
    return int(major), int(minor) if minor else None
