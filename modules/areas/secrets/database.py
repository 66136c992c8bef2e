"""The credentials of the database's master user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn, TerraformLocal, TerraformStack

from modules.areas.secrets.secret import Secret
from modules.areas.secrets.version import DRAWN, SecretVersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from modules.blocks.keys.key import Key
    from modules.core.region import Region

PASSWORD_LENGTH = 32
PORT = 5432
ENGINE = "postgres"
#: What PostgreSQL, connection strings and shells take for something else than a letter of the password.
EXCLUDED = "/@\"'\\ `$:;%&?#<>{}[]|^~"


class DatabaseSecret(Secret):
    """The master user of the database and its password, for administration and for rotation.

    The password is drawn by Secrets Manager anew in each run of Terraform, as an ephemeral resource, and is only ever
    handed on in write-only arguments: neither the output, nor the plan, nor the state holds it. It is written once;
    from then on rotation changes it. What the database is made with is read back from the secret, so that a run that
    breaks off between the two leaves no database whose password nobody knows.

    Parameters
    ----------
    region
        The region that the secret is written in.
    keys
        By region, the key that the secret or its replica is encrypted with; a replica is made in each but ``region``.
    readers
        ARNs, or patterns of them, of the only roles and users that may read and write it.
    username
        The database user. ``meridian`` by default.
    database
        Name of the database. ``meridian`` by default.

    Attributes
    ----------
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
        self.value = self._write(self._draw_password())
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
