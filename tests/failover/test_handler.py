"""The functions as Lambda runs them: from their zip file, with nothing of this project beside them."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from modules.areas.failover.code import PACKAGE, RUNTIME
from modules.blocks.functions.archive import package, write_archive
from tests.failover.aws import platform

#: What Lambda does, with a client that knows no AWS: every region is dark.
PROGRAM = """
import json, os, sys, types
sys.path.insert(0, sys.argv[1])
os.environ["AWS_REGION"] = "us-west-2"
from failover import clients, handler
class Dark:
    def __init__(self, near): pass
    def ask(self, *arguments, **more): raise clients.DarkError("dark")
handler.Clients = Dark
context = types.SimpleNamespace(invoked_function_arn="arn:aws:lambda:us-west-2:123456789012:function:x")
print(json.dumps(getattr(handler, sys.argv[2])(json.loads(sys.argv[3]), context)))
"""
REQUEST = {"id": "a", "origin": "us-east-1", "target": "us-west-2"}


@pytest.fixture
def unzipped(tmp_path: Path) -> Path:
    names = tmp_path / "platform.json"
    names.write_text(platform().dump(), encoding="utf-8")
    bundle = tmp_path / "failover.zip"
    write_archive(bundle, [*package(PACKAGE, RUNTIME), (f"{PACKAGE}/platform.json", names)])
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "task")
    return tmp_path / "task"


def run(unzipped: Path, entry: str, event: dict[str, object]) -> dict[str, object]:
    command = [sys.executable, "-c", PROGRAM, str(unzipped), entry, json.dumps(event)]
    # From elsewhere, so that nothing but the zip file's content is found.
    answer = subprocess.run(command, cwd=unzipped, capture_output=True, text=True, check=True)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


@pytest.mark.parametrize("entry", ["look", "act"])
def test_a_step_is_answered(unzipped: Path, entry: str) -> None:
    answer = run(unzipped, entry, REQUEST)
    assert answer["state"] == "refused"
    assert "the journal of us-east-1 is in us-west-2, which does not answer" in str(answer["why"])


def test_a_keeper_whose_region_is_dark_ends_in_peace(unzipped: Path) -> None:
    """The next minute tries again; an error would put an event of the past into the dead-letter queue."""
    assert run(unzipped, "act", {"keep": True}) == {"why": "dark"}
