"""A secret of one region, with a copy in every other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret, SecretsmanagerSecretReplica
from cdktf_cdktf_provider_aws.secretsmanager_secret_policy import SecretsmanagerSecretPolicy
from constructs import Construct

from modules.blocks.identity.policy import (
    EVERYONE,
    PolicyDocument,
    Statement,
    arn_not_like,
    deny_other_accounts,
    is_true,
    string_equals,
)
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: What reads a value, and what puts another in its place.
VALUES = ["GetSecretValue", "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"]


class Secret(Construct):
    """A secret without a value. Nobody outside the account can get to it, whatever their own permissions.

    Parameters
    ----------
    region
        The region that the secret is written in.
    keys
        By region, the key that the secret or its replica is encrypted with; a replica is made in each but ``region``.
    identifier
        What its name says of it.
    description
        What it holds.
    readers
        ARNs, or patterns of them, of the only roles and users in the account that may read and write its values,
        besides the account root. Everyone whose own policies allow it by default.

    Attributes
    ----------
    region
        The region that it is written in.
    resource
        The secret.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        keys: Mapping[str, Key],
        identifier: str,
        description: str,
        readers: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.region, self._keys = region, keys
        name = region.names.of("secret", identifier)
        self.resource = SecretsmanagerSecret(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            description=description,
            kms_key_id=keys[region.name].arn,
            recovery_window_in_days=region.settings.secrets.recovery_window_days,
            replica=[
                SecretsmanagerSecretReplica(region=other, kms_key_id=keys[other].arn)
                for other in sorted(keys)
                if other != region.name
            ],
            tags={"Name": name},
        )
        statements = [deny_other_accounts(region, "secretsmanager:*"), *_deny_everyone_except(region, readers)]
        policy = PolicyDocument(self, "policy-document", region=region, statements=statements)
        SecretsmanagerSecretPolicy(
            self,
            "policy",
            provider=region.provider,
            secret_arn=self.resource.arn,
            policy=policy.json,
            block_public_policy=True,
        )

    def arn_in(self, region: str) -> str:
        """ARN of the secret's copy in a region, which differs from the secret's own in the region alone."""
        home = self.region.name
        return str(Fn.replace(self.resource.arn, f":{home}:", f":{region}:")) if region != home else self.resource.arn

    def read_statements(self, region: str) -> list[Statement]:
        """Statements that let a role of a region read the copy there, and no other secret."""
        arn = self.arn_in(region)
        return [
            Statement(
                sid="ReadTheSecret",
                actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources=[arn],
            ),
            self._keys[region].use_statement(
                "DecryptTheSecret",
                service="secretsmanager",
                actions=["kms:Decrypt"],
                context=string_equals("kms:EncryptionContext:SecretARN", arn),
            ),
        ]


def _deny_everyone_except(region: Region, readers: Sequence[str]) -> list[Statement]:
    if not readers:
        return []
    root = f"arn:{PARTITION}:iam::{region.account_id}:root"
    return [
        Statement(
            sid="DenyEveryoneElse",
            effect="Deny",
            # Not the policy itself: whoever was left out by mistake can be let in again.
            actions=[f"secretsmanager:{action}" for action in VALUES],
            resources=["*"],
            principals=[EVERYONE],
            condition=[
                arn_not_like("aws:PrincipalArn", root, *readers),
                is_true("aws:PrincipalIsAWSService", wanted=False),
            ],
        )
    ]
