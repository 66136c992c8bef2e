"""The keys of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.blocks.identity.policy import arn_like
from modules.blocks.keys.key import Key
from modules.blocks.keys.key_policy import (
    allow_auto_scaling,
    allow_config_delivery,
    allow_log_groups,
    allow_publishers,
    allow_roles_via_service,
    allow_secrets_manager_key_check,
    allow_trail,
    allow_via_service,
)
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.identity.policy import Statement
    from modules.core.region import Region


class Keys(Construct):
    """One key of a region for each purpose, so that access to one kind of data gives no access to the others.

    docs/keys.md describes each key and the reason for it.

    Parameters
    ----------
    region
        The region.
    storage_roles
        ARNs of the roles that read or write the region's application data in S3.
    trail_arn
        ARN of the trail whose files the logs key encrypts.

    Attributes
    ----------
    alerts, backup, data, functions, logs, secrets, storage, volumes
        The keys.
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, storage_roles: Sequence[str], trail_arn: str
    ) -> None:
        super().__init__(scope, id_)
        self._region = region
        # In every region, because a replica has an ARN of its own.
        secrets = f"arn:{PARTITION}:secretsmanager:*:{region.account_id}:secret:*"
        self.alerts = self._key("alerts", [allow_publishers(region)])
        self.backup = self._key("backup", [allow_via_service(region, name) for name in ("backup", "rds", "dynamodb")])
        self.data = self._key("data", [allow_via_service(region, "rds"), allow_via_service(region, "dynamodb")])
        self.functions = self._key("functions", [allow_via_service(region, "lambda"), allow_via_service(region, "sqs")])
        self.logs = self._key(
            "logs",
            [
                allow_log_groups(region),
                *allow_trail(region, trail_arn),
                allow_config_delivery(region),
            ],
        )
        self.secrets = self._key(
            "secrets",
            [
                allow_via_service(
                    region, "secretsmanager", conditions=[arn_like("kms:EncryptionContext:SecretARN", secrets)]
                ),
                allow_secrets_manager_key_check(region),
            ],
        )
        self.storage = self._key("storage", [allow_roles_via_service(region, "s3", storage_roles)])
        self.volumes = self._key("volumes", [allow_via_service(region, "ec2"), allow_auto_scaling(region)])

    def _key(self, purpose: str, statements: Sequence[Statement]) -> Key:
        return Key(self, purpose, region=self._region, purpose=purpose, statements=statements)
