"""A part of the platform: some of its types, and all that these refer to."""

import json
import re
from collections.abc import Iterable
from typing import Any

_ADDRESS = re.compile(r"(?:data\.|ephemeral\.)?[a-z][a-z0-9_]*\.[A-Za-z0-9_-]+")
_SECTIONS = {"resource": "", "data": "data.", "ephemeral": "ephemeral."}
#: What speaks of the whole platform.
_LEFT_OUT = ("check", "output")


def part_of(configuration: dict[str, Any], kinds: Iterable[str]) -> dict[str, Any]:
    """Return a stack's JSON with some types, such as `aws_vpc` or `data.aws_vpc`, and all that these refer to."""
    blocks = {
        f"{prefix}{kind}.{name}": (section, kind, name, body)
        for section, prefix in _SECTIONS.items()
        for kind, named in configuration.get(section, {}).items()
        for name, body in named.items()
    }
    values = {f"local.{name}": value for name, value in configuration.get("locals", {}).items()}
    wanted = [address for address in blocks if address.rpartition(".")[0] in kinds]
    kept: set[str] = set()
    while wanted:
        address = wanted.pop()
        if address not in kept and address in blocks | values:
            kept.add(address)
            body = values[address] if address in values else blocks[address][-1]
            wanted += _ADDRESS.findall(json.dumps(body))
    part = {name: value for name, value in configuration.items() if name not in {*_SECTIONS, *_LEFT_OUT, "locals"}}
    for address in sorted(kept & blocks.keys()):
        section, kind, name, body = blocks[address]
        part.setdefault(section, {}).setdefault(kind, {})[name] = body
    return part | {"locals": {address.removeprefix("local."): values[address] for address in kept & values.keys()}}
