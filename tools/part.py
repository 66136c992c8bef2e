"""A part of the platform: some of its types, and all that these refer to."""

import json
import re
from collections.abc import Iterable
from typing import Any

_ADDRESS = re.compile(r"(?:data\.|ephemeral\.)?[a-z][a-z0-9_]*\.[A-Za-z0-9_-]+")
_SECTIONS = {"resource": "", "data": "data.", "ephemeral": "ephemeral."}
#: What speaks of the whole platform.
_LEFT_OUT = ("check", "output", "locals")


def part_of(configuration: dict[str, Any], kinds: Iterable[str]) -> dict[str, Any]:
    """Return a stack's JSON with some types, such as `aws_vpc` or `data.aws_vpc`, and all that these refer to."""
    kinds = set(kinds)
    return part_with(configuration, (each for each in blocks(configuration) if each.rpartition(".")[0] in kinds))


def part_with(configuration: dict[str, Any], addresses: Iterable[str]) -> dict[str, Any]:
    """Return a stack's JSON with the blocks of some addresses, and all that these refer to."""
    known = blocks(configuration)
    wanted = [*addresses]
    kept: set[str] = set()
    while wanted:
        address = wanted.pop()
        if address not in kept and address in known:
            kept.add(address)
            wanted += references(known[address])
    part = {name: value for name, value in configuration.items() if name not in {*_SECTIONS, *_LEFT_OUT}}
    for section, prefix in _SECTIONS.items():
        for kind, named in configuration.get(section, {}).items():
            for name, body in named.items():
                if f"{prefix}{kind}.{name}" in kept:
                    part.setdefault(section, {}).setdefault(kind, {})[name] = body
    values = configuration.get("locals", {})
    return part | {"locals": {name: value for name, value in values.items() if f"local.{name}" in kept}}


def blocks(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return the bodies of resources, data sources and ephemeral resources, and the local values, by address."""
    found = {
        f"{prefix}{kind}.{name}": body
        for section, prefix in _SECTIONS.items()
        for kind, named in configuration.get(section, {}).items()
        for name, body in named.items()
    }
    return found | {f"local.{name}": value for name, value in configuration.get("locals", {}).items()}


def references(body: object) -> list[str]:
    """Return the addresses that a block names."""
    return _ADDRESS.findall(json.dumps(body))
