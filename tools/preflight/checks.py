"""Every check, in the order of the documentation (docs/preflight.md)."""

from tools.preflight import (
    administrators,
    capacity,
    database,
    leftovers,
    names,
    once,
    quotas,
    regions,
    roles,
    session,
    singletons,
    standing,
)
from tools.preflight.check import Check

CHECKS: tuple[Check, ...] = (
    *session.CHECKS,
    *administrators.CHECKS,
    *regions.CHECKS,
    *standing.CHECKS,
    *roles.CHECKS,
    *quotas.CHECKS,
    *capacity.CHECKS,
    *database.CHECKS,
    *names.CHECKS,
    *singletons.CHECKS,
    *once.CHECKS,
    *leftovers.CHECKS,
)
