"""The credentials of the application's own user of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn

from modules.areas.secrets.database import ENGINE, PORT
from modules.areas.secrets.secret import Secret
from modules.areas.secrets.version import PLACED, SecretVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdktf_cdktf_provider_aws.db_instance import DbInstance
    from constructs import Construct

    from modules.areas.secrets.database import DatabaseSecret
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: The first of the two users that rotation alternates between, and what it calls the one that logs in with tokens.
USERNAME, TOKEN_USERNAME = "app", "app_iam"


class ApplicationSecret(Secret):
    """Where the database is and as whom the application logs in, in a secret of one region with replicas elsewhere.

    Terraform writes it once, without a password. Its first rotation makes the user on the database and puts the
    password in; from then on rotation alternates between two users, with what ``masterarn`` names. So no password of
    the application ever passes through Terraform.

    Parameters
    ----------
    region
        The region that the secret is written in.
    keys
        By region, the key that the secret or its replica is encrypted with; a replica is made in each but ``region``.
    master
        The secret of the user that makes the application's.
    writer
        The instance that is written to.

    Attributes
    ----------
    value
        The first version of the value, in the shape that Secrets Manager documents for PostgreSQL.

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
        self.value = SecretVersion(self, "value", secret=self, value=Fn.jsonencode(value), label=PLACED)
