"""Makes a site of the pages in this folder: `make docs`.

The pages are plain Markdown, which a repository shows as it is. What a site needs besides is made here:

- The contents at the side: each section of `index.md` whose items are links is a part of it, in that order. A page that
  the index does not name is under "More".
- Titles of pages, where the text of a link is the name of a file.
- Links to files of the repository (`../config/prod.yaml`). They lead to the files of this working copy, or below
  `DOCS_SOURCE`, the address under which a site that is published finds them.

https://www.sphinx-doc.org/en/master/usage/configuration.html
https://myst-parser.readthedocs.io/en/latest/configuration.html
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

DOCS = Path(__file__).parent
#: From a page in build/docs/html to the working copy.
WORKING_COPY = "../../../"
SECTION = re.compile(r"^## (.+)\n((?:.+\n|\n(?!## ))*)", re.MULTILINE)
ITEM = re.compile(r"^- \[.+?\]\(([\w/-]+)\.md\)", re.MULTILINE)
FILE_NAME = re.compile(r"\[([\w-]+)\.md\](?=\(((?:\.\./|[\w-]+/)*)\1\.md)")

project = "Meridian"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
html_static_path = ["site"]
html_css_files = ["tables.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
myst_heading_anchors = 4
myst_url_schemes = {
    "http": None,
    "https": None,
    "repository": os.environ.get("DOCS_SOURCE", WORKING_COPY).rstrip("/") + "/{{path}}",
}


def contents(index: str) -> Iterator[str]:
    """Return a hidden table of contents for each section of the index, and one for the pages that it does not name."""
    left = sorted({page.relative_to(DOCS).with_suffix("").as_posix() for page in DOCS.rglob("*.md")} - {"index"})
    sections = [(title, ITEM.findall(body)) for title, body in SECTION.findall(index)]
    named = {name for _, names in sections for name in names}
    for title, names in [*sections, ("More", [name for name in left if name not in named])]:
        if entries := [name for name in dict.fromkeys(names) if name in left]:
            left = [name for name in left if name not in entries]
            yield "\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *entries, "```", ""])


def read(_app: Sphinx, page: str, text: list[str]) -> None:
    """Change what is read of a page, before MyST parses it."""
    folder = (DOCS / page).parent
    # From a page in a folder of docs/ there are two steps up to the repository.
    up = "../" * (page.count("/") + 1)
    repository_link = re.compile(rf"\]\({re.escape(up)}([^)#\s]+)")

    def title(found: re.Match[str]) -> str:
        """Return the title of the page that a link has the file name of, as the text of the link."""
        target = folder / found[2] / f"{found[1]}.md"
        if not target.exists():
            return found[0]
        return f"[{target.read_text(encoding='utf-8').splitlines()[0].removeprefix('# ')}]"

    for path in repository_link.findall(text[0]):
        if not (DOCS.parent / path).exists():
            logging.getLogger(__name__).warning("no such file in the repository: %s", path, location=page)
    text[0] = FILE_NAME.sub(title, repository_link.sub(r"](repository:\1", text[0]))
    if page == "index":
        text[0] += "\n" + "\n".join(contents(text[0]))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("source-read", read)
