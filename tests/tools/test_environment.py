"""docs/environment.md lists what is read from the environment, all of it and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.paths import ROOT

PAGE = ROOT / "docs/environment.md"
#: What is made, and what is history.
LEFT_OUT = {"build", "cdktf.out", "node_modules", "package-lock.json", "CHANGELOG.md"}
KINDS = {".md", ".py", ".toml", ".yaml", ".yml", ""}
OURS = re.compile(r"MERIDIAN_[A-Z_]*[A-Z]")
ROW = re.compile(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", re.MULTILINE)
READ = re.compile(r'environ(?:\.get\(|\[)"([A-Z_]+)"')


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def files() -> Iterator[Path]:
    for top in ROOT.iterdir():
        if top.name in LEFT_OUT or (top.name.startswith(".") and top.name != ".github"):
            continue
        found = [top] if top.is_file() else top.rglob("*")
        yield from (file for file in found if file.is_file() and file.suffix in KINDS and file != PAGE)


def test_every_variable_of_the_project_is_on_the_page_and_no_other() -> None:
    used = {name for file in files() for name in OURS.findall(text_of(file))}
    assert set(OURS.findall(text_of(PAGE))) == used


@pytest.mark.parametrize(("name", "readers"), ROW.findall(text_of(PAGE)))
def test_who_is_said_to_read_a_variable_knows_its_name(name: str, readers: str) -> None:
    found = re.findall(r"`([\w/.]+)`", readers)
    assert found
    assert all(re.search(rf"\b{name}\b", text_of(ROOT / reader)) for reader in found)


def test_every_variable_that_is_read_by_name_is_on_the_page() -> None:
    # The emulator's `environ` is that of a request.
    places = [
        ROOT / "main.py",
        *(file for top in ("modules", "policies", "tools") for file in (ROOT / top).rglob("*.py")),
    ]
    read = {
        name
        for place in places
        if "runtime" not in place.parts and "emulator" not in place.parts
        for name in READ.findall(text_of(place))
    }
    page = text_of(PAGE)
    assert read
    assert [name for name in sorted(read) if f"`{name}`" not in page and name != "PATH"] == []
