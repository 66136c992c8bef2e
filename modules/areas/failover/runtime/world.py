"""What a failover knows: the platform's names, AWS, and the time."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .clients import Aws

PARTITION = "aws"


class NotYetError(Exception):
    """A step that has to wait.

    Parameters
    ----------
    why
        For people.
    seconds
        When to look again.
    """

    def __init__(self, why: str, *, seconds: int = 15) -> None:
        super().__init__(why)
        self.seconds = seconds


class RefusedError(Exception):
    """A failover that must not happen.

    Parameters
    ----------
    why
        For people.
    advice
        What to do instead.
    """

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(why)
        self.advice = advice


@dataclass(frozen=True, kw_only=True)
class Place:
    """Names of one region. Every one follows from the settings, so nothing has to be looked up in Terraform.

    Parameters
    ----------
    keeper
        The region that keeps the record about this region's writer, and holds it out of DNS.
    instance
        Identifier of the DB instance.
    acl
        Tag ``Name`` of the network ACL of the database tier.
    group
        Auto Scaling group of the web tier.
    page
        Name of the topic that pages.
    rotation
        Name of the rotation function.
    secrets_key
        Alias of the key that encrypts the secrets, with ``alias/``.
    table
        Table of the journal.
    machine
        State machine that goes on with a failover to this region.
    look
        Name of the function that looks what a failover would do.
    fenced
        Whether the database may be fenced. No while ``database.instances.REGION.fenced`` is ``false``.
    """

    keeper: str
    instance: str
    acl: str
    group: str
    page: str
    rotation: str
    secrets_key: str
    table: str
    machine: str
    look: str
    fenced: bool = True


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The platform as ``platform.json`` beside the code describes it.

    Parameters
    ----------
    places
        Names by region.
    secrets
        Names of the secrets, which are the same in every region: the master user's first.
    loss_limit_seconds
        What an unplanned failover may lose at the most.
    rotation_days, backup_days, backup_window
        Settings that AWS has to be told again, since a promotion or a new primary secret begins with its own.
    """

    places: Mapping[str, Place]
    secrets: tuple[str, ...]
    loss_limit_seconds: int
    rotation_days: int
    backup_days: int
    backup_window: str

    @classmethod
    def parse(cls, text: str) -> Platform:
        """Read what ``dump`` has written."""
        found: dict[str, Any] = json.loads(text)
        places = {region: Place(**names) for region, names in found.pop("places").items()}
        return cls(places=places, secrets=tuple(found.pop("secrets")), **found)

    def dump(self) -> str:
        """The platform as JSON, always in the same order."""
        found = {**vars(self), "places": {region: vars(place) for region, place in self.places.items()}}
        return json.dumps(found, sort_keys=True, indent=1)

    def others(self, *regions: str) -> list[str]:
        """The regions besides some, by name."""
        return sorted(self.places.keys() - set(regions))


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that a step uses.

    Parameters
    ----------
    platform
        The platform.
    aws
        AWS.
    account
        The account's id.
    now
        Tells the time, in seconds since 1970.
    """

    platform: Platform
    aws: Aws
    account: str
    now: Callable[[], float] = field(default=time.time)

    def arn(self, service: str, region: str, resource: str) -> str:
        """ARN of ``resource`` of ``service`` in a region."""
        return f"arn:{PARTITION}:{service}:{region}:{self.account}:{resource}"

    def instance_arn(self, region: str) -> str:
        """ARN of the DB instance of a region."""
        return self.arn("rds", region, f"db:{self.platform.places[region].instance}")

    def instance(self, region: str) -> dict[str, Any]:
        """What RDS says about the DB instance of a region."""
        name = self.platform.places[region].instance
        answer = self.aws.ask("rds", region, "describe_db_instances", DBInstanceIdentifier=name)
        found: dict[str, Any] = answer["DBInstances"][0]
        return found

    def source_of(self, instance: Mapping[str, Any]) -> str | None:
        """ARN of the instance that a replica replicates; ``None`` if it has no source."""
        source = instance.get("ReadReplicaSourceDBInstanceIdentifier")
        return str(source) if source else None
