"""Who may access buckets and the state: what ``state.administrators`` and ``storage.administrators`` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from modules.settings.faults import Fault
from modules.settings.types import matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

PrincipalPattern = Annotated[
    str,
    matching(
        r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@-][\w+=,.@/*?-]{0,511}",
        problem="not the ARN of a role or user",
        allowed="arn:aws:iam::ACCOUNT:role/NAME, in which * and ? may stand after the first character of the name",
    ),
]

SECTIONS = ("state", "storage")
#: Characters for administrators in the filter pattern that finds other principals; a pattern has 1024 in all.
#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
PATTERN_CHARACTERS = 480
#: What each administrator takes besides the name.
CHARACTERS_OF_EACH = 61
#: Characters for administrators in the policy of a bucket, which has 20 KB in all, and what each takes besides the ARN.
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
POLICY_CHARACTERS, QUOTES_OF_EACH = 14 * 1024, 16


def administrators_are_of_the_account(draft: Draft) -> Iterator[Fault]:
    """A principal of another account gains nothing: no statement of the bucket policies allows it."""
    if account := draft.text("account_id"):
        for path, arn in _administrators(draft):
            if arn.split(":")[4:5] not in ([account], []):
                yield Fault(path, "of another account, which the buckets let nobody in of", arn, f"account {account}")


def administrators_fit_in_the_filter_pattern(draft: Draft) -> Iterator[Fault]:
    """The metric filter on the trail that finds other principals at the state names every administrator."""
    for name in SECTIONS:
        found = [arn for path, arn in _administrators(draft) if path.startswith(name)]
        if not found:
            continue
        needed = sum(CHARACTERS_OF_EACH + len(arn.rpartition(":")[2]) for arn in found)
        if needed > PATTERN_CHARACTERS:
            yield Fault(
                f"{name}.administrators",
                f"too many to name as administrators of the state in one filter pattern: {needed} characters",
                len(found),
                f"{PATTERN_CHARACTERS} characters, {CHARACTERS_OF_EACH} and what follows the account for each: "
                "a pattern with * stands for several, and state.administrators need not name all of "
                "storage.administrators",
            )
        # Those of storage are the state's only where it has none of its own.
        return


def administrators_fit_in_a_bucket_policy(draft: Draft) -> Iterator[Fault]:
    """The policy of every bucket, and that of the master user's secret, names every administrator."""
    for name in SECTIONS:
        found = [arn for path, arn in _administrators(draft) if path.startswith(name)]
        needed = sum(QUOTES_OF_EACH + len(arn) for arn in found)
        if needed > POLICY_CHARACTERS:
            yield Fault(
                f"{name}.administrators",
                f"too many for the policy of a bucket, which has 20 KB: {needed} characters",
                len(found),
                f"{POLICY_CHARACTERS} characters, the ARN and {QUOTES_OF_EACH} for each: a pattern with * stands for "
                "several",
            )


def _administrators(draft: Draft) -> Iterator[tuple[str, str]]:
    """Path and ARN of each administrator."""
    for name in SECTIONS:
        found = draft.mapping(name).get("administrators")
        for position, arn in enumerate(found if isinstance(found, list) else []):
            if isinstance(arn, str):
                yield f"{name}.administrators[{position}]", arn
