"""Metric filters on access to the state by anyone but its administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.areas.state.location import STATE, StateLocation
from modules.areas.storage.replication import replication_identifier
from modules.areas.trail.metric_filters import MetricFilter
from modules.blocks.identity.role import role_arn
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.core.region import Region

ROLE_ARN = "$.userIdentity.sessionContext.sessionIssuer.arn"
IDENTITY_ARN = "$.userIdentity.arn"


def state_buckets(region: Region) -> list[str]:
    """ARNs of the state bucket and its replica, which are in the stack ``state-backend``."""
    location = StateLocation.of(region.settings)
    return [f"arn:{PARTITION}:s3:::{name}" for name in location.buckets(region.account_id)]


def state_metric_filters(region: Region, *, administrators: Sequence[str]) -> dict[str, MetricFilter]:
    """Metric filters on unauthorized access to the state bucket and its replica, by identifier.

    Everyone counts as unauthorized except the administrators, the replication role and the account root, which has a
    metric filter of its own. Denied calls count too. The bucket policies deny unauthorized access, so an event means an
    attempt, or that a policy is gone. Writes include changes of the buckets themselves. Reads are reads and lists of
    objects only, because AWS services read the configuration of buckets all day.

    Parameters
    ----------
    region
        The home region.
    administrators
        ARNs, or patterns of them, of the administrators of the state.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html and
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    location = StateLocation.of(region.settings)
    buckets = " || ".join(
        f'($.requestParameters.bucketName = "{name}")' for name in location.buckets(region.account_id)
    )
    authorized = [
        *([role_arn(region, replication_identifier(STATE))] if location.replica_region else []),
        *administrators,
    ]
    unauthorized = f"({buckets}) && {_is_none_of(authorized)}"
    return {
        "state-writes": MetricFilter(
            pattern=f"{{ ($.readOnly IS FALSE) && {unauthorized} }}",
            severity="page",
            description="Someone who is no administrator of the state wrote to it, or tried to. Apply nothing until it "
            "is "
            "known who and what: docs/state.md.",
        ),
        "state-reads": MetricFilter(
            pattern=f'{{ ($.eventCategory = "Data") && ($.readOnly IS TRUE) && {unauthorized} }}',
            severity="ticket",
            description="Someone who is no administrator of the state read it, or tried to: docs/state.md.",
        ),
    }


def _is_none_of(principals: Sequence[str]) -> str:
    """Condition that the caller is none of ``principals`` and not the account root.

    It compares the role of a session, and the ARN of the identity. A comparison with a missing property never holds, so
    ``NOT EXISTS`` covers that case. Filter patterns have ``*`` as their only wildcard, which also replaces ``?`` and
    matches a little more. ARNs begin with ``*`` because a pattern is limited to 1,024 characters.
    """
    # Without administrators in the settings, the caller who deploys is a Terraform expression: a role or a user.
    known = [f'"*:{arn.rpartition(":")[2]}"'.replace("?", "*") for arn in principals if arn.startswith("arn:")]
    unknown = [f'"{arn}"' for arn in principals if not arn.startswith("arn:")]
    roles = [pattern for pattern in known if not pattern.startswith('"*:user/')]
    users = [pattern for pattern in known if pattern.startswith('"*:user/')]
    identities = ['"*:root"', *users, *unknown]
    return f"({_not_equal(ROLE_ARN, [*roles, *unknown])}) && ({_not_equal(IDENTITY_ARN, identities)})"


def _not_equal(selector: str, patterns: Sequence[str]) -> str:
    conditions = " && ".join(f"({selector} != {pattern})" for pattern in patterns)
    return f"({selector} NOT EXISTS) || ({conditions})" if conditions else f"({selector} NOT EXISTS)"
