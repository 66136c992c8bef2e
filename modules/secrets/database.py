"""The credentials of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn, TerraformLocal, TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret, SecretsmanagerSecretReplica
from cdktf_cdktf_provider_aws.secretsmanager_secret_policy import SecretsmanagerSecretPolicy
from constructs import Construct

from modules.identity.policy import EVERYONE, Condition, PolicyDocument, Statement, is_true, string_equals
from modules.secrets.version import DRAWN, SecretVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.keys.key import Key
    from modules.region import Region

PASSWORD_LENGTH = 32
PORT = 5432
#: What PostgreSQL, connection strings and shells take for something else than a letter of the password.
EXCLUDED = "/@\"'\\ `$:;%&?#<>{}[]|^~"


class DatabaseSecret(Construct):
    """User and password of the database, in a secret of one region with a replica in every other.

    The password is drawn by Secrets Manager anew in each run of Terraform, as an ephemeral resource, and is only ever
    handed on in write-only arguments: neither the output, nor the plan, nor the state holds it. It is written once;
    from then on rotation changes it. What the database is made with is read back from the secret, so that a run that
    breaks off between the two leaves no database whose password nobody knows. Nobody outside the account can get to the
    secret, whatever their own permissions.

    Parameters
    ----------
    region
        The region that the secret is written in.
    keys
        By region, the key that the secret or its replica is encrypted with; a replica is made in each but ``region``.
    username
        The database user. ``meridian`` by default.
    database
        Name of the database. ``meridian`` by default.

    Attributes
    ----------
    resource
        The secret.
    username, database
        The database user, and the database.
    stored, password
        What the secret holds, and the password in it, for write-only arguments and for nothing else.
    value
        The first version of the value, in the shape that Secrets Manager documents for PostgreSQL but for ``host``,
        which there is only once the database stands.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html and
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        keys: Mapping[str, Key],
        username: str = "meridian",
        database: str = "meridian",
    ) -> None:
        super().__init__(scope, id_)
        self.region, self.username, self.database = region, username, database
        self._keys = keys
        name = region.names.of("secret", "database")
        self.resource = SecretsmanagerSecret(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            description="Credentials of the PostgreSQL database",
            kms_key_id=keys[region.name].arn,
            recovery_window_in_days=region.settings.secrets.recovery_window_days,
            replica=[
                SecretsmanagerSecretReplica(region=other, kms_key_id=keys[other].arn)
                for other in sorted(keys)
                if other != region.name
            ],
            tags={"Name": name},
        )
        policy = PolicyDocument(self, "policy-document", region=region, statements=[_refuse_other_accounts(region)])
        SecretsmanagerSecretPolicy(
            self,
            "policy",
            provider=region.provider,
            secret_arn=self.resource.arn,
            policy=policy.json,
            block_public_policy=True,
        )
        self.value = self._write(self._draw_password())
        self.stored = self._read_back()
        self.password = str(Fn.lookup(self.stored, "password"))

    def arn_in(self, region: str) -> str:
        """ARN of the secret's copy in a region, which differs from the secret's own in the region alone."""
        home = self.region.name
        return str(Fn.replace(self.resource.arn, f":{home}:", f":{region}:")) if region != home else self.resource.arn

    def read_in(self, region: str) -> list[Statement]:
        """Statements that let a role of a region read the copy there, and no other secret."""
        arn = self.arn_in(region)
        return [
            Statement(
                sid="ReadTheSecret",
                actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources=[arn],
            ),
            Statement(
                sid="DecryptTheSecret",
                actions=["kms:Decrypt"],
                resources=[self._keys[region].arn],
                condition=[
                    string_equals("kms:ViaService", f"secretsmanager.{region}.amazonaws.com"),
                    string_equals("kms:EncryptionContext:SecretARN", arn),
                ],
            ),
        ]

    def _write(self, password: str) -> SecretVersion:
        value = {
            "engine": "postgres",
            "username": self.username,
            "password": password,
            "dbname": self.database,
            "port": PORT,
        }
        return SecretVersion(self, "value", secret=self, value=Fn.jsonencode(value), label=DRAWN)

    def _draw_password(self) -> str:
        arguments = {
            "password_length": PASSWORD_LENGTH,
            "exclude_characters": EXCLUDED,
            "require_each_included_type": True,
        }
        drawn = self._ephemeral("aws_secretsmanager_random_password", "password", arguments)
        return str(TerraformLocal(self, "password", f"${{{drawn}.random_password}}").as_string)

    def _read_back(self) -> object:
        arguments = {"secret_id": self.value.secret_id}
        read = self._ephemeral("aws_secretsmanager_secret_version", "stored", arguments)
        return TerraformLocal(self, "stored", f"${{jsondecode({read}.secret_string)}}").as_any_map

    def _ephemeral(self, kind: str, id_: str, arguments: Mapping[str, object]) -> str:
        """Address of an ephemeral resource, for a local value: that passes it on, and is what functions can take."""
        # The bindings have no class for ephemeral resources. The name is of the path, as the ids of resources are.
        name = "_".join(self.node.path.split("/")[1:]).replace("-", "_") + f"_{id_}"
        body = {"provider": self.region.provider.fqn, **arguments}
        TerraformStack.of(self).add_override(f"ephemeral.{kind}.{name}", body)
        return f"ephemeral.{kind}.{name}"


def _refuse_other_accounts(region: Region) -> Statement:
    return Statement(
        sid="RefuseOtherAccounts",
        effect="Deny",
        actions=["secretsmanager:*"],
        # The policy goes with the secret to replicas, whose ARNs are others.
        resources=["*"],
        principals=[EVERYONE],
        condition=[
            Condition(test="StringNotEquals", variable="aws:PrincipalAccount", values=[region.account_id]),
            # AWS services that act for this account, such as the one that replicates, have no account.
            is_true("aws:PrincipalIsAWSService", wanted=False),
        ],
    )
