"""Choices in the documentation: one table, and a mark beside each key."""

from __future__ import annotations

from modules.settings.choice import Choice
from modules.settings.choice_table import CHOICES
from tools.paths import ROOT

MARK = "- **Gate:** [choice](policy.md#choices)"


def lines_of(page: str, section: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.partition(f"## {section}\n")[2].partition("\n## ")[0].splitlines()


def row(choice: Choice) -> str:
    keys = ", ".join(f"`{path}`" for path in choice.paths)
    checks = ", ".join(dict.fromkeys(f"`{each.check}`" for each in choice.exemptions))
    return f"| {keys} | {choice.values} | {choice.says} | {checks} |"


def test_the_page_about_the_gate_lists_the_choices() -> None:
    rows = [line for line in lines_of("policy.md", "Choices") if line.startswith("| `")]
    assert rows == [row(choice) for choice in CHOICES.values()]


def test_the_page_about_the_settings_marks_their_keys() -> None:
    entries = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").split("\n### `")[1:]
    marked = {entry.partition("`")[0]: entry for entry in entries if MARK in entry}
    assert marked.keys() == {path for choice in CHOICES.values() for path in choice.paths}
    for choice in CHOICES.values():
        assert all(choice.says in marked[path] for path in choice.paths)
