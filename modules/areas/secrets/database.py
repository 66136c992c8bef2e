"""The secret with the credentials of the database's master user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn, TerraformLocal, TerraformStack

from modules.areas.secrets.secret import Secret
from modules.areas.secrets.version import PASSWORD_LABEL, SecretVersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from modules.blocks.keys.key import Key
    from modules.core.region import Region

PASSWORD_LENGTH = 32
PORT = 5432
ENGINE = "postgres"
#: Characters with a special meaning in PostgreSQL, connection strings or shells.
EXCLUDED_CHARACTERS = "/@\"'\\ `$:;%&?#<>{}[]|^~"


class DatabaseSecret(Secret):
    """The master user of the database and its password, for administration and for rotation.

    Secrets Manager generates a password in each run of Terraform, as an ephemeral resource. It is passed on only in
    write-only arguments, so neither the output nor the plan nor the state contains it. Terraform writes it once, and
    rotation changes it later. The database gets the password that is read back from the secret: an interrupted run
    cannot leave a database whose password nobody knows.

    Parameters
    ----------
    region
        The region that the secret is created in.
    keys
        By region, the key that encrypts the secret or its replica. Each region but ``region`` gets a replica.
    readers
        ARNs, or patterns of them, of the only roles and users that may read and write it.
    username
        The database user. ``meridian`` by default.
    database
        Name of the database. ``meridian`` by default.

    Attributes
    ----------
    username, database
        The master user's name, and the database's name.
    stored, password
        The value of the secret and the password in it. Use them in write-only arguments only.
    value
        The first version of the value, in the JSON structure that Secrets Manager documents for PostgreSQL. It has no
        ``host``, which exists only after the database.

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
        readers: Sequence[str],
        username: str = "meridian",
        database: str = "meridian",
    ) -> None:
        super().__init__(
            scope,
            id_,
            region=region,
            keys=keys,
            identifier="database",
            description="Credentials of the PostgreSQL database",
            readers=readers,
        )
        self.username, self.database = username, database
        self.value = self._write(self._generate_password())
        self.stored = self._read_back()
        self.password = str(Fn.lookup(self.stored, "password"))

    def _write(self, password: str) -> SecretVersion:
        value = {
            "engine": ENGINE,
            "username": self.username,
            "password": password,
            "dbname": self.database,
            "port": PORT,
        }
        return SecretVersion(self, "value", secret=self, value=Fn.jsonencode(value), label=PASSWORD_LABEL)

    def _generate_password(self) -> str:
        arguments = {
            "password_length": PASSWORD_LENGTH,
            "exclude_characters": EXCLUDED_CHARACTERS,
            "require_each_included_type": True,
        }
        generated = self._ephemeral("aws_secretsmanager_random_password", "password", arguments)
        return str(TerraformLocal(self, "password", f"${{{generated}.random_password}}").as_string)

    def _read_back(self) -> object:
        arguments = {"secret_id": self.value.secret_id}
        read = self._ephemeral("aws_secretsmanager_secret_version", "stored", arguments)
        return TerraformLocal(self, "stored", f"${{jsondecode({read}.secret_string)}}").as_any_map

    def _ephemeral(self, kind: str, id_: str, arguments: Mapping[str, object]) -> str:
        """Add an ephemeral resource and return its address, for a local value that functions of CDKTF accept."""
        # CDKTF has no class for ephemeral resources. The name comes from the construct path, as those of resources do.
        name = "_".join(self.node.path.split("/")[1:]).replace("-", "_") + f"_{id_}"
        body = {"provider": self.region.provider.fqn, **arguments}
        TerraformStack.of(self).add_override(f"ephemeral.{kind}.{name}", body)
        return f"ephemeral.{kind}.{name}"
