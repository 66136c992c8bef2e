"""What has changed since Terraform has last looked, and keeps a destruction that does not look from its end."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

VERSION = "aws_secretsmanager_secret_version"
TABLE = "aws_dynamodb_table"
_STAYS = "AWSCURRENT"


def is_stale(state: Mapping[str, Any], clients: Callable[[str, str], Any]) -> bool:
    """Tell whether Terraform has to look at what stands before it destroys what the state holds.

    That is so for two things:

    - A version of a secret that lacks a label which the state gives it, since a rotation has moved the label. Before
      the provider forgets a version, it takes every label of it but AWSCURRENT away, and AWS refuses that for a label
      which the version does not bear any more:
      https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
    - A table with replicas that is gone, since an earlier destruction was killed. The provider takes the replicas
      away first, and where there is no table it tries that for half an hour (`deleteReplicas` in its
      `internal/service/dynamodb/table.go` counts its attempts anew at each of them).

    Parameters
    ----------
    state : mapping
        The state, as it is kept in the bucket.
    clients : callable
        Makes a boto3 client of a service and a region.
    """
    return any(_has_moved(version, clients) for version in _of(state, VERSION)) or any(
        _is_gone(table, clients) for table in _of(state, TABLE) if table["replica"]
    )


def _of(state: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    for resource in state.get("resources", ()):
        if (resource["mode"], resource["type"]) == ("managed", kind):
            yield from (instance["attributes"] for instance in resource["instances"])


def _has_moved(version: Mapping[str, Any], clients: Callable[[str, str], Any]) -> bool:
    labels = {*(version["version_stages"] or ())} - {_STAYS}
    if not labels:
        return False
    secrets = clients("secretsmanager", _region(version))
    try:
        versions = secrets.describe_secret(SecretId=version["arn"]).get("VersionIdsToStages", {})
    except secrets.exceptions.ResourceNotFoundException:
        # The provider does not mind.
        return False
    return not labels <= {*versions.get(version["version_id"], ())}


def _is_gone(table: Mapping[str, Any], clients: Callable[[str, str], Any]) -> bool:
    dynamodb = clients("dynamodb", _region(table))
    try:
        dynamodb.describe_table(TableName=table["name"])
    except dynamodb.exceptions.ResourceNotFoundException:
        return True
    return False


def _region(resource: Mapping[str, Any]) -> str:
    return str(resource["arn"]).split(":")[3]
