"""The rotation of a password of the database."""

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
    """Has Secrets Manager rotate the secret with the function of the region that the secret was made in.

    Replicas of the secret cannot be rotated: they follow it. ``database.rotation`` says how often.

    Parameters
    ----------
    secret
        The secret.
    function
        The function, in the secret's region.
    value
        The version of the secret that there is to rotate.
    immediately
        Whether it rotates as soon as rotation is attached or its schedule changes.
    depends_on
        What has to stand before the function can log in: Secrets Manager has it do so at once, whether it rotates at
        once or not.

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
