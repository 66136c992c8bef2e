"""Why a change matters. `tools/danger.py` finds most of it; this adds what only somebody with a grudge would do."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.drift.finding import REASONS
from tools.drift.statements import NAMED, POLICIES
from tools.drift.table import BARE, MATTERING, PROTECTED_KINDS, PROTECTING, SILENT, WATCHERS
from tools.drift.words import differences

Change = Mapping[str, Any]


def reasons_of(
    change: Change, names: Iterable[str], extra: Mapping[str, object], dangers: Iterable[tuple[str, str]]
) -> tuple[str, ...]:
    """Return the reasons for which a change matters, in the order of `REASONS`.

    Parameters
    ----------
    change : mapping
        What has changed.
    names : iterable of str
        The attributes that count.
    extra : mapping
        Attributes in which something is that nobody has configured.
    dangers : iterable of tuple
        What `tools.danger.of_change` says.
    """
    kind = change["type"]
    # `tools/danger.py` counts what watches among the protections.
    found = {"watching" if name == "protection" and kind in WATCHERS else name for name, _ in dangers}
    if extra:
        found.add({"aws_db_instance": "protection", "aws_iam_role": "policies"}.get(kind, "network"))
    for name, (old, new) in differences(change).items():
        if name in names:
            found.update(_reasons(kind, name, old, new))
    return tuple(name for name in REASONS if name in found)


def _reasons(kind: str, name: str, old: object, new: object) -> Iterator[str]:
    if name in POLICIES or (name in NAMED and _more(old, new)) or kind.endswith("_exclusive"):
        yield "policies"
    if reason := MATTERING.get((kind, name)):
        yield reason
    if _is_now(SILENT, kind, name, new):
        yield "watching"
    if _is_now(BARE, kind, name, new) or (name in PROTECTING and kind.startswith(PROTECTED_KINDS)):
        yield "protection"


def _is_now(table: Mapping[tuple[str, str], object], kind: str, name: str, value: object) -> bool:
    return (kind, name) in table and value == table[kind, name]


def _more(before: object, after: object) -> bool:
    old, new = ({*map(str, side)} if isinstance(side, list) else set() for side in (before, after))
    return bool(new - old)
