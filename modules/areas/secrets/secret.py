"""A secret with replicas in other regions."""

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

#: Actions that read a value, or replace it.
VALUE_ACTIONS = ["GetSecretValue", "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"]


class Secret(Construct):
    """A secret, still without a value. Its policy denies access from other accounts.

    Parameters
    ----------
    region
        The region that the secret is created in.
    keys
        By region, the key that encrypts the secret or its replica. Each region but ``region`` gets a replica.
    identifier
        The part of the name that tells it from other secrets.
    description
        What it contains.
    readers
        ARNs, or patterns of them, of the roles and users that may read and write its values. The account root may too,
        and the policy denies everyone else. By default it denies nobody in the account.

    Attributes
    ----------
    region
        The region that it is created in.
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
        name = region.names_of_home.of("secret", identifier)
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
        """ARN of the secret or its replica in a region. Only the region in it differs."""
        home = self.region.name
        return str(Fn.replace(self.resource.arn, f":{home}:", f":{region}:")) if region != home else self.resource.arn

    def read_statements(self, region: str) -> list[Statement]:
        """Statements that allow a role of a region to read the secret or its replica there, and no other secret."""
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
            # Changes of this policy stay allowed, so that a role that is missing by mistake can be added.
            actions=[f"secretsmanager:{action}" for action in VALUE_ACTIONS],
            resources=["*"],
            principals=[EVERYONE],
            condition=[
                arn_not_like("aws:PrincipalArn", root, *readers),
                is_true("aws:PrincipalIsAWSService", wanted=False),
            ],
        )
    ]
