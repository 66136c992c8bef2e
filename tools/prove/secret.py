"""The passwords of the database are others afterwards, and work."""

from typing import Any

from tools.prove.context import Context

#: What the name of each secret holds; the application's user is made by the other.
SECRETS = ("-database-", "-application-")


def rotation(context: Context) -> str:
    """Rotate, and wait until `AWSCURRENT` is another version: the function moves it only once it has logged in."""
    client = context.client("secretsmanager", context.home)
    for holding in SECRETS:
        secret = context.one("aws_secretsmanager_secret", context.home, holding=holding)["arn"]
        before = _current(client, secret)
        client.rotate_secret(SecretId=secret, RotateImmediately=True)

        def moved(secret: str = secret, before: str = before) -> str | None:
            now = _current(client, secret)
            return now if now != before else None

        context.until(moved, what="AWSCURRENT on another version", minutes=10)
    return "AWSCURRENT of both secrets is on another version, with which the function has logged in to the database"


def _current(client: Any, secret: str) -> str:  # noqa: ANN401 - a client of boto3
    stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    return next(str(version) for version, names in stages.items() if "AWSCURRENT" in names)
