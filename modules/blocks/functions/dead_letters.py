"""Dead-letter queues of Lambda functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from constructs import Construct

from modules.blocks.identity.policy import PolicyDocument, Statement, deny_plain_http, string_equals

if TYPE_CHECKING:
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: 14 days, the maximum of SQS, so that no message is lost over a long weekend.
RETENTION_SECONDS = 14 * 24 * 60 * 60


class DeadLetters(Construct):
    """An encrypted queue for asynchronous invocations that have failed three times. It accepts TLS only.

    Parameters
    ----------
    region
        The region.
    identifier
        The function's identifier, which becomes part of the name.
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
        statements = [deny_plain_http("sqs:*", self.arn)]
        policy = PolicyDocument(self, "policy-document", region=region, statements=statements)
        SqsQueuePolicy(self, "policy", provider=region.provider, queue_url=self.resource.url, policy=policy.json)

    def send_statements(self) -> list[Statement]:
        """Statements that allow a role to send messages to the queue."""
        return [
            Statement(sid="SendDeadLetters", actions=["sqs:SendMessage"], resources=[self.arn]),
            self._key.use_statement(
                "EncryptDeadLetters",
                service="sqs",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                context=string_equals("kms:EncryptionContext:aws:sqs:arn", self.arn),
            ),
        ]
