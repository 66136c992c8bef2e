"""Steps that make the secrets follow the writer: secret, spread, rotation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .clients import DarkError, code

if TYPE_CHECKING:
    from .journal import Run
    from .world import World

Detail = dict[str, Any]
#: What a region is that has the copies of the new primary secrets.
FOLLOWS = "follows"
#: How Secrets Manager refuses to overwrite what stands in a region.
REFUSALS = {"InvalidParameterException", "InvalidRequestException"}
#: What rotation of a secret is in the target, and what it is in the region that was left.
ON, CANCELLED = "on", "cancelled"


def secret(run: Run, world: World) -> Detail:
    """Make the replicas of the secrets in the target secrets of their own, with the new writer's address.

    Whoever is asked for a value in between gets one: a replica keeps its value when replication stops
    (https://docs.aws.amazon.com/secretsmanager/latest/userguide/standalone-secret.html).
    """
    host = run.steps["settle"]["host"]
    for name in world.platform.secrets:
        _stand_alone(world, run.target, name)
        stored = world.aws.ask("secretsmanager", run.target, "get_secret_value", SecretId=name)["SecretString"]
        value = json.loads(stored)
        if value.get("host") != host:
            text = json.dumps({**value, "host": host})
            world.aws.ask("secretsmanager", run.target, "put_secret_value", SecretId=name, SecretString=text)
    return {"host": host}


def spread(run: Run, world: World) -> Detail:
    """Make the replicas in the other regions copies of the new primary secrets.

    A region that is dark, or whose secrets AWS does not overwrite, is noted, and its copies follow later: the keeper
    sees to it. AWS's pages do not say whether secrets that have replicas of their own are overwritten: those of the
    home region, where it is not the one that was left. The region that was left keeps its own secrets, until they are
    reunited.
    """
    return {region: _spread_to(run, world, region) for region in world.platform.others(run.origin, run.target)}


def missing(run: Run) -> list[str]:
    """Regions whose copies do not follow yet."""
    return [region for region, what in run.steps.get("spread", {}).items() if what != FOLLOWS]


def rotation(run: Run, world: World) -> Detail:
    """Let the target's own function rotate the secrets; Secrets Manager tries it at once, which proves the login.

    Rotation in the region that was left ends: it would change passwords of the old writer. A rotation that was under
    way when the region was lost is in the way of the new one, and is left to people.
    """
    done = {f"the secrets in {run.origin}": _end_rotation(run, world)}
    function = world.arn("lambda", run.target, f"function:{world.platform.places[run.target].rotation}")
    for name in world.platform.secrets:
        said = world.aws.ask("secretsmanager", run.target, "describe_secret", SecretId=name)
        if said.get("RotationEnabled") and said.get("RotationLambdaARN") == function:
            done[name] = ON
            continue
        try:
            world.aws.ask(
                "secretsmanager",
                run.target,
                "rotate_secret",
                SecretId=name,
                RotationLambdaARN=function,
                RotationRules={"AutomaticallyAfterDays": world.platform.rotation_days},
                RotateImmediately=False,
            )
        except ClientError as error:
            if code(error) != "InvalidRequestException":
                raise
            done[name] = f"off: {error.response['Error'].get('Message', '')}"
        else:
            done[name] = ON
    return done


def is_primary(world: World, region: str) -> bool:
    """Whether the secrets of a region are primary secrets there."""
    said = [
        world.aws.ask("secretsmanager", region, "describe_secret", SecretId=name) for name in world.platform.secrets
    ]
    return all(one.get("PrimaryRegion", region) == region for one in said)


def cancel_rotation(world: World, region: str) -> list[str]:
    """Cancel rotation of the secrets whose primary is in a region: it would go on at the old writer.

    Returns
    -------
    list of str
        Secrets that were rotated until now.
    """
    cancelled = []
    for name in world.platform.secrets:
        said = world.aws.ask("secretsmanager", region, "describe_secret", SecretId=name)
        if said.get("RotationEnabled") and said.get("PrimaryRegion", region) == region:
            world.aws.ask("secretsmanager", region, "cancel_rotate_secret", SecretId=name)
            cancelled.append(name)
    return cancelled


def _end_rotation(run: Run, world: World) -> str:
    try:
        cancel_rotation(world, run.origin)
    except DarkError as dark:
        return f"as it was ({dark}); its keeper cancels it"
    return CANCELLED


def _stand_alone(world: World, region: str, name: str) -> None:
    said = world.aws.ask("secretsmanager", region, "describe_secret", SecretId=name)
    if said.get("PrimaryRegion", region) != region:
        world.aws.ask("secretsmanager", region, "stop_replication_to_replica", SecretId=name)


def _spread_to(run: Run, world: World, region: str) -> str:
    key = world.platform.places[region].secrets_key
    try:
        for name in world.platform.secrets:
            said = world.aws.ask("secretsmanager", region, "describe_secret", SecretId=name)
            if said.get("PrimaryRegion") == run.target and said["PrimaryRegion"] != region:
                continue
            _stand_alone(world, region, name)
            # Replicas that Secrets Manager has marked as failed are replaced too.
            world.aws.ask(
                "secretsmanager",
                run.target,
                "replicate_secret_to_regions",
                SecretId=name,
                AddReplicaRegions=[{"Region": region, "KmsKeyId": key}],
                ForceOverwriteReplicaSecret=True,
            )
    except DarkError as dark:
        return str(dark)
    except ClientError as error:
        if code(error) not in REFUSALS:
            raise
        return f"not overwritten: {error.response['Error'].get('Message', '')}"
    return FOLLOWS
