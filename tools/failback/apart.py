"""Which secrets are no replicas of those at home: pure questions, nothing is changed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from modules.areas.failover.runtime.clients import code
from modules.areas.failover.runtime.world import World

MISSING = "ResourceNotFoundException"


def standing(world: World, *, lost: Collection[str]) -> World:
    """Return the platform without regions that are lost: what they have is no concern of one that goes on without."""
    places = {name: place for name, place in world.platform.places.items() if name not in lost}
    return replace(world, platform=replace(world.platform, places=places))


def apart(world: World, home: str) -> dict[str, list[str]]:
    """Return, by secret, the regions besides home whose secret is no replica of the one at home.

    Raises
    ------
    DarkError
        When a region does not answer.
    """
    found = {}
    for name in world.platform.secrets:
        if regions := [region for region in world.platform.others(home) if not follows(world, region, name, home)]:
            found[name] = regions
    return found


def is_one(world: World, home: str) -> bool:
    """Whether the secrets are one, and rotate at home.

    Raises
    ------
    DarkError
        When a region does not answer.
    """
    if apart(world, home):
        return False
    said = [world.aws.ask("secretsmanager", home, "describe_secret", SecretId=name) for name in world.platform.secrets]
    return all(one.get("RotationEnabled") for one in said)


def in_words(found: Mapping[str, list[str]]) -> Iterator[str]:
    """Return a line for each secret that is apart."""
    for name, regions in found.items():
        yield f"{name} stands alone in {', '.join(regions)}"


def follows(world: World, region: str, name: str, home: str) -> bool:
    """Whether the secret of a region is a replica of the one at home; true of that one itself, and of none."""
    try:
        said = world.aws.ask("secretsmanager", region, "describe_secret", SecretId=name)
    except ClientError as error:
        # A region that is being built has none yet, and Terraform makes a replica.
        if code(error) == MISSING:
            return True
        raise
    return region == home or primary_of(said, region) == home


def primary_of(said: Mapping[str, Any], region: str) -> str:
    """Return the region of the primary secret; one that stands alone says none."""
    return str(said.get("PrimaryRegion", region))


def is_primary(said: Mapping[str, Any], region: str) -> bool:
    """Whether a secret is a primary one, or stands alone."""
    return primary_of(said, region) == region
