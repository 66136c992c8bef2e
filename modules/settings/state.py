"""Settings of the state backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from modules.settings.administrators import PrincipalPattern  # noqa: TC001 - pydantic reads the annotation
from modules.settings.companions import companion
from modules.settings.faults import Fault
from modules.settings.region_table import REFUSED_BY_BACKEND
from modules.settings.types import ONCE, RegionName, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft


class StateSettings(Section):
    """Where Terraform keeps its state.

    Parameters
    ----------
    replica_region
        Region that the state bucket is replicated to. By default the companion of the home region
        (docs/regions.md#companions), and none if there is only one region.
    kept_in
        Region whose bucket has the state that counts: that of the replica, after ``make state-elsewhere``
        (docs/state.md#elsewhere). By default the home region.
    dynamodb_lock
        Whether Terraform also takes the DynamoDB lock, besides the lock file in the bucket that succeeds it since
        Terraform 1.11.
    administrators
        ARNs of roles and users, or patterns of them, that may access the state besides the account root: whoever
        creates the backend, plans and deploys (docs/state.md). Their own policies say what they may do. By default
        those of ``storage.administrators``, or else whoever creates the backend.
    """

    replica_region: RegionName | None = None
    kept_in: RegionName | None = None
    dynamodb_lock: bool = True
    administrators: Annotated[tuple[PrincipalPattern, ...], ONCE] = ()


def backend_supports_the_home_region(draft: Draft) -> Iterator[Fault]:
    """Terraform's S3 backend knows fewer regions than the provider."""
    if draft.home in REFUSED_BY_BACKEND:
        yield Fault(
            "home_region" if draft.text("home_region") else "primary_region",
            "the state would lie there, and the S3 backend of Terraform 1.11.4 does not know the region",
            draft.home,
            "another of the regions for home_region",
        )


def replica_is_in_another_region(draft: Draft) -> Iterator[Fault]:
    """The state bucket is in the home region, so its replica is not."""
    replica = draft.mapping("state").get("replica_region")
    if replica is not None and replica == draft.home:
        yield Fault("state.replica_region", "the state itself lies there", replica, "another region")


def state_is_kept_in_a_bucket_that_there_is(draft: Draft) -> Iterator[Fault]:
    """The state is in the home region, or in its replica."""
    stated = draft.mapping("state")
    kept, home = stated.get("kept_in"), draft.home
    replica = stated.get("replica_region") or (home and companion(home, draft.regions))
    if kept is not None and kept not in (home, replica):
        allowed = " or ".join(str(name) for name in (home, replica) if name)
        yield Fault("state.kept_in", "no bucket of the state is there", kept, f"{allowed}: docs/state.md#elsewhere")
