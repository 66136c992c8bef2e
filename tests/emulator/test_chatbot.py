from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
COMMON: dict[str, Any] = {
    "IamRoleArn": "arn:aws:iam::123456789012:role/chat",
    "SnsTopicArns": ["arn:aws:sns:us-east-1:123456789012:page"],
    "LoggingLevel": "ERROR",
    "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"],
    "UserAuthorizationRequired": True,
    "Tags": [{"TagKey": "Owner", "TagValue": "platform"}],
}
TEAMS = {
    "TenantId": "11111111-2222-3333-4444-555555555555",
    "TeamId": "66666666-7777-8888-9999-000000000000",
    "ChannelId": "19%3aabc%40thread.tacv2",
}


def chatbot(emulator: Emulator, region: str = "us-east-2") -> Any:
    return emulator.client("chatbot", region)


def slack(name: str) -> dict[str, Any]:
    channel = {"SlackTeamId": "T07EA123LEP", "SlackChannelId": f"C{name.upper()}"}
    return {"ConfigurationName": name, **channel, **COMMON}


def made(client: Any, name: str) -> str:
    answer = client.create_slack_channel_configuration(**slack(name))
    return str(answer["ChannelConfiguration"]["ChatConfigurationArn"])


def found(client: Any, arn: str) -> list[dict[str, Any]]:
    answer = client.describe_slack_channel_configurations(ChatConfigurationArn=arn)
    return list(answer["SlackChannelConfigurations"])


def test_a_channel_of_slack_lives_its_whole_life(emulator: Emulator) -> None:
    client = chatbot(emulator)
    arn = made(client, "whole")
    assert arn == "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/whole"
    (channel,) = found(client, arn)
    assert slack("whole").items() <= channel.items()
    assert channel["State"] == "ENABLED"

    changes = {"SlackChannelId": "C0OTHER", "UserAuthorizationRequired": False}
    client.update_slack_channel_configuration(ChatConfigurationArn=arn, **changes)
    assert (slack("whole") | changes).items() <= found(client, arn)[0].items()

    client.delete_slack_channel_configuration(ChatConfigurationArn=arn)
    assert found(client, arn) == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.delete_slack_channel_configuration(ChatConfigurationArn=arn)


def test_a_channel_of_teams_lives_its_whole_life_and_is_found_by_its_team(emulator: Emulator) -> None:
    client = chatbot(emulator)

    def of_team(team: str) -> list[dict[str, Any]]:
        return list(client.list_microsoft_teams_channel_configurations(TeamId=team)["TeamChannelConfigurations"])

    create = {"ConfigurationName": "whole", **TEAMS, **COMMON}
    arn = client.create_microsoft_teams_channel_configuration(**create)["ChannelConfiguration"]["ChatConfigurationArn"]
    assert arn == "arn:aws:chatbot::123456789012:chat-configuration/microsoft-teams-channel/whole"
    (channel,) = of_team(TEAMS["TeamId"])
    assert create.items() <= channel.items()
    assert of_team(TEAMS["TenantId"]) == found(client, arn) == []

    changes = {"ChannelId": TEAMS["ChannelId"], "SnsTopicArns": ["arn:aws:sns:us-east-1:123456789012:ticket"]}
    client.update_microsoft_teams_channel_configuration(ChatConfigurationArn=arn, **changes)
    assert of_team(TEAMS["TeamId"])[0]["SnsTopicArns"] == changes["SnsTopicArns"]
    client.delete_microsoft_teams_channel_configuration(ChatConfigurationArn=arn)
    assert of_team(TEAMS["TeamId"]) == []


def test_a_name_and_a_channel_are_taken_once(emulator: Emulator) -> None:
    client = chatbot(emulator)
    made(client, "taken")
    for change in ({"ConfigurationName": "free"}, {"SlackChannelId": "CFREE"}):
        with pytest.raises(ClientError, match="ConflictException"):
            client.create_slack_channel_configuration(**(slack("taken") | change))


def test_what_is_not_said_is_what_aws_takes(emulator: Emulator) -> None:
    client = chatbot(emulator)
    needed = ("ConfigurationName", "IamRoleArn", "SnsTopicArns", "SlackTeamId", "SlackChannelId")
    create = {name: value for name, value in slack("bare").items() if name in needed}
    channel = client.create_slack_channel_configuration(**create)["ChannelConfiguration"]
    assert channel["GuardrailPolicyArns"] == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert (channel["LoggingLevel"], channel["UserAuthorizationRequired"]) == ("NONE", False)


def test_tags_of_a_channel_come_and_go(emulator: Emulator) -> None:
    client = chatbot(emulator)
    arn = made(client, "tagged")
    client.tag_resource(ResourceARN=arn, Tags=[{"TagKey": "Owner", "TagValue": "me"}, {"TagKey": "A", "TagValue": "b"}])
    client.untag_resource(ResourceARN=arn, TagKeys=["A"])
    tags = [{"TagKey": "Owner", "TagValue": "me"}]
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == found(client, arn)[0]["Tags"] == tags


def test_channels_are_the_same_in_every_region_that_can_be_asked(emulator: Emulator) -> None:
    arn = made(chatbot(emulator, "us-west-2"), "global")
    for region in ("ap-southeast-1", "eu-west-1", "us-east-2", "us-west-2"):
        assert found(chatbot(emulator, region), arn)[0]["ConfigurationName"] == "global"
    with pytest.raises(ClientError):
        found(chatbot(emulator, "us-east-1"), arn)
