"""docs/proof.md has every promise, and names nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from tools.prove.steps import STEPS

PAGE = Path("docs/proof.md")


def text(root: Path) -> str:
    return (root / PAGE).read_text()


def untried(root: Path) -> str:
    return text(root).split("## What was never tried on AWS")[1].split("\n## ")[0]


def test_every_test_file_that_the_page_names_exists(root: Path) -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text(root)))
    assert len(named) > 30
    assert {one for one in named if not (root / one).is_file()} == set()


def test_every_page_of_the_docs_has_a_row(root: Path) -> None:
    pages = {page.name for page in (root / "docs").glob("*.md")} - {PAGE.name}
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", text(root)))
    assert pages - linked == set()


def test_every_area_of_the_readme_has_a_row(root: Path) -> None:
    table = (root / "README.md").read_text().split("| Area |")[1].split("\n\n")[0]
    areas = {line.split("|")[1].strip() for line in table.splitlines()[2:]}
    assert areas
    assert {area for area in areas if f"README: **{area}**" not in text(root)} == set()


def test_every_step_is_a_row_in_its_order_and_every_row_is_a_step(root: Path) -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|.*\| (\d+) min \|", untried(root), re.MULTILINE)
    assert rows == [(step.name, str(step.minutes)) for step in STEPS]


def test_the_steps_that_promises_name_are_steps(root: Path) -> None:
    promises = text(root).split("## Promises")[1].split("\n## ")[0]
    named = {one for line in promises.splitlines() for one in re.findall(r"`([a-z-]+)`", line.rpartition("| ")[2])}
    names = {step.name for step in STEPS}
    assert named <= names
    assert names - named == set()


def test_the_page_says_that_nothing_was_applied_to_aws(root: Path) -> None:
    assert "never applied to AWS" in text(root)
