"""The version of the database secret that contains the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn
from constructs import Construct

from modules.areas.secrets.version import HOST_LABEL, SecretVersion

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.areas.secrets.database import DatabaseSecret


class Credentials(Construct):
    """The version of the secret that also contains the host, so that clients and the rotation function can log in.

    Terraform writes this version once, like the first. Later versions are written by rotation. After a promotion the
    operator sets the new host (docs/database.md).

    Parameters
    ----------
    secret
        The secret.
    writer
        The DB instance that is the writer.

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
        value = Fn.jsonencode(Fn.merge([secret.stored, {"host": writer.address}]))
        self.value = SecretVersion(self, "value", secret=secret, value=value, label=HOST_LABEL)
