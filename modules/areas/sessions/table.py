"""The session table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableReplica,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from modules.areas.backup.plan import backup_tags
from modules.areas.sessions.names import EXPIRES_AT, SESSION_ID
from modules.blocks.identity.policy import Statement, string_equals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.areas.network.network import Network
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: Reads and writes of items by key. No Scan: one call would return the sessions of all users.
ITEM_ACTIONS = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)


class SessionTable(Construct):
    """A global table of sessions with on-demand billing: created in one region, with a replica in every other region.

    Each region reads and writes its own replica, whichever region is the primary. Every replica is encrypted with a key
    of its region and has point-in-time recovery for the last 35 days. DynamoDB deletes items once ``expires_at`` has
    passed. A new region adds a replica in place.

    Parameters
    ----------
    region
        The region that the table is created in. It does not move. The setting ``sessions.deletion_protection`` turns
        on deletion protection.
    keys
        By region, the key that encrypts the table or its replica. Each region but ``region`` gets a replica.

    Attributes
    ----------
    name
        The table's name, which is the same in every region.
    resource
        The table.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, keys: Mapping[str, Key]) -> None:
        super().__init__(scope, id_)
        self._keys = keys
        self.name = region.names_of_home.of("dynamodb", "sessions")
        self.resource = DynamodbTable(
            self,
            "Resource",
            provider=region.provider,
            name=self.name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=SESSION_ID,
            attribute=[DynamodbTableAttribute(name=SESSION_ID, type="S")],
            ttl=DynamodbTableTtl(attribute_name=EXPIRES_AT, enabled=True),
            # Replication needs the stream. It is always on, so that the first replica changes nothing else.
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=keys[region.name].arn),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            deletion_protection_enabled=region.settings.sessions.deletion_protection,
            replica=[
                # AWS does not copy these settings from the table to a replica.
                DynamodbTableReplica(
                    region_name=other,
                    kms_key_arn=keys[other].arn,
                    point_in_time_recovery=True,
                    propagate_tags=True,
                )
                for other in sorted(keys)
                if other != region.name
            ],
            tags={"Name": self.name, **backup_tags(region)},
        )

    def regions_besides(self, region: str) -> list[str]:
        """Names of the other regions with a replica of the table."""
        return sorted(self._keys.keys() - {region})

    def access_statements(self, network: Network) -> list[Statement]:
        """Statements that allow a role to read and write sessions in a region, from inside its network only.

        Parameters
        ----------
        network
            The region's network. Requests must come through its gateway endpoint: from elsewhere the role's credentials
            give no access to sessions.

        See https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-ddb.html
        """
        region = network.region
        return [
            Statement(
                sid="WorkWithSessions",
                actions=list(ITEM_ACTIONS),
                resources=[region.arn("dynamodb", f"table/{self.name}")],
                condition=[string_equals("aws:SourceVpc", network.vpc.id)],
            ),
            self._keys[region.name].use_statement(
                "UseTheirKey",
                service="dynamodb",
                actions=["kms:Decrypt"],
                context=string_equals("kms:EncryptionContext:aws:dynamodb:tableName", self.name),
            ),
        ]
