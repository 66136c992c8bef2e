"""The table of docs/changes.md."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from policies.losses import LOSSES, SETTING
from tools.changes.effect import Effect
from tools.changes.table import Row, rows, tried
from tools.numbers import replaced
from tools.paths import ROOT

PAGE = ROOT / "docs" / "changes.md"
#: Types that a row names; of an update, the attributes of one type that it names.
MOST_TYPES, MOST_ATTRIBUTES = 5, 4
LONGEST_VALUE = 44
WORDS = {"replace": "replaces", "delete": "removes", "create": "adds", "update": "in place:"}
#: Verdicts.
REPLACES, ADDS, REMOVES, BOTH = "replacement", "adds", "removes", "adds and removes"
#: What Auto Scaling does with a new launch template.
REFRESHED = "aws_launch_template"


def page() -> str:
    """Return docs/changes.md with the table that the files of this folder say."""
    return replaced(PAGE.read_text(encoding="utf-8"), "changes", table(rows(), tried()))


def write() -> None:
    """Write docs/changes.md anew."""
    PAGE.write_text(page(), encoding="utf-8")


def table(stated: Mapping[str, Row], found: Mapping[str, Iterable[Effect]]) -> str:
    """Return the table as Markdown.

    Parameters
    ----------
    stated : mapping
        The rows, by key.
    found : mapping
        What each did, by key.
    """
    lines = ["| Key | Changed to | Verdict | What Terraform does | And AWS |", "|---|---|---|---|---|"]
    for key, row in stated.items():
        effects = [each for each in found[key] if each.action != "follow"]
        cells = (f"`{key}`", _value(row.to), verdict(effects), does(effects), "; ".join(notes(row, effects)))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def verdict(effects: Iterable[Effect]) -> str:
    """Return what a change is, in words: the worst of what it does."""
    effects = list(effects)
    actions = {each.action for each in effects}
    if "refuse" in actions:
        terraform = any(each.kind == "terraform" for each in effects)
        return "**refused** by Terraform" if terraform else "**refused** when the settings are read"
    if "leave" in actions:
        return "**another platform**"
    if any(map(_is_lost, effects)):
        return "**refused** unless named"
    if "replace" in actions:
        return REPLACES
    if actions >= {"create", "delete"}:
        return BOTH
    names = {"create": ADDS, "delete": REMOVES, "update": "in place"}
    return next((word for action, word in names.items() if action in actions), "nothing")


def _is_lost(effect: Effect) -> bool:
    """Return whether a plan with an effect is refused; a database that nothing forces to go, the settings rebuild."""
    rebuilt = effect.kind == "aws_db_instance" and not effect.attributes
    return effect.kind in LOSSES and (effect.action == "delete" or (effect.action == "replace" and not rebuilt))


def _value(value: Any) -> str:  # noqa: ANN401 - whatever the settings take
    if isinstance(value, (dict, list)):
        text = re.sub(r"['{}\[\]]", "", str(value))
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text if len(text) <= LONGEST_VALUE else f'{text[:LONGEST_VALUE]}…'}`"


def does(effects: Iterable[Effect]) -> str:
    """Return what Terraform does, in words."""
    parts = []
    for action, word in WORDS.items():
        kinds: dict[str, set[str]] = {}
        for each in sorted(effects):
            if each.action == action:
                kinds.setdefault(each.kind, set()).update(each.attributes if action == "update" else ())
        # What is lost is named first.
        ordered = sorted(kinds, key=lambda kind: (kind not in LOSSES or action == "update", kind))
        named = [_kind(kind, sorted(kinds[kind])) for kind in ordered[:MOST_TYPES]]
        more = len(ordered) - len(named)
        if named:
            parts.append(f"{word} {', '.join(named)}{f' and {more} more types' if more else ''}")
    return "; ".join(parts)


def _kind(kind: str, attributes: list[str]) -> str:
    name = f"`{kind.removeprefix('aws_')}`"
    if not attributes:
        return name
    more = "…" if len(attributes) > MOST_ATTRIBUTES else ""
    return f"{name} ({', '.join(attributes[:MOST_ATTRIBUTES])}{more})"


def notes(row: Row, effects: Iterable[Effect]) -> list[str]:
    """Return what is said of a change besides: what AWS does then, and what has to be named."""
    found = [row.note] if row.note else []
    if any(each.kind == REFRESHED and each.action == "update" for each in effects):
        found.append("[instance refresh](#instance-refresh)")
    if any(map(_is_lost, effects)):
        found.append(f"`{SETTING}`")
    return found
