"""Rotation of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import (
    SecretsmanagerSecretRotation,
    SecretsmanagerSecretRotationRotationRules,
)
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdktf import ITerraformDependable

    from modules.areas.rotation.function import RotationFunction
    from modules.areas.secrets.secret import Secret
    from modules.areas.secrets.version import SecretVersion


class Rotation(Construct):
    """Rotation of a secret by Secrets Manager, with the function in the secret's region.

    Replicas are not rotated themselves: they follow the secret. The setting ``database.rotation`` has the schedule.

    Parameters
    ----------
    secret
        The secret.
    function
        The function, in the secret's region.
    value
        The version of the secret to rotate first.
    immediately
        Whether Secrets Manager rotates as soon as rotation is enabled or its schedule changes.
    depends_on
        What the function needs to log in to the database: Secrets Manager invokes it as soon as rotation is enabled,
        even if it does not rotate immediately.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        secret: Secret,
        value: SecretVersion,
        function: RotationFunction,
        immediately: bool,
        depends_on: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id_)
        settings = secret.region.settings.database.rotation
        self.resource = SecretsmanagerSecretRotation(
            self,
            "Resource",
            provider=secret.region.provider,
            secret_id=secret.resource.id,
            rotation_lambda_arn=function.arn,
            rotate_immediately=immediately,
            rotation_rules=SecretsmanagerSecretRotationRotationRules(automatically_after_days=settings.after_days),
            depends_on=[value, *function.permissions, *depends_on],
        )
