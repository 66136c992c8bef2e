"""The table that the failovers of other regions' writers are recorded in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
)
from constructs import Construct

from modules.areas.failover.description import IDENTIFIER
from modules.areas.failover.runtime.names import KEY

if TYPE_CHECKING:
    from modules.blocks.keys.key import Key
    from modules.core.region import Region


class Journal(Construct):
    """A table of this region only, encrypted, with point-in-time recovery and on-demand billing.

    A global table could not be the lock that it is: DynamoDB checks a condition against the item of the local region.
    It has no backup plan: a record is of use while a failover lasts, and afterwards CloudTrail has the calls.

    Parameters
    ----------
    region
        The region.
    key
        The key that it is encrypted with.

    Attributes
    ----------
    resource, name
        The table.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, key: Key) -> None:
        super().__init__(scope, id_)
        name = region.names.of("dynamodb", IDENTIFIER)
        self.resource = DynamodbTable(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=KEY,
            attribute=[DynamodbTableAttribute(name=KEY, type="S")],
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key.arn),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            tags={"Name": name},
        )
        self.name = self.resource.name
