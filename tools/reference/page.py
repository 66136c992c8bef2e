"""docs/settings.md: a part for each section of the settings, and in it a heading for each key."""

from collections.abc import Iterator

import yaml

from modules.settings.choice import Choice
from modules.settings.choice_table import CHOICES
from tools.changes.page import ADDS, BOTH, REMOVES, REPLACES, does, notes, verdict
from tools.changes.table import OTHER, REGION, rows, tried
from tools.numbers import replaced
from tools.paths import ROOT
from tools.reference.costs import cost_of, default, nested
from tools.reference.described import about
from tools.reference.keys import Key, every_key
from tools.reference.words import literal, markdown, value

PAGE = ROOT / "docs" / "settings.md"
REQUIRED, ALONE = "Required", "Regions and account"
#: In examples.
REGIONS = {REGION: "eu-west-1", OTHER: "eu-central-1"}


def page() -> str:
    """Return docs/settings.md with its generated part made anew from the models."""
    return replaced(PAGE.read_text(encoding="utf-8"), "keys", text(list(every_key())))


def write() -> None:
    """Write docs/settings.md anew."""
    PAGE.write_text(page(), encoding="utf-8")


def text(keys: list[Key]) -> str:
    """Return the parts of the page, with a table of them first."""
    parts: dict[str, list[Key]] = {}
    for key in keys:
        parts.setdefault(_title(key), []).append(key)
    lines = ["| Section | What it is about |", "|---|---|"]
    for title, its in parts.items():
        name = f"`{title}`" if its[0].part else title
        first = _about(its[0]).splitlines()[0].partition(". ")[0].removesuffix(".")
        lines.append(f"| [{name}](#{_anchor(title)}) | {first} |")
    for title, its in parts.items():
        lines += ["", f"## `{title}`" if its[0].part else f"## {title}"]
        lines += ["", _about(its[0])]
        for key in its:
            lines += ["", *entry(key)]
    return "\n".join([*lines, ""])


def entry(key: Key) -> Iterator[str]:
    """Return the lines of one key: what it means, what it may be, and what follows from it."""
    said, default = key.entry, literal(key.default)
    yield f"### `{key.name}`"
    yield ""
    if key.is_required or key.default not in (None, [], {}):
        yield markdown(said.text)
    else:
        yield markdown(said.rest)
        default = ""
    facts = {
        "Value": value(key.kinds, unit=said.unit),
        "Default": "" if key.is_required else f"`{default}`" if default else markdown(said.default) or "none",
        "Change": changed(key.name),
        "Gate": "; ".join(map(chosen, (one for one in CHOICES.values() if key.name in one.paths))),
        "Cost": cost_of(key.name),
        "Example": example(key.name),
    }
    yield ""
    yield from (f"- **{name}:** {fact}" for name, fact in facts.items() if fact)


def changed(name: str) -> str:
    """Return what a change of a key did when it was tried; nothing if it was not."""
    if name not in rows() or name not in tried():
        return ""
    effects = [each for each in tried()[name] if each.action != "follow"]
    said = verdict(effects)
    # What is added or removed, in place of the words that say so.
    if said in (ADDS, REMOVES, BOTH, REPLACES):
        said = does([each for each in effects if each.action != "update"])
    said = "; ".join([said, *notes(rows()[name], effects)])
    return said.replace("[above](#", "[changes.md](#").replace("](#", "](changes.md#")


def chosen(choice: Choice) -> str:
    """Return what the gate says of the values of a choice."""
    return f"[choice](policy.md#choices) with {choice.values}: {choice.says}"


def example(name: str) -> str:
    """Return settings that have the key, as it was tried; nothing if it was not."""
    if name in default():
        return f"`{_flow({name: default()[name]})}`"
    if name not in rows():
        return ""
    _, after = rows()[name].settings(region=REGIONS[REGION], other=REGIONS[OTHER])
    content = nested(after)
    parts = [_flow({name: what}) for name, what in content.items()]
    return ", ".join(f"`{part}`" for part in parts)


def _flow(content: object) -> str:
    line: str = yaml.safe_dump(content, default_flow_style=True, width=10_000, sort_keys=False)
    return line.strip().removeprefix("{").removesuffix("}")


def _title(key: Key) -> str:
    if key.part:
        return key.part
    return REQUIRED if key.is_required else ALONE


def _anchor(title: str) -> str:
    return title.lower().replace(".", "").replace(" ", "-")


def _about(key: Key) -> str:
    if key.part:
        return markdown(about(key.section))
    return {
        REQUIRED: "The eight keys that have no default.",
        ALONE: "Which regions there are besides, and which account it is.",
    }[_title(key)]
