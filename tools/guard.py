"""A plan that takes away what does not come back is refused, unless the settings name what may go."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from policies.losses import SETTING, Loss, covers, losses, unnamed
from tools.errors import ToolError
from tools.saved_plan import SavedPlan

MOST_SHOWN = 12
#: Resources of one type in one region that the lines to write have one by one.
MOST_BY_NAME = 3
#: Too short for a reason, so that nobody applies the lines as they are.
PLACE_OF_REASON = "WHY IT MAY GO"

KeysBehind = Callable[[Loss], Sequence[str]]


def guard(
    plans: Sequence[SavedPlan],
    *,
    allowed: Mapping[str, str],
    meant: Iterable[str] = (),
    tell: Callable[[str], None],
    keys_behind: KeysBehind = lambda _: (),
) -> None:
    """Refuse the plans of a run if one takes away what is not named, and discard all; tell of entries without use.

    Parameters
    ----------
    plans : sequence of SavedPlan
        The plans.
    allowed : mapping
        `policy.allow_loss`.
    meant : iterable of str, optional
        What may go besides, in the same form: retired regions. Nothing by default.
    tell : callable
        Takes a line for each entry that can be removed.
    keys_behind : callable, optional
        As `require_named` takes it.

    Raises
    ------
    ToolError
        As `require_named` does.
    """
    found = [loss for saved in plans for loss in losses(saved.content)]
    try:
        require_named(unnamed(found, allowed=meant), allowed=allowed, keys_behind=keys_behind)
    except ToolError:
        for saved in plans:
            saved.discard()
        raise
    for pattern in unused(found, allowed=allowed):
        tell(f"note: {SETTING} names {pattern}, and this plan takes nothing like it away: remove the entry")


def require_named(found: Sequence[Loss], *, allowed: Mapping[str, str], keys_behind: KeysBehind = lambda _: ()) -> None:
    """Refuse losses that the settings do not name.

    Parameters
    ----------
    found : sequence of Loss
        What a plan takes away.
    allowed : mapping
        `policy.allow_loss`.
    keys_behind : callable, optional
        Names the settings keys that can have led to a loss. By default none is named.

    Raises
    ------
    ToolError
        With what would be lost and why; the advice has the lines to write if it is meant.
    """
    missing = unnamed(found, allowed=allowed)
    if not missing:
        return
    groups = dict(entries(missing))
    lines = [f"  {_told(pattern, lost)}{_keys(keys_behind(lost[0]))}" for pattern, lost in groups.items()]
    if len(lines) > MOST_SHOWN:
        lines[MOST_SHOWN:] = [f"  and {len(lines) - MOST_SHOWN} more like these"]
    section, key = SETTING.split(".")
    stated = {**allowed, **dict.fromkeys(groups, PLACE_OF_REASON)}
    wanted = "\n".join(
        [f"{section}:", f"  {key}:", *(f"    {pattern}: {json.dumps(reason)}" for pattern, reason in stated.items())]
    )
    raise ToolError(
        f"this plan takes away what does not come back, and {SETTING} does not name it:\n" + "\n".join(lines),
        advice="if it is not meant, take the change of the settings back: docs/changes.md has what each key does.\n"
        f"If it is meant, say why in the settings, and plan again:\n{wanted}",
    )


def unused(found: Sequence[Loss], *, allowed: Iterable[str]) -> list[str]:
    """List the entries of `policy.allow_loss` that are about none of these losses."""
    return [pattern for pattern in allowed if not any(covers(pattern, loss.address) for loss in found)]


def entries(found: Iterable[Loss]) -> Iterator[tuple[str, list[Loss]]]:
    """Yield entries for `policy.allow_loss`, each with the losses that it is about.

    They are addresses, or one pattern where a region loses many of a type.
    """
    groups: dict[tuple[str, str], list[Loss]] = defaultdict(list)
    for loss in found:
        groups[loss.kind, _name(loss).partition("_")[0]].append(loss)
    for (kind, _), lost in groups.items():
        if len(lost) <= MOST_BY_NAME:
            yield from ((f"{kind}.{_name(loss)}", [loss]) for loss in lost)
        else:
            parts = zip(*(_name(loss).split("_") for loss in lost), strict=False)
            common = [same[0] for same in takewhile(lambda each: len({*each}) == 1, parts)]
            yield f"{kind}.{'_'.join(common)}_*", lost


def _name(loss: Loss) -> str:
    return loss.address.partition("[")[0].partition(".")[2]


def _told(pattern: str, lost: Sequence[Loss]) -> str:
    more = f"{pattern}, {len(lost)} of them: " if len(lost) > 1 else ""
    return f"{more}{lost[0]}"


def _keys(keys: Sequence[str]) -> str:
    return f"; settings that do this: {', '.join(keys)}" if keys else ""
