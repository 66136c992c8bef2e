"""Labels of secret versions that have moved since Terraform has last looked: a rotation moves them.

Before it forgets a version, the provider takes every label of it but AWSCURRENT away, as the state has them, and AWS
refuses that for a label which the version does not bear any more:
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
"""

from collections.abc import Callable, Mapping
from typing import Any

VERSION = "aws_secretsmanager_secret_version"
_STAYS = "AWSCURRENT"


def labels_have_moved(state: Mapping[str, Any], clients: Callable[[str, str], Any]) -> bool:
    """Tell whether a version of a secret lacks a label that the state gives it.

    Parameters
    ----------
    state : mapping
        The state, as it is kept in the bucket.
    clients : callable
        Makes a boto3 client of a service and a region.
    """
    return any(
        _has_moved(instance["attributes"], clients)
        for resource in state.get("resources", ())
        if (resource["mode"], resource["type"]) == ("managed", VERSION)
        for instance in resource["instances"]
    )


def _has_moved(version: Mapping[str, Any], clients: Callable[[str, str], Any]) -> bool:
    labels = {*(version["version_stages"] or ())} - {_STAYS}
    if not labels:
        return False
    secrets = clients("secretsmanager", str(version["arn"]).split(":")[3])
    try:
        versions = secrets.describe_secret(SecretId=version["arn"]).get("VersionIdsToStages", {})
    except secrets.exceptions.ResourceNotFoundException:
        # The provider does not mind.
        return False
    return not labels <= {*versions.get(version["version_id"], ())}
