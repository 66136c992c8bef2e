"""How many connections a database allows."""

from __future__ import annotations

#: GiB of memory of the size ``large``, by what a family opens with, the longest first; each larger size is a multiple.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
MEMORY_GIB = {"x2iedn": 64, "x2": 32, "r": 16, "m": 8, "t": 8}
SMALLER = {"micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1.0, "xlarge": 2.0}
#: What RDS sets ``max_connections`` of PostgreSQL to, unless a parameter group does.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
BYTES_OF_ONE, MOST = 9_531_392, 5000
#: The operating system and RDS use some of the memory, so the real maximum is lower. An alarm must leave time to act.
NEARLY = 0.75


def max_connections(instance_class: str) -> int:
    """Maximum connections of PostgreSQL on an instance of this class, by its whole memory.

    Parameters
    ----------
    instance_class
        An instance class that the settings allow, such as ``db.m7g.large``.
    """
    family, _, size = instance_class.removeprefix("db.").partition(".")
    large = next(gib for start, gib in MEMORY_GIB.items() if family.startswith(start))
    times = SMALLER.get(size) or 2.0 * int(size.removesuffix("xlarge"))
    return min(int(large * times * 1024**3) // BYTES_OF_ONE, MOST)


def nearly_all(instance_class: str) -> int:
    """Connections above which an instance of this class is near its maximum."""
    return int(max_connections(instance_class) * NEARLY)
