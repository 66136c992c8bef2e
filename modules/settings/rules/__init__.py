"""Rules that look at more than one key.

They read the file's raw mapping, so that they also find what is wrong beside a fault in a key of its own; what is
malformed is left to the model, which reports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.settings.rules import (
    administrators,
    alerts,
    backup,
    compute,
    configuration,
    database,
    entry,
    network,
    ownership,
    regions,
    rotation,
)

if TYPE_CHECKING:
    from modules.settings.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *regions.RULES,
    *administrators.RULES,
    *network.RULES,
    *compute.RULES,
    *entry.RULES,
    *database.RULES,
    *rotation.RULES,
    *alerts.RULES,
    *backup.RULES,
    *configuration.RULES,
    *ownership.RULES,
)
