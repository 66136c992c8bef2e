"""Choices in the documentation: one table, and a mark beside each key."""

from __future__ import annotations

import re

from modules.settings.choice import Choice
from modules.settings.choice_table import CHOICES
from tools.paths import ROOT

MARK = "*choice*"


def lines_of(page: str, section: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.partition(f"## {section}\n")[2].partition("\n## ")[0].splitlines()


def row(choice: Choice) -> str:
    keys = ", ".join(f"`{path}`" for path in choice.paths)
    checks = ", ".join(dict.fromkeys(f"`{each.check}`" for each in choice.exemptions))
    return f"| {keys} | {choice.values} | {choice.says} | {checks} |"


def keys_in(line: str) -> list[str]:
    """The keys of a row of docs/settings.md; those that open with a dot are in the section of the one before."""
    names = re.findall(r"`([^`]+)`", line.split(" | ", maxsplit=1)[0])
    section = names[0].rpartition(".")[0]
    return [f"{section}{name}" if name.startswith(".") else name for name in names]


def test_the_page_about_the_gate_lists_the_choices() -> None:
    rows = [line for line in lines_of("policy.md", "Choices") if line.startswith("| `")]
    assert rows == [row(choice) for choice in CHOICES.values()]


def test_the_page_about_the_settings_marks_their_keys() -> None:
    rows = [line for section in ("Required", "Optional") for line in lines_of("settings.md", section)]
    marked = {key: line for line in rows if MARK in line and line.startswith("| `") for key in keys_in(line)}
    paths = {path for choice in CHOICES.values() for path in choice.paths}
    assert paths - marked.keys() == set()
    for line in set(marked.values()):
        assert paths & set(keys_in(line)), line
        assert "policy.md" not in line
