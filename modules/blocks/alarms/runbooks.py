"""Which page of docs/runbooks is for an alarm or a rule: its description names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: By page, how the names of the alarms and rules begin that lead to it, without prefix, suffix and region.
RUNBOOKS: Mapping[str, tuple[str, ...]] = {
    "account-compromised": (
        *("access-from-outside", "backups-deleted", "suspicions", "threats", "watchers-deleted"),
        *("trail-alerting", "trail-bucket-policies", "trail-config", "trail-failed-logins", "trail-functions"),
        *("trail-gateways", "trail-iam", "trail-logins", "trail-network-acls", "trail-no-mfa"),
        *("trail-resource-policies", "trail-root", "trail-route-tables", "trail-security-groups", "trail-silenced"),
        *("trail-state", "trail-trail", "trail-unauthorized", "trail-vpc"),
    ),
    "bad-rollout": ("alb-errors", "alb-latency", "alb-unhealthy-hosts", "rollout-failed"),
    "certificate-near-its-end": ("certificate-",),
    "key-scheduled-for-deletion": ("trail-keys",),
    "quota-reached": (
        *("asg-at-maximum", "asg-below-floor"),
        *("failover-act-throttles", "failover-look-throttles", "findings-marker-throttles", "rotation-throttles"),
    ),
    "region-back": ("failover-held-",),
    "region-down": ("alb-no-healthy-host", "database-silent", "failover-running-", "reach-"),
    "replica-late": ("database-kept-log", "database-replica-lag"),
    "rotation-failed": ("rotation-dead-letters", "rotation-duration", "rotation-errors", "rotation-failed"),
}


def runbook(name: str) -> str | None:
    """The page for an alarm or a rule, or ``None`` if it has none.

    Parameters
    ----------
    name
        Its name without prefix, suffix and region, such as ``database-replica-lag``.
    """
    return next((page for page, starts in RUNBOOKS.items() if name.startswith(starts)), None)


def with_runbook(name: str, description: str) -> str:
    """A description that ends with the page, so that whoever gets the message finds it.

    The page is named by its path in the repository, and not by an address: everybody who may change the platform has
    the repository, and it can be read while a site is down.

    Parameters
    ----------
    name
        As for `runbook`.
    description
        What the message means and what to do first.
    """
    page = runbook(name)
    return f"{description} Runbook: docs/runbooks/{page}.md" if page else description
