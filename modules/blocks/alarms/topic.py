"""Topics that AWS services tell what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.blocks.identity.policy import (
    Condition,
    PolicyDocument,
    Statement,
    arn_like,
    deny_plain_http,
    service,
    string_equals,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.keys.key import Key
    from modules.core.region import Region
    from modules.settings.alerts import Subscription


class Topic(Construct):
    """An encrypted topic that alarms, rules, budgets and anomaly monitors publish to, through TLS only.

    All but rules must be of this account; EventBridge takes no condition that would say so of them.

    Parameters
    ----------
    region
        The region that it lies in, as do the alarms and rules that act on it.
    identifier
        What the name says of it.
    key
        The key that messages are encrypted with; its policy must let the publishers use it.
    subscriptions
        Who is told by SNS itself, so no chats. None by default.

    Attributes
    ----------
    name, arn
        For dimensions of metrics, and for actions of alarms and targets of rules.
    subscriptions
        Who is told.

    See https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        identifier: str,
        key: Key,
        subscriptions: Sequence[Subscription] = (),
    ) -> None:
        super().__init__(scope, id_)
        name = region.names.of("sns", identifier)
        topic = SnsTopic(
            self, "Resource", provider=region.provider, name=name, kms_master_key_id=key.arn, tags={"Name": name}
        )
        document = PolicyDocument(self, "policy-document", region=region, statements=_statements(region, topic.arn))
        SnsTopicPolicy(self, "policy", provider=region.provider, arn=topic.arn, policy=document.json)
        self.name, self.arn = topic.name, topic.arn
        self.subscriptions = [
            SnsTopicSubscription(
                self,
                subscription.id,
                provider=region.provider,
                topic_arn=topic.arn,
                protocol=subscription.protocol,
                endpoint=subscription.endpoint,
            )
            for subscription in subscriptions
        ]


def _statements(region: Region, topic: str) -> list[Statement]:
    of_this_account = string_equals("aws:SourceAccount", region.account_id)
    return [
        deny_plain_http("sns:Publish", topic),
        _publish(
            topic,
            "AlarmsOfThisAccount",
            ["cloudwatch"],
            of_this_account,
            arn_like("aws:SourceArn", region.arn("cloudwatch", "alarm:*")),
        ),
        # AWS takes no condition for EventBridge here: with one, every event would be lost without a word.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
        _publish(topic, "Rules", ["events"]),
        _publish(topic, "CostsOfThisAccount", ["budgets", "costalerts"], of_this_account),
    ]


def _publish(topic: str, sid: str, services: Sequence[str], *conditions: Condition) -> Statement:
    return Statement(
        sid=sid,
        actions=["sns:Publish"],
        resources=[topic],
        principals=[service(*services)],
        condition=list(conditions),
    )
