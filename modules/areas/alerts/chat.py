"""Channels of chats that are told of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.chatbot_slack_channel_configuration import ChatbotSlackChannelConfiguration
from cdktf_cdktf_provider_aws.chatbot_teams_channel_configuration import ChatbotTeamsChannelConfiguration
from constructs import Construct

from modules.blocks.identity.policy import Statement, service
from modules.blocks.identity.role import Role
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from cdktf_cdktf_provider_aws.provider import AwsProvider

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region
    from modules.settings.alerts import Subscription

#: The most that anyone may do from a channel, whatever role they bring; without one, it is anything.
GUARDRAIL = f"arn:{PARTITION}:iam::aws:policy/CloudWatchReadOnlyAccess"


class Chat(Construct):
    """AWS Chatbot, now Amazon Q Developer in chat applications, telling channels what the topics are told.

    Each channel has one configuration, because AWS takes no second one of a channel. Chatbot subscribes to the topics
    itself. It is global: the configurations bear the home region's name, whatever region's API makes them.

    Parameters
    ----------
    home
        The home region, with ``alerts`` of the settings, which name at least one channel.
    provider
        The provider of a region that has Chatbot's API.
    alerts
        The topics of all regions.

    See https://docs.aws.amazon.com/chatbot/latest/adminguide/what-is.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, home: Region, provider: AwsProvider, alerts: Sequence[AlertTopics]
    ) -> None:
        super().__init__(scope, id_)
        role = ChatRole(self, "role", region=home)
        for channel, severities in home.settings.alerts.channels.items():
            configuration = home.names.of("chatbot", channel.id)
            _configure(
                self,
                channel,
                provider=provider,
                configuration_name=configuration,
                iam_role_arn=role.arn,
                sns_topic_arns=[one.topics[severity].arn for one in alerts for severity in severities],
                guardrail_policy_arns=[GUARDRAIL],
                user_authorization_required=True,
                # Its log group would be one without our key and retention.
                logging_level="NONE",
                tags={"Name": configuration},
            )


class ChatRole(Role):
    """The role in which Chatbot looks at alarms and draws their graphs, in every region, as alarms are in all of them.

    AWS documents no key that Chatbot sends when it takes a role on, so its trust has no condition. A configuration only
    ever gets a role of its own account, from someone with ``iam:PassRole`` on it.

    Parameters
    ----------
    region
        The home region.

    See https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-iam-policies.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        trust = Statement(actions=["sts:AssumeRole"], principals=[service("chatbot")])
        super().__init__(scope, id_, region=region, identifier="chat", trust=trust)
        self.policy = self.allow(
            "graphs",
            [
                Statement(
                    sid="LookAtAlarms",
                    actions=["cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"],
                    resources=[f"arn:{PARTITION}:cloudwatch:*:{region.account_id}:alarm:*"],
                ),
                Statement(
                    sid="DrawGraphs",
                    actions=[
                        *("cloudwatch:DescribeAlarmsForMetric", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
                        *("cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricWidgetImage"),
                    ],
                    resources=["*"],
                ),
            ],
        )


def _configure(scope: Construct, channel: Subscription, **common: Any) -> None:  # noqa: ANN401 - what both kinds take
    if channel.protocol == "slack":
        workspace, place = channel.endpoint.split("/")
        ChatbotSlackChannelConfiguration(scope, channel.id, slack_team_id=workspace, slack_channel_id=place, **common)
    else:
        tenant, team, place = channel.endpoint.split("/")
        ChatbotTeamsChannelConfiguration(scope, channel.id, tenant_id=tenant, team_id=team, channel_id=place, **common)
