"""The rotation of the database's password."""

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

    from modules.database.rotation.function import RotationFunction
    from modules.secrets.database import DatabaseSecret


class Rotation(Construct):
    """Has Secrets Manager rotate the secret with the function of the region that the secret was made in.

    Replicas of the secret cannot be rotated: they follow it. ``database.rotation`` says how often, and whether at once.

    Parameters
    ----------
    secret
        The secret.
    function
        The function, in the secret's region.
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
        secret: DatabaseSecret,
        function: RotationFunction,
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
            rotate_immediately=settings.immediately,
            rotation_rules=SecretsmanagerSecretRotationRotationRules(automatically_after_days=settings.after_days),
            depends_on=[secret.value, function.permission, *depends_on],
        )
