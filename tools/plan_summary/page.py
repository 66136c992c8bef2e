"""The Markdown of a summary: first what is dangerous, then counts, then every resource."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from modules.settings.choices import read
from policies.losses import LOSSES, SETTING, Loss, covers
from tools.cost import UNKNOWN
from tools.cost_difference import CENT, total
from tools.plan_summary.facts import ACTIONS, FORGOTTEN, REPLACED, Facts, Row
from tools.plan_summary.markdown import code, table

#: By it a workflow finds the comment that it writes anew.
MARKER = "<!-- meridian-plan-summary -->"
#: Lines of one kind of danger in a comment; the whole list has all.
MOST_OF_A_KIND = 20
MOST_OF_COST = 6
_TITLES = {
    "protection": "Protection is turned off",
    "policies": "Policies allow more",
    "network": "The network is opened to everybody",
}


def page(
    facts: Facts, *, base: Mapping[str, Any] | None, base_name: str = "", head: str = "", most: int | None = None
) -> list[str]:
    """Return the lines of a summary.

    Parameters
    ----------
    facts : Facts
        What the plans say.
    base : mapping, optional
        The choices of the settings that the change is made to. By default they are not known, and all are listed.
    base_name : str, optional
        What these settings are called.
    head : str, optional
        The commit that was planned. By default it is not named.
    most : int, optional
        Lines of one kind of danger. By default all.
    """
    dangers = [*_losses(facts, most), *_exposures(facts, most), *_choices(facts, base, base_name, most)]
    first = dangers or ["Nothing of what is looked for: no data goes, no protection is lifted, nothing opens."]
    commit = f", commit {code(head)}" if head else ""
    lines = [
        MARKER,
        f"## Plan: {_counts(facts.count())}",
        "",
        f"Account {code(facts.account_id or 'not known')}, planned at {code(facts.at or 'a time not known')}{commit}.",
        *([] if facts.is_complete else ["", "**Terraform did not plan to the end: this is not all.**"]),
        "",
        "### Look at this first" if dangers else "### Dangers",
        "",
        *first,
        "",
        "### Cost",
        "",
        *_cost(facts),
        *_versions(facts),
        *_by_area(facts),
        *_resources(facts),
    ]
    return [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]


def _counts(counted: Counter[str]) -> str:
    if not counted:
        return "nothing changes"
    return ", ".join(f"{counted[action]} {action}" for action in (*ACTIONS, FORGOTTEN) if counted[action])


def _losses(facts: Facts, most: int | None) -> Iterator[str]:
    refused = facts.refused
    if facts.losses:
        yield f"**Data or addresses go: {_number(facts.losses, 'resource')}.**" + (
            f" The settings do not name {len(refused)} of them, so **the gate refuses this plan** (`docs/changes.md`)."
            if refused
            else " The settings name all of them, with a reason."
        )
        yield ""
        yield from _list((_loss(one, facts.allowed) for one in [*refused, *_rest(facts.losses, refused)]), most)
    if facts.copies:
        yield f"**Data goes and is copied again, or is a copy: {_number(facts.copies, 'resource')}.**"
        yield ""
        yield from _list((f"{code(row.address)} is {row.action}{_because(row)}" for row in facts.copies), most)


def _rest(losses: Iterable[Loss], refused: Sequence[Loss]) -> list[Loss]:
    return [one for one in losses if one not in refused]


def _loss(one: Loss, allowed: Mapping[str, str]) -> str:
    how = "replaced" if one.replaced else "destroyed"
    forced = f" because {_codes(one.forced_by)} cannot change in place" if one.forced_by else ""
    cause = forced or (f" ({one.reason})" if one.reason else "")
    reason = next((reason for pattern, reason in allowed.items() if covers(pattern, one.address)), None)
    named = f"{SETTING} says: {code(reason)}" if reason is not None else "**not named in the settings**"
    return f"{code(one.address)} is **{how}**{cause}, and {LOSSES[one.kind]} with it; {named}"


def _because(row: Row) -> str:
    if row.action != REPLACED:
        return ""
    return f", because {_codes(row.attributes)} cannot change in place" if row.attributes else ", as the settings ask"


def _exposures(facts: Facts, most: int | None) -> Iterator[str]:
    for name, title in _TITLES.items():
        if found := facts.exposures.get(name):
            yield f"**{title}: {_number(found, 'time')}.**"
            yield ""
            yield from _list((f"{code(address)}: {code(text)}" for address, text in found), most)


def _choices(facts: Facts, base: Mapping[str, Any] | None, base_name: str, most: int | None) -> Iterator[str]:
    known = base or {}
    taken = {path: value for path, value in facts.choices.items() if known.get(path, _NONE) != value}
    if taken:
        about = f"new since {code(base_name)}" if base is not None else "it is not known which are new"
        yield f"**Weaker than the default by choice ({about}): {len(taken)}.** The gate waives the findings."
        yield ""
        yield from _list((_choice(path, value) for path, value in taken.items()), most)
    if given_up := [path for path in known if path not in facts.choices]:
        yield f"No longer chosen: {_codes(given_up)}."
        yield ""


_NONE = object()


def _choice(path: str, value: object) -> str:
    made = read(path, value)
    return f"{made.choice.says if made else 'a choice'}: {code(f'{path}: {_shown(value)}')}"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cost(facts: Facts) -> Iterator[str]:
    if facts.cost is None:
        yield from ("It cannot be told from this plan.", "")
        return
    usd = total(facts.cost)
    amount = f"**{usd:+,.2f} USD a month**" if abs(usd) >= CENT else "no change"
    yield f"Fixed cost, at list prices and without use (`docs/cost.md`): {amount}."
    yield ""
    if facts.cost:
        rows = [
            [code(one.region), code(one.name), one.before, one.after, f"{one.usd:+,.2f}{'' if one.known else UNKNOWN}"]
            for one in facts.cost[:MOST_OF_COST]
        ]
        yield from table(["region", "what", "before", "after", "USD a month"], rows)
        yield ""
        if more := len(facts.cost) - MOST_OF_COST:
            yield from ((f"And {more} smaller ones.", "") if more > 0 else ())
        if any(not one.known for one in facts.cost):
            yield from (f"{UNKNOWN} another region's price, or another size's, or none.", "")


def _versions(facts: Facts) -> Iterator[str]:
    if facts.upgrades:
        yield from ("### Versions of PostgreSQL", "")
        yield from (f"- {code(line)}" for line in facts.upgrades)
        yield ""


def _by_area(facts: Facts) -> Iterator[str]:
    if not facts.rows:
        return
    yield from ("### By region and area", "")
    rows = []
    for region, of_region in groupby(facts.rows, key=lambda row: row.region):
        for area, of_area in groupby(of_region, key=lambda row: row.area):
            counted = Counter(row.action for row in of_area)
            rows.append([code(region), code(area), *(counted[action] or "" for action in ACTIONS)])
    counted = facts.count()
    yield from table(["region", "area", *ACTIONS], [*rows, ["**all**", "", *(counted[action] for action in ACTIONS)]])
    yield ""


def _resources(facts: Facts) -> Iterator[str]:
    if facts.rows:
        yield from ("### Every resource", "")
        if any(not known for row in facts.rows for known in row.attributes.values()):
            yield from (
                "An attribute with `?` is known only when the plan is applied, and may turn out to be as it was.",
                "",
            )
    for region, of_region in groupby(facts.rows, key=lambda row: row.region):
        listed = list(of_region)
        yield from (
            f"<details><summary>{_plain(region)}: {_counts(Counter(row.action for row in listed))}</summary>",
            "",
        )
        yield from (_resource(row) for row in listed)
        yield from ("", "</details>", "")
    if facts.outputs:
        yield from (f"Outputs that change: {_codes(facts.outputs)}.", "")


def _resource(row: Row) -> str:
    names = [f"{name}{'' if known else '?'}" for name, known in row.attributes.items()]
    about = f": {_codes(names)}" if names else ""
    moved = f", before {code(row.moved_from)}" if row.moved_from else ""
    return f"- {'**' * row.goes}{row.action}{'**' * row.goes} {code(row.address)}{moved}{about}"


def _list(lines: Iterable[str], most: int | None) -> Iterator[str]:
    listed = list(lines)
    for line in listed[:most]:
        yield f"- {line}"
    if most is not None and len(listed) > most:
        yield f"- and {len(listed) - most} more, in the whole summary"
    yield ""


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))


def _number(what: Sequence[object], name: str) -> str:
    return f"{len(what)} {name}{'' if len(what) == 1 else 's'}"


def _plain(region: str) -> str:
    """Return the name of a region for a place where HTML is read; it consists of letters, digits and hyphens."""
    return "".join(each for each in region if each.isalnum() or each in "- ")
