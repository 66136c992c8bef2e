"""The controls, as the YAML files beside this one have them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
#: By file, the heading on the page.
AREAS = {
    "account": "Account, identity, keys",
    "audit": "Logs, alarms, findings",
    "network": "Networks, names, load balancers",
    "compute": "Instances, functions",
    "data": "Buckets, databases, secrets, backups",
}
HELD, YOURS, OPEN, NOT_APPLICABLE = "held", "yours", "open", "not applicable"
STATUSES = (HELD, YOURS, OPEN, NOT_APPLICABLE)


@dataclass(frozen=True, kw_only=True)
class Control:
    """What a benchmark wants, and how it is held.

    Parameters
    ----------
    area : str
        The file that it is in.
    wants : str
        What it wants, in our words.
    status : str
        `held`; `yours`: only the owner of the account can do it; `open`: not held, for the reason in the note;
        `not applicable`.
    id : str
        The control of Security Hub; several where one row is enough. None for what Security Hub does not check.
    cis : str
        Number in the CIS AWS Foundations Benchmark v3.0.0. None by default.
    fsbp : bool
        Whether it is in AWS Foundational Security Best Practices, as by default.
    made : mapping
        Resource types of the output, or arguments of them with dots, and the value of the argument in every resource
        of the type; without a value it only has one.
    absent : tuple of str
        Types, or arguments, that the output does not have.
    gate, config, tests, alarms : tuple of str
        What holds it: checks of the gate, rules of `modules/settings/managed_rules.py`, files below `tests` without
        `.py`, alarms by the part of their name between suffix and region.
    settings : tuple of str
        Keys on which it depends.
    note : str
        What else a reader has to know.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
    """

    area: str
    wants: str
    status: str
    id: str = ""
    cis: str = ""
    fsbp: bool = True
    made: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    gate: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    note: str = ""

    @property
    def ids(self) -> list[str]:
        """The controls of Security Hub, each by itself."""
        return self.id.split(", ") if self.id else []

    @property
    def name(self) -> str:
        """What it is called where only one name fits."""
        return self.id or f"CIS {self.cis}"

    @property
    def types(self) -> list[str]:
        """The resource types that it is about, each once."""
        return list(dict.fromkeys(path.partition(".")[0] for path in self.made))


def controls() -> list[Control]:
    """Return all controls, in the order of the page."""
    return [control for area in AREAS for control in _of(area)]


def values(resources: Mapping[str, Mapping[str, Any]], path: str) -> Iterator[object]:
    """Return what every resource of a type has at a path such as `aws_lb.access_logs.enabled`.

    Parameters
    ----------
    resources : mapping
        The resources of the output, by type and name.
    path : str
        The type, and after it the argument. A list stands for each of its items. Where there is nothing, it is None;
        without an argument it is the resource.
    """
    kind, *keys = path.split(".")
    for resource in resources.get(kind, {}).values():
        yield from _below(resource, keys)


def _of(area: str) -> Iterator[Control]:
    rows: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"{area}.yaml").read_text(encoding="utf-8"))
    for row in rows:
        arguments: dict[str, Any] = {key: tuple(it) if isinstance(it, list) else it for key, it in row.items()}
        yield Control(area=area, **arguments)


def _below(value: object, keys: list[str]) -> Iterator[object]:
    if isinstance(value, list) and keys:
        for item in value:
            yield from _below(item, keys)
    elif not keys:
        yield value
    else:
        yield from _below(value.get(keys[0]) if isinstance(value, dict) else None, keys[1:])
