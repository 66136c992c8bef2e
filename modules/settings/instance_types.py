"""The instance types of EC2 that Linux runs on: families, and the sizes that they come in.

A test compares them with botocore's list, so that new ones come with an update of botocore.

See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from modules.settings.faults import choices, nearest
from modules.settings.types import Allowed, fault

if TYPE_CHECKING:
    from collections.abc import Mapping

#: By families, their sizes; a number stands for so many ``xlarge``.
_SIZES = {
    "a1": "medium large xlarge 2 4 metal",
    "c1": "medium xlarge",
    "c3 c4 r3": "large xlarge 2 4 8",
    "c5 c5d": "large xlarge 2 4 9 12 18 24 metal",
    "c5a c5ad m5a m5ad r5a r5ad": "large xlarge 2 4 8 12 16 24",
    "c5n": "large xlarge 2 4 9 18 metal",
    "c6a m6a r6a": "large xlarge 2 4 8 12 16 24 32 48 metal",
    "c6g c6gd c7g c7gd c7gn m6g m6gd m7g m7gd r6g r6gd r7g r7gd x2gd": "medium large xlarge 2 4 8 12 16 metal",
    "c6gn": "medium large xlarge 2 4 8 12 16",
    "c6i c6id c6in i4i m6i m6id m6idn m6in r6i r6id r6idn r6in": "large xlarge 2 4 8 12 16 24 32 metal",
    "c7a m7a r7a": "medium large xlarge 2 4 8 12 16 24 32 48 metal-48xl",
    "c7i i7i i8g m7i r7i": "large xlarge 2 4 8 12 16 24 48 metal-24xl metal-48xl",
    "c7i-flex c8i-flex m7i-flex m8i-flex r8i-flex": "large xlarge 2 4 8 12 16",
    "c8a c8g c8gb c8gd c8gn m8a m8g m8gb m8gd": "medium large xlarge 2 4 8 12 16 24 48 metal-24xl metal-48xl",
    "m8gn m9g m9gd r8a r8g r8gb r8gd r8gn x8g": "medium large xlarge 2 4 8 12 16 24 48 metal-24xl metal-48xl",
    "c8i c8ib c8id c8in m8i m8ib m8id m8idb": "large xlarge 2 4 8 12 16 24 32 48 96 metal-48xl metal-96xl",
    "m8idn m8in r8i r8ib r8id r8idb r8idn r8in": "large xlarge 2 4 8 12 16 24 32 48 96 metal-48xl metal-96xl",
    "c8ine m8ine": "large xlarge 2 4 8 12",
    "c9g c9gd r9g r9gd": "medium large xlarge 2 4 8 12 16 24 48 metal-48xl",
    "cc1 cg1 gr6f hi1": "4",
    "cc2 cr1 hs1": "8",
    "d2 d3 i2": "xlarge 2 4 8",
    "d3en": "xlarge 2 4 6 8 12",
    "dl1 dl2q p3dn p4d p4de": "24",
    "f1": "2 4 16",
    "f2": "6 12 48",
    "g2": "2 8",
    "g3 hpc7g": "4 8 16",
    "g3s": "xlarge",
    "g4ad": "xlarge 2 4 8 16",
    "g4dn": "xlarge 2 4 8 12 16 metal",
    "g5 g6 g6e": "xlarge 2 4 8 12 16 24 48",
    "g5g": "xlarge 2 4 8 16 metal",
    "g6f": "large xlarge 2 4",
    "g7 g7e": "2 4 8 12 24 48",
    "gr6": "4 8",
    "h1": "2 4 8 16",
    "hpc6a p5e p5en p6-b200 p6-b300 trn2u": "48",
    "hpc6id trn1n": "32",
    "hpc7a": "12 24 48 96",
    "hpc8a": "96",
    "i3": "large xlarge 2 4 8 16 metal",
    "i3en": "large xlarge 2 3 6 12 24 metal",
    "i4g im4gn r4": "large xlarge 2 4 8 16",
    "i7ie i8ge": "large xlarge 2 3 6 12 18 24 48 metal-24xl metal-48xl",
    "inf1": "xlarge 2 6 24",
    "inf2": "xlarge 8 24 48",
    "is4gen": "medium large xlarge 2 4 8",
    "m1": "small medium large xlarge",
    "m2": "xlarge 2 4",
    "m3": "medium large xlarge 2",
    "m4": "large xlarge 2 4 10 16",
    "m5 m5d m5dn m5n r5 r5b r5d r5dn r5n": "large xlarge 2 4 8 12 16 24 metal",
    "m5zn z1d": "large xlarge 2 3 6 12 metal",
    "m8azn": "medium large xlarge 3 6 12 24 metal-12xl metal-24xl",
    "p2": "xlarge 8 16",
    "p3": "2 8 16",
    "p5": "4 48",
    "p6e-gb200": "36",
    "r7iz": "large xlarge 2 4 8 12 16 32 metal-16xl metal-32xl",
    "t1": "micro",
    "t2 t3 t3a t4g": "nano micro small medium large xlarge 2",
    "t8i": "nano micro small medium",
    "trn1": "2 32",
    "trn2": "3 48",
    "u7i-6tb u7i-8tb": "112",
    "u7i-12tb u7ib-12tb u7in-16tb u7in-24tb u7in-32tb": "224",
    "u7inh-32tb": "480",
    "u-3tb1": "56",
    "u-6tb1": "56 112 metal",
    "u-9tb1 u-12tb1 u-18tb1 u-24tb1": "112 metal",
    "vt1": "3 6 24",
    "x1": "16 32",
    "x1e": "xlarge 2 4 8 16 32",
    "x2idn": "16 24 32 metal",
    "x2iedn": "xlarge 2 4 8 16 24 32 metal",
    "x2iezn": "2 4 6 8 12 metal",
    "x8aedz": "large xlarge 3 6 12 24 metal-12xl metal-24xl",
    "x8i": "large xlarge 2 4 8 12 16 24 32 48 64 96 metal-48xl metal-96xl",
}


def sizes_by_family(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """By family, such as ``m6g``, its sizes, such as ``2xlarge``.

    Parameters
    ----------
    table
        Sizes by families, each joined by spaces; a number stands for so many ``xlarge``.
    """
    return {
        family: tuple(f"{size}xlarge" if size.isdigit() else size for size in sizes.split())
        for families, sizes in table.items()
        for family in families.split()
    }


def names_of(sizes: Mapping[str, tuple[str, ...]], *, prefix: str = "") -> tuple[str, ...]:
    """Every type or class, such as ``m6g.large``, of families and their sizes."""
    return tuple(f"{prefix}{family}.{size}" for family, its in sizes.items() for size in its)


SIZES_OF = sizes_by_family(_SIZES)

#: Where all of them are.
HERE = "modules/settings/instance_types.py"


def _instance_type(value: str) -> str:
    family, _, size = value.partition(".")
    if family not in SIZES_OF:
        allowed = f"a family and a size such as m6g.large; families: {choices(family, SIZES_OF, where=HERE)}"
        raise fault(f"not an instance type of EC2{nearest(family, SIZES_OF)}", allowed)
    if size not in SIZES_OF[family]:
        sizes = ", ".join(SIZES_OF[family])
        raise fault(f"a size that {family} does not come in{nearest(size, SIZES_OF[family])}", sizes)
    return value


InstanceType = Annotated[
    str,
    AfterValidator(_instance_type),
    Allowed(words="an instance type of EC2", values=names_of(SIZES_OF)),
]
