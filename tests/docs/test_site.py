"""`make docs`: the site is made without a warning, from the pages alone, and asks nobody for anything."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.paths import ROOT

PYTHON = ROOT / ".venv-docs/bin/python"
#: What a browser fetches by itself, and not when somebody follows a link.
FETCHED = re.compile(r"<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"|url\(([^)]+)\)|@import")


def build(pages: Path, *, to: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    assert PYTHON.exists(), "there is no environment with Sphinx: make .venv-docs/.ready"
    options = ["--quiet", "--fail-on-warning", "--builder", "html", "--doctree-dir", str(to / "doctrees")]
    arguments = [str(PYTHON), "-m", "sphinx", *options, str(pages), str(to / "html")]
    environ |= {"PATH": "", "LANG": "C.UTF-8"}
    return subprocess.run(arguments, capture_output=True, text=True, check=False, env=environ)


def few(root: Path, *, text: str) -> Path:
    """Return a folder with the configuration of the site, and an index of this text."""
    folder = root / "docs"
    folder.mkdir()
    shutil.copy(ROOT / "docs/conf.py", folder)
    shutil.copytree(ROOT / "docs/site", folder / "site")
    (folder / "index.md").write_text(text)
    (folder / "other.md").write_text("# Other\n\n## Here\n")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    ended = build(ROOT / "docs", to=folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    return folder / "html"


@pytest.mark.slow
def test_every_page_is_on_the_site_and_in_its_contents(site: Path) -> None:
    pages = {page.relative_to(ROOT / "docs").with_suffix("").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    contents = (site / "index.html").read_text().partition('<div class="sidebar-tree">')[2].partition("</div>")[0]
    assert set(re.findall(r'href="([\w/-]+)\.html"', contents)) == pages - {"index"}
    assert all((site / f"{page}.html").is_file() for page in pages)


@pytest.mark.slow
def test_a_browser_fetches_nothing_from_elsewhere(site: Path) -> None:
    files = [file for kind in ("*.html", "*.css") for file in site.rglob(kind)]
    assert len(files) > 30
    fetched = {
        address.strip("\"'")
        for file in files
        for found in FETCHED.finditer(file.read_text(encoding="utf-8"))
        for address in found.groups(default="")
        if address
    }
    assert fetched
    assert [one for one in fetched if re.match(r"(?:https?:)?//", one)] == []


@pytest.mark.slow
@pytest.mark.parametrize("link", ["missing.md", "other.md#missing", "../missing.yaml"])
def test_a_dead_link_is_an_error(tmp_path: Path, link: str) -> None:
    pages = few(tmp_path, text=f"# Index\n\n[one]({link})\n")
    ended = build(pages, to=tmp_path)
    assert ended.returncode == 1
    assert link.removeprefix("../").partition("#")[2 if "#" in link else 0] in ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, "../../../config.yaml"),
        ({"DOCS_SOURCE": "https://example.com/blob/main/"}, "https://example.com/blob/main/config.yaml"),
    ],
    ids=["working copy", "published"],
)
def test_files_of_the_repository_are_found_and_pages_that_the_index_does_not_name_are_under_more(
    tmp_path: Path, environ: dict[str, str], address: str
) -> None:
    (tmp_path / "config.yaml").touch()
    pages = few(tmp_path, text="# Index\n\n[file](../config.yaml)\n\n## Part\n\nNo page.\n")
    assert build(pages, to=tmp_path, **environ).stderr == ""
    html = (tmp_path / "html/index.html").read_text()
    assert '<span class="caption-text">More</span>' in html
    assert f'href="{address}"' in html
