"""Steps that make the secrets follow the writer: secret, spread, rotation."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .clients import DarkError, code
from .world import NotYetError

if TYPE_CHECKING:
    from .journal import Run
    from .world import World

Detail = dict[str, Any]
#: What a region is that has the copies of the new primary secrets.
FOLLOWS = "follows"
#: What rotation of a secret is in the target, and what it is in the region that was left.
ON, CANCELLED = "on", "cancelled"


def secret(run: Run, world: World) -> Detail:
    """Give the secrets the new writer's address, in the region that ``in`` names.

    If the primary secrets are in a third region that answers, that is the region: all others follow, and no secret
    becomes two. Otherwise the replicas in the target become secrets of their own. Whoever is asked for a value in
    between gets one: a replica keeps its value when replication stops
    (https://docs.aws.amazon.com/secretsmanager/latest/userguide/standalone-secret.html).

    Raises
    ------
    NotYetError
        While the target's replicas do not have the address.
    """
    host, names = run.steps["settle"]["host"], world.platform.secrets
    first = world.aws.ask("secretsmanager", run.target, "describe_secret", SecretId=names[0])
    primary = first.get("PrimaryRegion", run.target)
    if primary not in {run.origin, run.target}:
        with suppress(DarkError):
            for name in names:
                _put_host(world, primary, name, host)
            if all(_value(world, run.target, name).get("host") == host for name in names):
                return {"host": host, "in": primary}
            if not any(_has_failed(world, primary, name, run.target) for name in names):
                raise NotYetError(f"the secrets in {run.target} do not have the address from {primary} yet", seconds=5)
    for name in names:
        _stand_alone(world, run.target, name)
        _put_host(world, run.target, name, host)
    return {"host": host, "in": run.target}


def spread(run: Run, world: World) -> Detail:
    """Make the replicas in the other regions copies of the new primary secrets.

    A region that is dark or refuses is noted, and its copies follow later: the keeper sees to it. The region that was
    left keeps its own secrets, until they are reunited. If the primary secrets are elsewhere, all follow those.
    """
    if primary_of(run) != run.target:
        return {}
    return {region: _spread_to(run, world, region) for region in world.platform.others(run.origin, run.target)}


def primary_of(run: Run) -> str:
    """The region of the secrets that got the new writer's address, and that others follow."""
    return str(run.steps.get("secret", {}).get("in", run.target))


def missing(run: Run) -> list[str]:
    """Regions whose copies do not follow yet."""
    return [region for region, what in run.steps.get("spread", {}).items() if what != FOLLOWS]


def rotation(run: Run, world: World) -> Detail:
    """Let the target's own function rotate the secrets.

    Secrets Manager then runs its step ``testSecret``, and nobody waits for that here: if a password does not open the
    new writer, the function fails, and its alarm tells
    (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html).
    Rotation in the region that was left ends: it would change passwords of the old writer. A rotation that was under
    way when the region was lost is in the way of the new one, and is left to people. If the primary secrets are
    elsewhere, they rotate there as before.
    """
    if primary_of(run) != run.target:
        return {}
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


def _value(world: World, region: str, name: str) -> Detail:
    stored = world.aws.ask("secretsmanager", region, "get_secret_value", SecretId=name)["SecretString"]
    value: Detail = json.loads(stored)
    return value


def _put_host(world: World, region: str, name: str, host: str) -> None:
    value = _value(world, region, name)
    if value.get("host") != host:
        text = json.dumps({**value, "host": host})
        world.aws.ask("secretsmanager", region, "put_secret_value", SecretId=name, SecretString=text)


def _has_failed(world: World, primary: str, name: str, region: str) -> bool:
    """Whether Secrets Manager has given up the replica in a region."""
    said = world.aws.ask("secretsmanager", primary, "describe_secret", SecretId=name)
    return any(one["Region"] == region and one["Status"] == "Failed" for one in said.get("ReplicationStatus", []))


def _spread_to(run: Run, world: World, region: str) -> str:
    key = world.platform.places[region].secrets_key
    try:
        for name in world.platform.secrets:
            said = world.aws.ask("secretsmanager", region, "describe_secret", SecretId=name)
            if said.get("PrimaryRegion") == run.target and said["PrimaryRegion"] != region:
                continue
            if said.get("PrimaryRegion", region) == region and said.get("ReplicationStatus"):
                # What becomes of those, if it is overwritten, AWS does not say.
                return "they have replicas of their own; make failback STEP=secrets"
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
        # One region that refuses must not keep the writer's own from its rotation, its capacity and its pages.
        return f"AWS refuses: {code(error)}"
    return FOLLOWS
