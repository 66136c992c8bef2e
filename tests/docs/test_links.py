"""Every link of the pages leads somewhere, in the repository as well as on the site, and lists of pages are whole."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.paths import ROOT

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "extensions/README.md"])
CODE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
ELSEWHERE = re.compile(r"https://[\w.-]+/")


def links(page: Path) -> Iterator[str]:
    yield from LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """Anchors as GitHub and MyST make them: of each heading, with a number where one comes again."""
    text = re.sub(r"^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    seen: Counter[str] = Counter()
    found = set()
    for heading in HEADING.findall(text):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[(.+?)\]\(.+?\)", r"\1", heading).lower()).strip().replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    dead = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        # A link to a whole site ends with its name; all others are https with a path.
        if link.startswith("https://"):
            if not ELSEWHERE.match(link + "/"):
                dead.append(link)
        elif not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_the_index_names_every_page() -> None:
    named = {link.partition("#")[0] for link in links(ROOT / "docs/index.md")}
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    assert pages - named == {"index.md"}


def test_every_page_with_known_limits_is_in_the_list_of_limits() -> None:
    pages = {page.name for page in (ROOT / "docs").glob("*.md") if "nown limit" in page.read_text(encoding="utf-8")}
    listed = {link.partition("#")[0] for link in links(ROOT / "docs/limits.md")}
    assert pages - listed == {"index.md", "limits.md", "security.md"}
