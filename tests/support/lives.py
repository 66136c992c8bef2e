"""A platform that stands on an emulator."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.backend import GivenBackend
from tests.support.region_sets import write_settings
from tools.emulator import Emulator
from tools.local import LocalPlatform
from tools.target import Target

#: The region of the platform of one region.
SMALL = "eu-west-1"
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MERIDIAN_", "TF_VAR_"))}
# What a team has in `extensions` is not what the tests are about.
CLEAN["MERIDIAN_EXTENSIONS"] = ""
# As the tools set it on the emulator; some lives run them as on an account, or run Terraform without them.
CLEAN.setdefault("GOGC", "400")


@dataclass(frozen=True)
class Applied:
    """A platform that stands on an emulator."""

    life: LocalPlatform
    emulator: Emulator
    target: Target

    @property
    def settings(self) -> Path:
        return self.life.paths.settings

    @property
    def build(self) -> Path:
        return self.life.paths.build

    def client(self, service: str, region: str) -> Any:
        return self.emulator.client(service, region)


def new_life(folder: Path, settings: dict[str, Any], *, backend: bool = True) -> LocalPlatform:
    """A platform that makes its state backend, or is given one, where the backend is not what a life is about."""
    path = write_settings(folder, settings)
    kind = LocalPlatform if backend else GivenBackend
    return kind(settings=path, build=folder / "build" / "local", out=folder / "cdktf.out", environ=CLEAN)
