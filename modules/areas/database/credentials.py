"""The secret's value, once it is known where the database is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn
from constructs import Construct

from modules.areas.secrets.version import HOST_LABEL, SecretVersion

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.areas.secrets.database import DatabaseSecret


class Credentials(Construct):
    """The version of the secret that says the host besides, so that clients and rotation can log in.

    It is written once, like the first: what changes afterwards is rotation's, and after a promotion the host is put in
    by whoever promotes (docs/database.md).

    Parameters
    ----------
    secret
        The secret.
    writer
        The instance that is written to.

    Attributes
    ----------
    secret
        The secret.
    value
        The version.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    """

    def __init__(self, scope: Construct, id_: str, *, secret: DatabaseSecret, writer: DbInstance) -> None:
        super().__init__(scope, id_)
        self.secret = secret
        placed = Fn.jsonencode(Fn.merge([secret.stored, {"host": writer.address}]))
        self.value = SecretVersion(self, "value", secret=secret, value=placed, label=HOST_LABEL)
