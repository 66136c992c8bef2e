"""The platform as the failover functions and tools know it: names, which follow from the settings alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from modules.areas.failover.runtime.world import Place, Platform
from modules.core.naming import Names
from modules.settings.failover import keeper_of

if TYPE_CHECKING:
    from modules.settings import Settings

#: The part of the names of the table, the state machine and the functions.
IDENTIFIER = "failover"
LOOK, ACT = f"{IDENTIFIER}-look", f"{IDENTIFIER}-act"


def describe(settings: Settings) -> Platform:
    """Describe the platform of settings with two regions or more.

    Lost regions are part of it: what is recorded about them counts when they return.
    Roles of the instances are not part of it: the functions ask AWS, and their code must not change when roles do.
    """
    names = {
        region: Names(environment=settings.environment, suffix=settings.environment_suffix, region=region)
        for region in sorted({*settings.regions, *settings.lost_regions})
    }
    database = settings.database
    home = replace(names[settings.home], region=settings.named_home)
    return Platform(
        places={region: _place(settings, region, found) for region, found in names.items()},
        secrets=tuple(home.of("secret", identifier) for identifier in ("database", "application")),
        loss_limit_seconds=settings.failover.loss_limit_seconds,
        rotation_days=database.rotation.after_days,
        backup_days=database.backup_retention_days,
        backup_window=database.backup_window,
    )


def _place(settings: Settings, region: str, names: Names) -> Place:
    stated = settings.database.instances.get(region)
    # A lost region keeps nothing, unless there is no other one.
    keepers = settings.regions if len(settings.regions) > 1 else (*settings.regions, *settings.lost_regions)
    return Place(
        keeper=keeper_of(region, keepers, home=settings.home),
        instance=names.of("rds", "main"),
        acl=names.of("acl", "database"),
        group=names.of("asg", "web"),
        page=names.of("sns", "page"),
        rotation=names.of("lambda", "rotation"),
        secrets_key=f"alias/{names.of('kms', 'secrets')}",
        table=names.of("dynamodb", IDENTIFIER),
        machine=names.of("states", IDENTIFIER),
        look=names.of("lambda", LOOK),
        fenced=stated is None or stated.fenced,
    )
