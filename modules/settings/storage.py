"""Settings of buckets."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.administrators import PrincipalPattern  # noqa: TC001 - pydantic reads the annotation
from modules.settings.types import ONCE, Section


class StorageSettings(Section):
    """The buckets of each region, except those of the state.

    Parameters
    ----------
    administrators
        ARNs of roles and users, or patterns of them, that the bucket policies and the policy of the master user's
        secret (docs/secrets.md#who-may-read-them) do not deny, besides the platform's own roles and the account root.
        Their own policies say what they may do. Whoever deploys must be among them. By default whoever applies first
        (docs/storage.md).
    force_destroy
        Whether destroying a bucket deletes its objects. Without it ``make destroy`` changes nothing while a bucket
        holds any.
    keep_noncurrent_days
        How long replaced and deleted versions of objects are kept.
    tier_after_days
        When application data moves to S3 Intelligent-Tiering.
    keep_logs_days
        How long access logs, load balancer logs, trails and configuration records are kept.
    """

    administrators: Annotated[tuple[PrincipalPattern, ...], ONCE] = ()
    force_destroy: bool = False
    keep_noncurrent_days: Annotated[int, Field(ge=1, le=3650)] = 90
    tier_after_days: Annotated[int, Field(ge=0, le=3650)] = 30
    keep_logs_days: Annotated[int, Field(ge=1, le=3650)] = 365
