"""The secret with the credentials of the application's database user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn

from modules.areas.secrets.database import ENGINE, PORT
from modules.areas.secrets.secret import Secret
from modules.areas.secrets.version import HOST_LABEL, SecretVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdktf_cdktf_provider_aws.db_instance import DbInstance
    from constructs import Construct

    from modules.areas.secrets.database import DatabaseSecret
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: The first of the two database users that rotation alternates between, and the user for IAM authentication.
USERNAME, TOKEN_USERNAME = "app", "app_iam"


class ApplicationSecret(Secret):
    """The address of the database and the application's credentials, in a secret with replicas in the other regions.

    Terraform writes the secret once, without a password. The first rotation creates the database user and adds the
    password. Later rotations alternate between two users. They log in with the secret that ``masterarn`` names. So no
    password of the application ever passes through Terraform.

    Parameters
    ----------
    region
        The region that the secret is created in.
    keys
        By region, the key that encrypts the secret or its replica. Each region but ``region`` gets a replica.
    master
        The secret of the master user, which creates the application's users.
    writer
        The database instance that accepts writes.

    Attributes
    ----------
    value
        The first version of the value, in the JSON structure that Secrets Manager documents for PostgreSQL.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets_strategies.html and
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        keys: Mapping[str, Key],
        master: DatabaseSecret,
        writer: DbInstance,
    ) -> None:
        super().__init__(
            scope,
            id_,
            region=region,
            keys=keys,
            identifier="application",
            description="Credentials of the application on the PostgreSQL database",
        )
        value = {
            "engine": ENGINE,
            "host": writer.address,
            "port": PORT,
            "dbname": master.database,
            "username": USERNAME,
            "masterarn": master.resource.arn,
        }
        self.value = SecretVersion(self, "value", secret=self, value=Fn.jsonencode(value), label=HOST_LABEL)
