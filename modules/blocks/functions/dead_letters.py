"""Where calls end that the function failed to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from constructs import Construct

from modules.blocks.identity.policy import EVERYONE, PolicyDocument, Statement, is_true, string_equals

if TYPE_CHECKING:
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: The longest that SQS keeps a message, so that a long weekend loses none.
RETENTION_SECONDS = 14 * 24 * 60 * 60


class DeadLetters(Construct):
    """An encrypted queue that Lambda puts a call into after it has failed three times; TLS only.

    Parameters
    ----------
    region
        The region.
    identifier
        What the name says of whose calls these are.
    key
        The key that messages are encrypted with.

    See https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, identifier: str, key: Key) -> None:
        super().__init__(scope, id_)
        self._region, self._key = region, key
        name = region.names.of("sqs", f"{identifier}-dead-letters")
        self.resource = SqsQueue(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            kms_master_key_id=key.arn,
            message_retention_seconds=RETENTION_SECONDS,
            tags={"Name": name},
        )
        self.arn = self.resource.arn
        refuse_plain_http = Statement(
            sid="DenyPlainHttp",
            effect="Deny",
            actions=["sqs:*"],
            resources=[self.arn],
            principals=[EVERYONE],
            condition=[is_true("aws:SecureTransport", wanted=False)],
        )
        policy = PolicyDocument(self, "policy-document", region=region, statements=[refuse_plain_http])
        SqsQueuePolicy(self, "policy", provider=region.provider, queue_url=self.resource.url, policy=policy.json)

    def send(self) -> list[Statement]:
        """What a role needs to have messages put into the queue."""
        return [
            Statement(sid="SendDeadLetters", actions=["sqs:SendMessage"], resources=[self.arn]),
            Statement(
                sid="EncryptDeadLetters",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self._key.arn],
                condition=[
                    string_equals("kms:ViaService", f"sqs.{self._region.name}.amazonaws.com"),
                    string_equals("kms:EncryptionContext:aws:sqs:arn", self.arn),
                ],
            ),
        ]
