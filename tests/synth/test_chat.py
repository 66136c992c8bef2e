from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from modules.settings import SettingsError, load_settings
from modules.settings.regions import REGIONS_OF_CHATBOT, chatbot_region, known_regions
from tests.support.region_sets import ONE, THREE, TWO, settings_of, told_in, write_settings
from tests.support.synthesized import Block, Stack, platform

#: Settings of their own take syntheses of their own.
pytestmark = pytest.mark.slow
#: Regions that have an API of Chatbot, and such that have none; more of them add nothing.
SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE], ids=len)
MAIL = {"protocol": "email", "endpoint": "ops@example.com"}
SLACK = {"protocol": "slack", "endpoint": "T07EA123LEP/C07EZ1ABC23"}
OTHER = {"protocol": "slack", "endpoint": "T07EA123LEP/G0000000001"}
TENANT, TEAM = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-00000000ABCD"
CHANNEL = "19%3ab6ef35dc342d56ba5654e6fc6d25a071%40thread.tacv2"
TEAMS = {"protocol": "teams", "endpoint": f"{TENANT}/{TEAM}/{CHANNEL}"}
ALERTS = {"page": [MAIL, SLACK, TEAMS], "ticket": [SLACK, OTHER]}
KINDS = ("aws_chatbot_slack_channel_configuration", "aws_chatbot_teams_channel_configuration")


def chatty(*regions: str, **more: Any) -> Stack:
    return platform(*regions, alerts=ALERTS, **more)


def configurations(stack: Stack) -> list[Block]:
    return [one for kind in KINDS for one in stack.resources(kind)]


def channel(one: Block) -> str:
    keys = ("slack_team_id", "slack_channel_id", "tenant_id", "team_id", "channel_id")
    return "/".join(one.body[key] for key in keys if key in one.body)


def role(stack: Stack) -> Block:
    (found,) = {one.body["iam_role_arn"] for one in configurations(stack)}
    return stack.at(found)


@SETS
def test_there_is_no_chat_unless_the_settings_name_a_channel(regions: tuple[str, ...]) -> None:
    for stack in (platform(*regions), *([platform(*ONE, alerts={"page": [MAIL]})] if regions == ONE else [])):
        assert configurations(stack) == []
        assert not [one for one in stack.resources("aws_iam_role") if "-chat-" in one.body["name"]]


@SETS
def test_every_channel_has_one_configuration_however_many_severities_name_it(regions: tuple[str, ...]) -> None:
    found = configurations(chatty(*regions))
    assert sorted(channel(one) for one in found) == sorted(one["endpoint"] for one in (SLACK, OTHER, TEAMS))
    for one in found:
        name = one.body["configuration_name"]
        assert one.name_tag == name
        # What the settings may change is in no name, as a name cannot be changed.
        assert name.startswith("PROD-chatbot-test-")
        assert name.endswith(f"-{regions[0]}")
        assert not {part.lower() for part in channel(one).split("/")} & set(name.lower().split("-"))
    assert len({one.body["configuration_name"] for one in found}) == len(found)


@SETS
def test_a_channel_is_told_what_the_topics_that_people_listen_to_are_told(regions: tuple[str, ...]) -> None:
    stack = chatty(*regions)
    told = {SLACK["endpoint"]: ("page", "ticket"), OTHER["endpoint"]: ("ticket",), TEAMS["endpoint"]: ("page",)}
    for one in configurations(stack):
        topics = [stack.at(arn) for arn in one.body["sns_topic_arns"]]
        assert sorted(topic.body["name"] for topic in topics) == sorted(
            f"PROD-sns-test-{severity}-{region}" for severity in told[channel(one)] for region in told_in(regions)
        )


@SETS
def test_sns_is_left_with_what_it_speaks_itself(regions: tuple[str, ...]) -> None:
    subscriptions = chatty(*regions).resources("aws_sns_topic_subscription")
    assert {one.body["protocol"] for one in subscriptions} == {"email"}
    assert len(subscriptions) == len(told_in(regions))


@SETS
def test_nobody_does_more_from_a_channel_than_read_metrics_and_only_in_a_role_of_their_own(
    regions: tuple[str, ...],
) -> None:
    found = configurations(chatty(*regions))
    assert found
    for one in found:
        assert one.body["guardrail_policy_arns"] == ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"]
        assert one.body["user_authorization_required"] is True
        assert one.body["logging_level"] == "NONE"


@SETS
def test_chatbot_alone_takes_the_role_on(regions: tuple[str, ...]) -> None:
    stack = chatty(*regions)
    (trust,) = stack.at(role(stack).body["assume_role_policy"]).body["statement"]
    assert trust["actions"] == ["sts:AssumeRole"]
    assert trust["principals"] == [{"type": "Service", "identifiers": ["chatbot.amazonaws.com"]}]
    # AWS documents no key for it: a condition could keep Chatbot out.
    assert "condition" not in trust


@SETS
def test_the_role_reads_alarms_and_metrics_of_every_region_and_nothing_else(regions: tuple[str, ...]) -> None:
    stack = chatty(*regions)
    (policy,) = [
        one
        for one in stack.resources("aws_iam_role_policy")
        if stack.at(one.body["role"]).address == role(stack).address
    ]
    statements = stack.at(policy.body["policy"]).body["statement"]
    assert {"cloudwatch:GetMetricWidgetImage", "cloudwatch:DescribeAlarms"} <= {
        action for one in statements for action in one["actions"]
    }
    for statement in statements:
        (resource,) = statement["resources"]
        for action in statement["actions"]:
            service, _, name = action.partition(":")
            known = get_action_data(service, name)
            assert service == "cloudwatch"
            assert known, action
            assert {one["access_level"] for one in known[service]} <= {"List", "Read"}
            takes_an_arn = any(one["resource_arn_format"] != "*" for one in known[service])
            assert (resource != "*") == takes_an_arn, action
        if resource != "*":
            assert resource.startswith("arn:aws:cloudwatch:*:${data.aws_caller_identity.")
            assert resource.endswith(":alarm:*")


@SETS
def test_channels_are_configured_where_there_is_an_api_and_without_another_provider_if_a_region_has_one(
    regions: tuple[str, ...],
) -> None:
    stack = chatty(*regions)
    (speaker,) = {one.region for one in configurations(stack)}
    assert speaker in REGIONS_OF_CHATBOT
    providers = {one["alias"]: one for one in stack.json["provider"]["aws"]}
    assert providers.keys() == {*told_in(regions), speaker}
    assert (speaker in regions) == bool(set(regions) & set(REGIONS_OF_CHATBOT))
    alike = [{**one, "alias": "", "region": ""} for one in providers.values()]
    assert all(one == alike[0] for one in alike)
    assert providers[speaker]["region"] == speaker


@SETS
def test_the_provider_of_channels_is_there_without_one_as_the_last_has_to_be_deleted(regions: tuple[str, ...]) -> None:
    with_channels, without = (stack.json["provider"]["aws"] for stack in (chatty(*regions), platform(*regions)))
    assert with_channels == without


def test_another_provider_keeps_to_the_account_of_the_settings() -> None:
    stack = chatty(*TWO, account_id="123456789012")
    assert len(stack.json["provider"]["aws"]) == len(TWO) + 1
    assert all(one["allowed_account_ids"] == ["123456789012"] for one in stack.json["provider"]["aws"])


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        ("us-west-2", "us-west-2"),
        ("us-east-1", "us-west-2"),
        ("sa-east-1", "us-east-2"),
        ("eu-central-1", "eu-west-1"),
        ("me-central-1", "eu-west-1"),
        ("ap-northeast-1", "ap-southeast-1"),
    ],
)
def test_chats_are_reached_at_home_or_where_home_prefers(home: str, expected: str) -> None:
    assert chatbot_region(home) == expected


def test_every_region_has_a_chatbot_region_that_exists() -> None:
    assert set(REGIONS_OF_CHATBOT) <= known_regions()
    assert {chatbot_region(region) for region in known_regions()} <= set(REGIONS_OF_CHATBOT)


def test_another_order_of_channels_and_regions_moves_none() -> None:
    turned = {severity: channels[::-1] for severity, channels in ALERTS.items()}
    one, other = chatty(*THREE), platform(*THREE, alerts=turned, regions=list(THREE[::-1]))
    assert all(one.json["resource"][kind] == other.json["resource"][kind] for kind in KINDS)


def bad(protocol: str, endpoint: str) -> dict[str, Any]:
    return {"page": [{"protocol": protocol, "endpoint": endpoint}]}


@pytest.mark.parametrize(
    ("alerts", "fault"),
    [
        (bad("slack", "#alerts"), "endpoint: not an endpoint of slack, got '#alerts', allowed: WORKSPACE/CHANNEL"),
        (bad("slack", "T07EA123LEP"), "not an endpoint of slack"),
        (bad("slack", "T07EA123LEP/D07EZ1ABC23"), "not an endpoint of slack"),
        (bad("slack", "T07EA123LEP/C07EZ1ABC23/C1"), "not an endpoint of slack"),
        (bad("slack", TEAMS["endpoint"]), "not an endpoint of slack"),
        (bad("teams", SLACK["endpoint"]), "endpoint: not an endpoint of teams, got .*, allowed: TENANT/TEAM/CHANNEL"),
        (bad("teams", f"{TENANT}/{CHANNEL}"), "not an endpoint of teams"),
        (bad("teams", f"{TENANT}/{TEAM}/19:b6ef@thread.tacv2"), "not an endpoint of teams"),
        (bad("teams", f"contoso/{TEAM}/{CHANNEL}"), "not an endpoint of teams"),
        ({"page": [SLACK, SLACK]}, r"alerts\.page\[1\]\.endpoint: subscribed twice"),
        (
            {"page": [TEAMS], "ticket": [TEAMS | {"endpoint": f"{TENANT}/{TEAM.lower()}/19%3Aother%40thread.tacv2"}]},
            r"alerts\.ticket\[0\]\.endpoint: another channel of a team, got .*, allowed: one, such as .*%3ab6",
        ),
    ],
)
def test_rejects_channels_that_cannot_be(tmp_path: Path, alerts: dict[str, Any], fault: str) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, alerts=alerts))
    with pytest.raises(SettingsError, match=fault) as caught:
        load_settings(path, {})
    assert len(caught.value.faults) == 1
