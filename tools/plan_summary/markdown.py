"""Text in GitHub Flavored Markdown that stays text, whatever it holds, and pages that stay below a length.

Names and values are code spans: in them nothing is read as Markdown, HTML, a link, a reference to an issue or the name
of a person to notify. https://github.github.com/gfm/#code-spans
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

#: What GitHub takes as a comment: https://github.com/orgs/community/discussions/41331
MOST_CHARACTERS = 65_535
LONGEST_NAME = 300


def code(text: object) -> str:
    """Return a text as a code span of one line.

    Line breaks are spaces, control characters and marks that change the direction of writing are replaced, a text of
    more than 300 characters is cut, and vertical lines, which end a cell of a table, are broken ones.
    """
    line = " ".join(str(text).split()).replace("|", "¦")
    line = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(each) in _HIDDEN else each for each in line)
    if len(line) > LONGEST_NAME:
        line = f"{line[:LONGEST_NAME]}…"
    if not line:
        return "(nothing)"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence}{line}{fence}" if "`" not in line else f"{fence} {line} {fence}"


_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs"})


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a table whose first two columns are texts, and whose others are numbers."""
    rule = ["---" if number < 2 else "---:" for number in range(len(head))]  # noqa: PLR2004
    return [_row(head), _row(rule), *map(_row, rows)]


def cut(lines: Sequence[str], *, ending: str, most: int = MOST_CHARACTERS) -> str:
    """Return lines as one text of at most so many characters.

    Parameters
    ----------
    lines : sequence of str
        The lines. Those that open and close `<details>` stand alone.
    ending : str
        The last line where lines are left out; `{lines}` in it stands for how many.
    most : int
        The limit. By default that of a comment on GitHub.
    """
    whole = "\n".join(lines) + "\n"
    if len(whole) <= most:
        return whole
    closed, said = "\n</details>", ending.format(lines=len(lines))
    room = most - len(closed) - len(said) - len("\n\n\n")
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    # What stands within `<details>` would hide what follows.
    opened = sum(line.startswith("<details>") for line in kept) > kept.count("</details>")
    said = ending.format(lines=len(lines) - len(kept))
    return "\n".join([*kept, *([closed] if opened else []), "", said]) + "\n"


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
