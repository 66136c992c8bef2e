"""Synthesized stacks, made once a session for each settings, by whichever of its processes asks first."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cdktf import App

from modules.app import STACKS, build
from modules.areas.state.stack import StateBackendStack
from modules.settings import load_settings
from tests.support.region_sets import settings_of, write_settings
from tests.support.session import SESSION_FOLDER


@dataclass(frozen=True)
class Block:
    """A resource or data source of a stack."""

    address: str
    body: dict[str, Any]

    @property
    def region(self) -> str:
        return str(self.body.get("provider", "")).partition(".")[2]

    @property
    def name_tag(self) -> str:
        return str(self.body["tags"]["Name"])


@dataclass(frozen=True)
class Stack:
    """The JSON of one stack."""

    json: dict[str, Any]

    def resources(self, kind: str, region: str | None = None) -> list[Block]:
        """Resources of a type, those of one region if it is named."""
        return [block for block in self._blocks("resource", kind) if region in (None, block.region)]

    def all_resources(self) -> list[Block]:
        return [block for kind in self.json["resource"] for block in self.resources(kind)]

    def data(self, kind: str) -> list[Block]:
        return self._blocks("data", kind)

    def at(self, reference: str) -> Block:
        """What a reference such as ``${aws_vpc.x.id}`` refers to."""
        address = reference.removeprefix("${").removesuffix("}").rpartition(".")[0]
        category = "data" if address.startswith("data.") else "resource"
        kind, name = address.removeprefix("data.").split(".")
        return Block(address, self.json[category][kind][name])

    def _blocks(self, category: str, kind: str) -> list[Block]:
        found = self.json.get(category, {}).get(kind, {})
        prefix = "data." if category == "data" else ""
        return [Block(f"{prefix}{kind}.{name}", body) for name, body in found.items()]


BACKEND = "state-backend"


@cache
def stacks(*regions: str, more: str = "{}", only_backend: bool = False) -> dict[str, Stack]:
    """The stacks for these regions; ``more`` are further settings as JSON."""
    folder = folder_of(*regions, more=more, only_backend=only_backend)
    names = (BACKEND,) if only_backend else STACKS
    return {name: Stack(json.loads((folder / name / "cdk.tf.json").read_text())) for name in names}


def folder_of(*regions: str, more: str = "{}", only_backend: bool = False) -> Path:
    """Where the folders of these stacks are; they are as they were synthesized, and not to be changed."""
    return made_of(settings_of(*regions, **json.loads(more)), only_backend=only_backend)


def made_of(content: dict[str, Any], *, only_backend: bool = False) -> Path:
    """Where the folders of the stacks of these settings are."""
    folder = Path(os.environ[SESSION_FOLDER]) / sha256(repr((content, only_backend)).encode()).hexdigest()[:16]
    folder.mkdir(exist_ok=True)
    made = folder / "made"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            settings = load_settings(write_settings(folder, content), {})
            if only_backend:
                app = App(outdir=str(folder / "out"))
                StateBackendStack(app, BACKEND, settings=settings)
            else:
                app = build(settings, outdir=folder / "out")
            app.synth()
            made.touch()
    return folder / "out" / "stacks"


def platform(*regions: str, **more: Any) -> Stack:
    return stacks(*regions, more=json.dumps(more))["platform"]


def state_backend(*regions: str, **more: Any) -> Stack:
    """The other stack, without a platform beside it, which takes most of the time."""
    return stacks(*regions, more=json.dumps(more), only_backend=True)[BACKEND]
