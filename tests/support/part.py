"""A part of the platform, for tests that change or break it: what they look at, and what that needs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

from tools.paths import PLATFORM
from tools.workspace import CONFIGURATION, Workspace

_ADDRESS = re.compile(r"(?:data\.|ephemeral\.)?[a-z][a-z0-9_]*\.[A-Za-z0-9_-]+")
_SECTIONS = {"resource": "", "data": "data.", "ephemeral": "ephemeral."}
#: What speaks of the whole platform.
_LEFT_OUT = ("check", "output")


def part_of(configuration: dict[str, Any], kinds: Iterable[str]) -> dict[str, Any]:
    """Return a stack's JSON with what is of some types, such as `aws_vpc` or `data.aws_vpc`, and all it refers to."""
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


def only(monkeypatch: pytest.MonkeyPatch, *kinds: str) -> None:
    """Have Terraform be given no more of the platform than the resources of these types, and what they need."""
    prepare = Workspace.prepare

    def prepare_part(workspace: Workspace) -> None:
        prepare(workspace)
        if workspace.stack == PLATFORM:
            file = workspace.directory / CONFIGURATION
            file.write_text(json.dumps(part_of(workspace.configuration(), kinds)), encoding="utf-8")

    monkeypatch.setattr(Workspace, "prepare", prepare_part)
