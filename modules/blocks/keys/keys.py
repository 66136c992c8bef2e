"""The keys of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.blocks.identity.policy import arn_like
from modules.blocks.keys.key import Key
from modules.blocks.keys.key_policy import (
    tried_by_secrets_manager,
    used_by_auto_scaling,
    used_by_configuration_records,
    used_by_log_groups,
    used_by_publishers,
    used_by_roles_through,
    used_by_trail,
    used_through,
)
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.identity.policy import Statement
    from modules.core.region import Region


class Keys(Construct):
    """One key of a region for each purpose, so that who may read one kind of data may not read the others.

    docs/keys.md says what each is for and why there are these.

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
        # The secrets of every region, because a replica bears the ARN of its own.
        secrets = f"arn:{PARTITION}:secretsmanager:*:{region.account_id}:secret:*"
        self.alerts = self._key("alerts", [used_by_publishers(region)])
        self.backup = self._key("backup", [used_through(region, name) for name in ("backup", "rds", "dynamodb")])
        self.data = self._key("data", [used_through(region, "rds"), used_through(region, "dynamodb")])
        self.functions = self._key("functions", [used_through(region, "lambda"), used_through(region, "sqs")])
        self.logs = self._key(
            "logs",
            [
                used_by_log_groups(region),
                *used_by_trail(region, trail_arn),
                used_by_configuration_records(region),
            ],
        )
        self.secrets = self._key(
            "secrets",
            [
                used_through(
                    region, "secretsmanager", conditions=[arn_like("kms:EncryptionContext:SecretARN", secrets)]
                ),
                tried_by_secrets_manager(region),
            ],
        )
        self.storage = self._key("storage", [used_by_roles_through(region, "s3", storage_roles)])
        self.volumes = self._key("volumes", [used_through(region, "ec2"), used_by_auto_scaling(region)])

    def _key(self, purpose: str, statements: Sequence[Statement]) -> Key:
        return Key(self, purpose, region=self._region, purpose=purpose, statements=statements)
