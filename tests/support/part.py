"""A part of the platform, for tests that change or break it: what they look at, and what that needs."""

from __future__ import annotations

import json

import pytest

from tools.part import part_of
from tools.paths import PLATFORM
from tools.workspace import CONFIGURATION, Workspace


def only(monkeypatch: pytest.MonkeyPatch, *kinds: str) -> None:
    """Have Terraform be given no more of the platform than the resources of these types, and what they need."""
    prepare = Workspace.prepare

    def prepare_part(workspace: Workspace) -> None:
        prepare(workspace)
        if workspace.stack == PLATFORM:
            file = workspace.directory / CONFIGURATION
            file.write_text(json.dumps(part_of(workspace.configuration(), kinds)), encoding="utf-8")

    monkeypatch.setattr(Workspace, "prepare", prepare_part)
