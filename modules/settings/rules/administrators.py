"""Rules about who may reach buckets and the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modules.settings.faults import Fault
from modules.settings.rules.rule import section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule

SECTIONS = ("state", "storage")
#: What the filter that pages for strangers has room for: a filter pattern has 1024 characters in all.
#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
ROOM = 480
#: What each takes besides its own letters.
EACH = 61


def administrators_are_of_the_account(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Not to refuse someone of another account lets nobody in: no statement of the buckets allows it."""
    account = raw.get("account_id")
    if isinstance(account, str):
        for path, arn in _administrators(raw):
            if arn.split(":")[4:5] not in ([account], []):
                yield Fault(path, "of another account, which the buckets let nobody in of", arn, f"account {account}")


def strangers_can_be_told_from_administrators(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The filter on the trail that tells of strangers at the state names everyone who is none."""
    for name in SECTIONS:
        found = [arn for path, arn in _administrators(raw) if path.startswith(name)]
        if not found:
            continue
        if (needed := sum(EACH + len(arn.rpartition(":")[2]) for arn in found)) > ROOM:
            yield Fault(
                f"{name}.administrators",
                f"too many to name as administrators of the state in one filter pattern: {needed} characters",
                len(found),
                f"{ROOM} characters, {EACH} and what follows the account for each: a pattern with * stands for "
                "several, and state.administrators need not name all of storage.administrators",
            )
        # Those of storage are the state's only where it has none of its own.
        return


def _administrators(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in SECTIONS:
        found = section(raw, name).get("administrators")
        for position, arn in enumerate(found if isinstance(found, list) else []):
            if isinstance(arn, str):
                yield f"{name}.administrators[{position}]", arn


RULES: tuple[Rule, ...] = (administrators_are_of_the_account, strangers_can_be_told_from_administrators)
