"""The table of sessions."""

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
from modules.blocks.identity.policy import Statement, string_equals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.areas.network.network import Network
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: What a session is found by, and when it ends, in seconds since 1970.
SESSION_ID, EXPIRES_AT = "session_id", "expires_at"
#: Reading and writing items that are named. No scan: it would hand out everybody's session in one call.
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
    """A global table of sessions, paid by the request: made in one region, with a replica in every other.

    Each region reads and writes its own copy, whichever region is the primary. Every copy is encrypted with a key of
    its region and can be restored to any second of the last 35 days. Items go by themselves once ``expires_at`` is
    past. Another region is another replica, added in place.

    Parameters
    ----------
    region
        The region that the table is made in. It does not move; ``sessions.deletion_protection`` decides whether AWS
        refuses to delete the table.
    keys
        By region, the key that the table or its replica is encrypted with; a replica is made in each but ``region``.

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
        self.name = region.names.of("dynamodb", "sessions")
        self.resource = DynamodbTable(
            self,
            "Resource",
            provider=region.provider,
            name=self.name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=SESSION_ID,
            attribute=[DynamodbTableAttribute(name=SESSION_ID, type="S")],
            ttl=DynamodbTableTtl(attribute_name=EXPIRES_AT, enabled=True),
            # What replicas are fed from. On without a replica too, so that the first one changes nothing else.
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=keys[region.name].arn),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            deletion_protection_enabled=region.settings.sessions.deletion_protection,
            replica=[
                # Of the table's settings AWS copies none of these to a replica.
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
        """Names of the other regions that have a copy of the table."""
        return sorted(self._keys.keys() - {region})

    def access_statements(self, network: Network) -> list[Statement]:
        """What a role of a network's region needs to work with sessions there, and only from inside that network.

        Parameters
        ----------
        network
            The network whose gateway endpoint the requests come through: elsewhere the role's credentials open no
            session.

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
