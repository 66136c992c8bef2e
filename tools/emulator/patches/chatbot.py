"""AWS Chatbot, now Amazon Q Developer in chat applications, which moto does not have: channels of Slack and of Teams.

As on AWS they are the same wherever they are asked for, and four regions alone can be asked. Every workspace and every
team is authorized, nothing is subscribed to topics, and nothing is posted.
"""

import re
import sys
from types import ModuleType
from typing import Any

from moto.backend_index import backend_url_patterns
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.utilities.utils import PARTITION_NAMES

from tools.emulator.helpers.requests import parameter

SERVICE = "chatbot"
HOST = re.compile(r"https?://chatbot\.(ap-southeast-1|eu-west-1|us-east-2|us-west-2)\.amazonaws\.com")
SLACK, TEAMS = "slack-channel", "microsoft-teams-channel"
#: What the service's paths say of each kind, and what a request may say of a channel of it.
WORDS = {SLACK: "slack-channel", TEAMS: "ms-teams-channel"}
PLACE = {SLACK: ("SlackTeamId", "SlackChannelId"), TEAMS: ("TenantId", "TeamId", "ChannelId")}
NAMES = {SLACK: ("SlackTeamName", "SlackChannelName"), TEAMS: ("TeamName", "ChannelName")}
#: What both kinds have, and what it is unless a request says so.
COMMON = {
    "ConfigurationName": None,
    "IamRoleArn": None,
    "SnsTopicArns": [],
    "LoggingLevel": "NONE",
    "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
    "UserAuthorizationRequired": False,
    "Tags": [],
}
PATHS = (
    *(f"/{verb}-{word}-configuration" for verb in ("create", "update", "delete") for word in WORDS.values()),
    *("/describe-slack-channel-configurations", "/list-ms-teams-channel-configurations"),
    *("/list-tags-for-resource", "/tag-resource", "/untag-resource"),
)
Channel = dict[str, Any]


class ResourceNotFoundError(ServiceException):
    """There is no such configuration."""

    code = "ResourceNotFoundException"


class ConflictError(ServiceException):
    """The name or the channel is taken."""

    code = "ConflictException"


class ChatbotBackend(BaseBackend):
    """The channels of an account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.channels: dict[str, Channel] = {}

    @property
    def flask_paths(self) -> dict[str, Any]:
        """The paths of the service's API."""
        return dict.fromkeys(PATHS, ChatbotResponse.dispatch)


class ChatbotResponse(BaseResponse):
    """Handlers of the operations that Terraform uses."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)
        self.automated_parameter_parsing = True

    @property
    def channels(self) -> dict[str, Channel]:
        """The channels by the ARN of their configuration."""
        return backends[self.current_account][self.partition].channels

    def create_slack_channel_configuration(self) -> ActionResult:
        """Configure a channel of Slack."""
        return self._create(SLACK)

    def create_microsoft_teams_channel_configuration(self) -> ActionResult:
        """Configure a channel of Teams."""
        return self._create(TEAMS)

    def describe_slack_channel_configurations(self) -> ActionResult:
        """List the channels of Slack, or the one that has the ARN."""
        return self._list("SlackChannelConfigurations", SLACK, "ChatConfigurationArn")

    def list_microsoft_teams_channel_configurations(self) -> ActionResult:
        """List the channels of Teams, or those of one team."""
        return self._list("TeamChannelConfigurations", TEAMS, "TeamId")

    def update_slack_channel_configuration(self) -> ActionResult:
        """Change what a channel of Slack is told."""
        return self._update()

    def update_microsoft_teams_channel_configuration(self) -> ActionResult:
        """Change what a channel of Teams is told."""
        return self._update()

    def delete_slack_channel_configuration(self) -> ActionResult:
        """Delete the configuration of a channel of Slack."""
        return self._delete()

    def delete_microsoft_teams_channel_configuration(self) -> ActionResult:
        """Delete the configuration of a channel of Teams."""
        return self._delete()

    def list_tags_for_resource(self) -> ActionResult:
        """List the tags of a configuration."""
        return ActionResult({"Tags": self._find("ResourceARN")["Tags"]})

    def tag_resource(self) -> ActionResult:
        """Add tags to a configuration."""
        added = parameter(self, "Tags", [])
        self._keep_tags_but({tag["TagKey"] for tag in added})
        self._find("ResourceARN")["Tags"] += added
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """Take tags off a configuration."""
        self._keep_tags_but(set(parameter(self, "TagKeys", [])))
        return EmptyResult()

    def _create(self, kind: str) -> ActionResult:
        place = {name: parameter(self, name) for name in PLACE[kind]}
        names = dict(zip(NAMES[kind], list(place.values())[-2:], strict=True))
        said = {name: parameter(self, name, default) for name, default in COMMON.items()}
        resource = f"chat-configuration/{kind}/{said['ConfigurationName']}"
        arn = f"arn:{self.partition}:chatbot::{self.current_account}:{resource}"
        if arn in self.channels or any(place.items() <= one.items() for one in self.channels.values()):
            raise ConflictError(f"{resource} or its channel is there already")
        self.channels[arn] = {**place, **names, **said, "ChatConfigurationArn": arn, "State": "ENABLED"}
        return ActionResult({"ChannelConfiguration": self.channels[arn]})

    def _list(self, key: str, kind: str, selector: str) -> ActionResult:
        found = [one for arn, one in self.channels.items() if f":chat-configuration/{kind}/" in arn]
        wanted = parameter(self, selector)
        return ActionResult({key: [one for one in found if wanted in {None, one[selector]}]})

    def _update(self) -> ActionResult:
        channel = self._find("ChatConfigurationArn")
        # A configuration keeps its name.
        changes = {name: parameter(self, name) for name in channel.keys() - {"ConfigurationName", "Tags"}}
        channel.update({name: value for name, value in changes.items() if value is not None})
        return ActionResult({"ChannelConfiguration": channel})

    def _delete(self) -> ActionResult:
        del self.channels[self._find("ChatConfigurationArn")["ChatConfigurationArn"]]
        return EmptyResult()

    def _find(self, name: str) -> Channel:
        arn = parameter(self, name)
        if arn not in self.channels:
            raise ResourceNotFoundError(f"There is no configuration {arn}")
        return self.channels[arn]

    def _keep_tags_but(self, keys: set[str]) -> None:
        channel = self._find("ResourceARN")
        channel["Tags"] = [tag for tag in channel["Tags"] if tag["TagKey"] not in keys]


backends = BackendDict(ChatbotBackend, SERVICE, use_boto3_regions=False, additional_regions=PARTITION_NAMES)


def apply() -> None:
    """Make moto believe that the service is one of its own."""
    module = ModuleType(f"moto.{SERVICE}")
    module.__dict__[f"{SERVICE}_backends"] = backends
    sys.modules[module.__name__] = module
    backend_url_patterns.append((SERVICE, HOST))
