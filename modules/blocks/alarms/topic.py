"""SNS topics that AWS services publish alerts to."""

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
    """An encrypted topic that alarms, event rules, budgets and cost anomaly monitors publish to, through TLS only.

    Alarms, budgets and monitors must belong to this account. For event rules AWS supports no such condition.

    Parameters
    ----------
    region
        Its region, and that of the alarms and event rules that publish to it.
    identifier
        The part of the name that tells it from other topics.
    key
        The key that messages are encrypted with; its policy must allow the publishers.
    subscriptions
        Subscriptions that SNS delivers to, so no chat channels. None by default.

    Attributes
    ----------
    name, arn
        For dimensions of metrics, and for actions of alarms and targets of rules.
    subscriptions
        The subscriptions.

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
    this_account = string_equals("aws:SourceAccount", region.account_id)
    return [
        deny_plain_http("sns:Publish", topic),
        _publish_statement(
            topic,
            "AlarmsOfThisAccount",
            ["cloudwatch"],
            this_account,
            arn_like("aws:SourceArn", region.arn("cloudwatch", "alarm:*")),
        ),
        # AWS supports no condition for EventBridge here: with one, every event would be lost without an error.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
        _publish_statement(topic, "Rules", ["events"]),
        _publish_statement(topic, "CostsOfThisAccount", ["budgets", "costalerts"], this_account),
    ]


def _publish_statement(topic: str, sid: str, services: Sequence[str], *conditions: Condition) -> Statement:
    return Statement(
        sid=sid,
        actions=["sns:Publish"],
        resources=[topic],
        principals=[service(*services)],
        condition=list(conditions),
    )
