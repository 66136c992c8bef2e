"""Signals of the trail about the state: whoever comes to it and is not one of its administrators."""

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

ISSUER = "$.userIdentity.sessionContext.sessionIssuer.arn"
WHO = "$.userIdentity.arn"


def state_buckets(region: Region) -> list[str]:
    """ARNs of the state bucket and its replica, which another stack makes."""
    location = StateLocation.of(region.settings)
    return [f"arn:{PARTITION}:s3:::{name}" for name in location.buckets(region.account_id)]


def state_metric_filters(region: Region, *, administrators: Sequence[str]) -> dict[str, MetricFilter]:
    """By identifier, the signals about who is a stranger at the state bucket and its replica, let in or refused.

    The buckets refuse strangers, so what these tell of is an attempt, or a policy that is gone. Writes are also changes
    of the buckets themselves. Reads are those of objects and lists alone: AWS's services look at how buckets are set up
    all day. Administrators, replication and the account root, whom another signal tells of, are no strangers.

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
    named = [
        *([role_arn(region, replication_identifier(STATE))] if location.replica_region else []),
        *administrators,
    ]
    strangers = f"({buckets}) && {_are_not(named)}"
    return {
        "state-writes": MetricFilter(
            pattern=f"{{ ($.readOnly IS FALSE) && {strangers} }}",
            severity="page",
            description="Someone who is no administrator of the state wrote to it, or tried to. Apply nothing until it "
            "is "
            "known who and what: docs/state.md.",
        ),
        "state-reads": MetricFilter(
            pattern=f'{{ ($.eventCategory = "Data") && ($.readOnly IS TRUE) && {strangers} }}',
            severity="ticket",
            description="Someone who is no administrator of the state read it, or tried to: docs/state.md.",
        ),
    }


def _are_not(named: Sequence[str]) -> str:
    """Condition that neither the role of a session nor a user is one of those named, nor is it the account root.

    A property that is not there is unequal to nothing, so that it is asked for too. An asterisk is the only wildcard of
    filter patterns; for a question mark it lets through a little more. ARNs open with an asterisk because a pattern has
    room for 1024 characters.
    """
    # Whoever deploys, where nobody is named, Terraform alone knows: it can be a role or a user.
    known = [f'"*:{arn.rpartition(":")[2]}"'.replace("?", "*") for arn in named if arn.startswith("arn:")]
    unknown = [f'"{arn}"' for arn in named if not arn.startswith("arn:")]
    roles = [pattern for pattern in known if not pattern.startswith('"*:user/')]
    users = [pattern for pattern in known if pattern.startswith('"*:user/')]
    who = ['"*:root"', *users, *unknown]
    return f"({_unequal(ISSUER, [*roles, *unknown])}) && ({_unequal(WHO, who)})"


def _unequal(selector: str, patterns: Sequence[str]) -> str:
    conditions = " && ".join(f"({selector} != {pattern})" for pattern in patterns)
    return f"({selector} NOT EXISTS) || ({conditions})" if conditions else f"({selector} NOT EXISTS)"
