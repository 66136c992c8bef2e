from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cdktf import App, TerraformStack

from modules.areas.alerts.subscription_checks import warn_of_missing_subscriptions
from modules.settings import SettingsError, load_settings
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
MAIL = {"protocol": "email", "endpoint": "ops@example.com"}
HOOK = {"protocol": "https", "endpoint": "https://chat.example.com/hook"}
QUEUE = {"protocol": "sqs", "endpoint": "arn:aws:sqs:us-east-1:123456789012:alerts"}
FUNCTION = {"protocol": "lambda", "endpoint": "arn:aws:lambda:us-east-1:123456789012:function:tell"}


def statements(stack: Stack, topic: Block) -> dict[str, dict[str, Any]]:
    (policy,) = [
        one for one in stack.resources("aws_sns_topic_policy") if stack.at(one.body["arn"]).address == topic.address
    ]
    return {one["sid"]: one for one in stack.at(policy.body["policy"]).body["statement"]}


def conditions(statement: dict[str, Any]) -> dict[str, list[str]]:
    return {one["variable"]: one["values"] for one in statement["condition"]}


@SETS
def test_every_region_has_a_topic_for_each_severity_with_a_key_of_that_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        topics = stack.resources("aws_sns_topic", region)
        assert {topic.body["name"] for topic in topics} == {
            f"PROD-sns-test-{severity}-{region}" for severity in ("page", "ticket")
        }
        for topic in topics:
            key = stack.at(topic.body["kms_master_key_id"])
            assert key.name_tag == f"PROD-kms-test-alerts-{region}"


@SETS
def test_every_topic_refuses_plain_http_whoever_publishes(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for topic in stack.resources("aws_sns_topic"):
        refusal = statements(stack, topic)["DenyPlainHttp"]
        assert (refusal["effect"], refusal["actions"]) == ("Deny", ["sns:Publish"])
        assert refusal["principals"] == [{"type": "*", "identifiers": ["*"]}]
        assert refusal["condition"] == [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]


@SETS
def test_only_services_publish_and_only_for_this_account(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    publishers = set()
    for topic in stack.resources("aws_sns_topic"):
        for statement in statements(stack, topic).values():
            assert [stack.at(one).address for one in statement["resources"]] == [topic.address]
            if statement.get("effect") == "Deny":
                continue
            assert statement["actions"] == ["sns:Publish"]
            (principal,) = statement["principals"]
            assert principal["type"] == "Service"
            publishers |= set(principal["identifiers"])
            # With a condition, AWS has EventBridge's messages dropped.
            bound = conditions(statement).keys() & {"aws:SourceAccount", "aws:SourceArn"}
            assert bool(bound) == (principal["identifiers"] != ["events.amazonaws.com"])
            for values in conditions(statement).values():
                assert all("${data.aws_caller_identity." in value for value in values)
    services = ("budgets", "cloudwatch", "costalerts", "events")
    assert publishers == {f"{name}.amazonaws.com" for name in services}


@SETS
def test_who_publishes_may_use_the_key_for_topics_of_this_account_and_nothing_else(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for topic in stack.resources("aws_sns_topic"):
        key = stack.at(topic.body["kms_master_key_id"])
        _, use = stack.at(key.body["policy"]).body["statement"]
        (principal,) = use["principals"]
        allowed = {
            who
            for one in statements(stack, topic).values()
            if one.get("effect") != "Deny"
            for who in one["principals"][0]["identifiers"]
        }
        assert set(principal["identifiers"]) == allowed
        assert use["actions"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
        # EventBridge names no source to KMS: a condition on one would have every event dropped.
        (context,) = conditions(use).items()
        assert context[0] == "kms:EncryptionContext:aws:sns:topicArn"
        assert context[1][0].startswith(f"arn:aws:sns:{topic.region}:${{data.aws_caller_identity.")


@SETS
def test_nobody_is_subscribed_unless_the_settings_say_so(regions: tuple[str, ...]) -> None:
    assert platform(*regions).resources("aws_sns_topic_subscription") == []


@SMALL_SETS
def test_subscriptions_of_a_severity_are_made_in_every_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions, alerts={"page": [MAIL, HOOK, QUEUE], "ticket": [MAIL, FUNCTION]})
    for region in regions:
        found = [
            (stack.at(one.body["topic_arn"]).body["name"], one.body["protocol"], one.body["endpoint"])
            for one in stack.resources("aws_sns_topic_subscription", region)
        ]
        expected = [("page", one) for one in (MAIL, HOOK, QUEUE)] + [("ticket", one) for one in (MAIL, FUNCTION)]
        assert sorted(found) == sorted(
            (f"PROD-sns-test-{severity}-{region}", one["protocol"], one["endpoint"]) for severity, one in expected
        )


def claims(stack: Stack) -> dict[str, dict[str, str]]:
    return {name: check["assert"][0] for name, check in stack.json.get("check", {}).items()}


@SETS
def test_a_plan_of_production_warns_if_nobody_is_woken(regions: tuple[str, ...]) -> None:
    claim = claims(platform(*regions))["somebody_is_woken"]
    assert "nobody is woken" in claim["error_message"]
    (value,) = [one for name, one in platform(*regions).json["locals"].items() if name in claim["condition"]]
    assert value == 0


@pytest.mark.parametrize(("environment", "warned"), [("prod", True), ("dev", False), ("staging", False)])
def test_nobody_has_to_be_woken_by_another_environment(tmp_path: Path, environment: str, *, warned: bool) -> None:
    stack = TerraformStack(App(outdir=str(tmp_path)), "alone")
    settings: Any = SimpleNamespace(environment=environment, alerts=SimpleNamespace(page=()))
    warn_of_missing_subscriptions(stack, settings=settings, alerts=[])
    assert claims(Stack(stack.to_terraform())).keys() == ({"somebody_is_woken"} if warned else set())


@pytest.mark.slow
def test_a_plan_warns_of_what_is_not_confirmed_yet_and_not_where_somebody_is_woken() -> None:
    stack = platform(*TWO, alerts={"page": [MAIL, HOOK]})
    condition = claims(stack)["subscriptions_are_confirmed"]["condition"]
    made = stack.resources("aws_sns_topic_subscription")
    assert len(made) == 4
    assert all(f"{one.address}.pending_confirmation" in condition for one in made)
    (value,) = [
        one for name, one in stack.json["locals"].items() if name in claims(stack)["somebody_is_woken"]["condition"]
    ]
    assert value == 2
    assert not claims(platform(*ONE, environment="staging"))


@pytest.mark.slow
def test_another_order_of_subscriptions_moves_none() -> None:
    one, other = (platform(*ONE, alerts={"page": order}) for order in ([MAIL, HOOK], [HOOK, MAIL]))
    kind = "aws_sns_topic_subscription"
    assert one.json["resource"][kind] == other.json["resource"][kind]


@pytest.mark.parametrize(
    ("alerts", "fault"),
    [
        ({"page": [MAIL | {"endpoint": "ops"}]}, r"alerts\.page\[0\]\.endpoint: not an endpoint of email, got 'ops'"),
        (
            {"ticket": [MAIL, HOOK | {"endpoint": "http://x"}]},
            r"alerts\.ticket\[1\]\.endpoint: .* of https, .*https://",
        ),
        ({"page": [QUEUE | {"endpoint": FUNCTION["endpoint"]}]}, "not an endpoint of sqs, .*the ARN of a queue"),
        ({"page": [FUNCTION | {"endpoint": QUEUE["endpoint"]}]}, "not an endpoint of lambda, .*ARN of a function"),
        ({"page": [MAIL, MAIL]}, r"alerts\.page\[1\]\.endpoint: subscribed twice"),
        ({"page": [MAIL | {"protocol": "pager"}]}, r"alerts\.page\[0\]\.protocol: "),
        ({"page": [{"protocol": "email"}]}, r"alerts\.page\[0\]\.endpoint: "),
    ],
)
def test_rejects_subscriptions_that_cannot_be(tmp_path: Path, alerts: dict[str, Any], fault: str) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, alerts=alerts))
    with pytest.raises(SettingsError, match=fault) as caught:
        load_settings(path, {})
    assert len(caught.value.faults) == 1


def test_one_endpoint_may_be_told_of_both_severities(tmp_path: Path) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, alerts={"page": [MAIL], "ticket": [MAIL]}))
    assert load_settings(path, {}).alerts.page == load_settings(path, {}).alerts.ticket
