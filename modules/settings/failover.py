"""Settings of failover: moving the database's writer to another region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from modules.settings.companions import companion
from modules.settings.faults import Fault
from modules.settings.types import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modules.settings.draft import Draft

#: The permissions of the acting function speak of every region, and a role has room for this many.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
MOST_REGIONS = 18


class FailoverSettings(Section):
    """Functions that move the writer to another region when people decide so, and keepers that watch what was left.

    With a single region there is nothing to move to, and nothing is made.

    Parameters
    ----------
    enabled
        Whether they are made, where there are two regions or more. Their permissions are enough for 18 regions.
    loss_limit_seconds
        Writes of how many seconds an unplanned failover may lose; more is refused unless a reason is given. The default
        is the 300 that a replica of an idle source shows, and two minutes that metrics are late.
    """

    enabled: bool = True
    loss_limit_seconds: Annotated[int, Field(ge=60, le=86_400)] = 420


def keeper_of(region: str, regions: Iterable[str], *, home: str, lost: Iterable[str] = ()) -> str:
    """The region that keeps the journal about the writer of ``region``, and holds that region out of DNS.

    It is another one, so that it answers when ``region`` is lost: the home region, and for that its companion. So a
    region that joins moves no journal. One that is ``lost`` keeps a journal only if there is no other.
    """
    return home if region != home else companion(home, regions) or companion(home, lost) or home


def permissions_fit_in_a_role(draft: Draft) -> Iterator[Fault]:
    """IAM refuses policies of a role that are too long, and an apply would end half-way."""
    count = len(set(draft.regions))
    if count > MOST_REGIONS and draft.failover and draft.failover.enabled:
        allowed = f"at most {MOST_REGIONS}, or failover.enabled: false"
        yield Fault("regions", "too many for the permissions of failover", count, allowed)
