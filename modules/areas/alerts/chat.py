"""Chat channels that receive alerts."""

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

#: Guardrail policy: the upper limit of what anyone may do from a channel, whatever their role allows. Without a
#: guardrail there is no limit.
GUARDRAIL = f"arn:{PARTITION}:iam::aws:policy/CloudWatchReadOnlyAccess"


class Chat(Construct):
    """AWS Chatbot, now Amazon Q Developer in chat applications, which forwards the messages of the topics to channels.

    Each channel has one configuration: AWS accepts no second configuration for a channel. Chatbot subscribes to the
    topics itself. Chatbot is global: the configurations have the home region in their names, whichever region's API
    creates them.

    Parameters
    ----------
    home
        The home region. Its ``alerts`` settings name at least one channel.
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
            name = home.names_of_home.of("chatbot", channel.id)
            _channel_configuration(
                self,
                channel,
                provider=provider,
                configuration_name=name,
                iam_role_arn=role.arn,
                sns_topic_arns=[topics.topics[severity].arn for topics in alerts for severity in severities],
                guardrail_policy_arns=[GUARDRAIL],
                user_authorization_required=True,
                # Chatbot would create a log group without the platform's key and retention.
                logging_level="NONE",
                tags={"Name": name},
            )


class ChatRole(Role):
    """The role that Chatbot assumes to read alarms and draw their graphs, in all regions.

    The trust policy has no condition, because AWS documents no condition key that Chatbot sends when it assumes a role.
    A configuration can only use a role of its own account, and whoever creates it needs ``iam:PassRole`` on the role.

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
                    sid="DescribeAlarms",
                    actions=["cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"],
                    resources=[f"arn:{PARTITION}:cloudwatch:*:{region.account_id}:alarm:*"],
                ),
                Statement(
                    sid="ReadMetrics",
                    actions=[
                        *("cloudwatch:DescribeAlarmsForMetric", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
                        *("cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricWidgetImage"),
                    ],
                    resources=["*"],
                ),
            ],
        )


def _channel_configuration(
    scope: Construct,
    channel: Subscription,
    **common: Any,  # noqa: ANN401 - the arguments that both resources have
) -> None:
    if channel.protocol == "slack":
        workspace_id, channel_id = channel.endpoint.split("/")
        ChatbotSlackChannelConfiguration(
            scope, channel.id, slack_team_id=workspace_id, slack_channel_id=channel_id, **common
        )
    else:
        tenant_id, team_id, channel_id = channel.endpoint.split("/")
        ChatbotTeamsChannelConfiguration(
            scope, channel.id, tenant_id=tenant_id, team_id=team_id, channel_id=channel_id, **common
        )
