from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from modules.alerts.relay.relay import CACHE, TIMEOUT_SECONDS
from modules.settings import SettingsError, load_settings
from modules.settings.regions import METRICS_OF_ROUTE_53, REGIONS_OF_EVERY_ACCOUNT, known_regions
from tests.support.region_sets import FIVE, ONE, SEVENTEEN, TAKEN_OVER, THREE, TWO, settings_of, told_in, write_settings
from tests.support.synthesized import Block, Stack, platform

MAIL = {"protocol": "email", "endpoint": "ops@example.com"}
QUEUE = {"protocol": "sqs", "endpoint": "arn:aws:sqs:us-east-1:123456789012:alerts"}
CENTRAL = {"delivery": "central", "page": [MAIL, QUEUE], "ticket": [MAIL]}
#: Settings of their own take syntheses of their own.
pytestmark = pytest.mark.slow
SETS = pytest.mark.parametrize("regions", [TWO, THREE], ids=len)
#: The only region that needs no other one for the metrics of Route 53.
HOME_OF_METRICS = (METRICS_OF_ROUTE_53,)
#: One region of every account, and others that accounts opt into.
OPTED_IN = ("eu-west-1", "eu-south-1", "af-south-1")


def central(*regions: str, **more: Any) -> Stack:
    return platform(*regions, alerts=CENTRAL, **more)


def is_relay(one: Block) -> bool:
    return "-alert-relay-" in str(one.body["function_name"])


def relay(stack: Stack) -> Block:
    (found,) = filter(is_relay, stack.resources("aws_lambda_function"))
    return found


def permissions(stack: Stack) -> list[Block]:
    address = relay(stack).address
    return [
        one
        for one in stack.resources("aws_lambda_permission")
        if stack.at(one.body["function_name"]).address == address
    ]


def allowed(stack: Stack) -> dict[str, dict[str, Any]]:
    role = stack.at(relay(stack).body["role"]).address
    policies = [one for one in stack.resources("aws_iam_role_policy") if stack.at(one.body["role"]).address == role]
    return {one["sid"]: one for policy in policies for one in stack.at(policy.body["policy"]).body["statement"]}


def home_topics(stack: Stack, home: str) -> set[str]:
    return {one.address for one in stack.resources("aws_sns_topic", home)}


@SETS
def test_people_are_subscribed_in_the_home_region_alone(regions: tuple[str, ...]) -> None:
    stack = central(*regions)
    people = [one for one in stack.resources("aws_sns_topic_subscription") if one.body["protocol"] != "lambda"]
    assert {one.region for one in people} == {regions[0]}
    assert Counter(
        (stack.at(one.body["topic_arn"]).body["name"], one.body["protocol"], one.body["endpoint"]) for one in people
    ) == Counter(
        (f"PROD-sns-test-{severity}-{regions[0]}", one["protocol"], one["endpoint"])
        for severity in ("page", "ticket")
        for one in CENTRAL[severity]
    )


@SETS
def test_the_relay_is_the_one_subscription_of_every_other_topic(regions: tuple[str, ...]) -> None:
    stack = central(*regions)
    elsewhere = [one for one in stack.resources("aws_sns_topic_subscription") if one.region != regions[0]]
    assert Counter(stack.at(one.body["topic_arn"]).address for one in elsewhere) == Counter(
        one.address for one in stack.resources("aws_sns_topic") if one.region != regions[0]
    )
    for one in elsewhere:
        assert one.body["protocol"] == "lambda"
        assert stack.at(one.body["endpoint"]).address == relay(stack).address
        # SNS subscribes a topic only in the topic's own region.
        assert one.region == stack.at(one.body["topic_arn"]).region


@SETS
def test_every_topic_that_tells_the_relay_may_and_no_other(regions: tuple[str, ...]) -> None:
    stack = central(*regions)
    subscriptions = {
        stack.at(one.body["topic_arn"]).address: one
        for one in stack.resources("aws_sns_topic_subscription")
        if one.body["protocol"] == "lambda"
    }
    admitted = {stack.at(one.body["source_arn"]).address: one for one in permissions(stack)}
    assert len(admitted) == len(permissions(stack))
    assert admitted.keys() == subscriptions.keys()
    assert not admitted.keys() & home_topics(stack, regions[0])
    for address, permission in admitted.items():
        assert permission.region == regions[0]
        assert (permission.body["action"], permission.body["principal"]) == (
            "lambda:InvokeFunction",
            "sns.amazonaws.com",
        )
        # SNS tries a function that it subscribes.
        assert subscriptions[address].body["depends_on"] == [permission.address]
    assert len({one.body["statement_id"] for one in permissions(stack)}) == len(admitted)


def test_regions_that_accounts_opt_into_call_the_relay_by_a_name_of_their_own() -> None:
    stack = central(*OPTED_IN)
    found = {(stack.at(one.body["source_arn"]).region, one.body["principal"]) for one in permissions(stack)}
    called = {(region, f"sns.{region}.amazonaws.com") for region in OPTED_IN[1:]}
    assert found == called | {(METRICS_OF_ROUTE_53, "sns.amazonaws.com")}


def test_regions_of_every_account_are_what_the_tests_know_and_regions_of_aws() -> None:
    assert set(SEVENTEEN) == REGIONS_OF_EVERY_ACCOUNT < known_regions()


@SETS
def test_the_relay_finds_every_topic_s_severity_by_its_name(regions: tuple[str, ...]) -> None:
    stack = central(*regions)
    stems = {
        region: {one.body["name"].removesuffix(f"-{region}") for one in stack.resources("aws_sns_topic", region)}
        for region in regions
    }
    assert all(one == stems[regions[0]] for one in stems.values())
    told = relay(stack).body["environment"]["variables"]["HOME_TOPICS"].split(",")
    assert {stack.at(one).address for one in told} == home_topics(stack, regions[0])


@SETS
def test_the_relay_may_tell_the_home_topics_and_report_and_nothing_else(regions: tuple[str, ...]) -> None:
    stack = central(*regions)
    statements = allowed(stack)
    assert {sid: one["actions"] for sid, one in statements.items()} == {
        "TellTheHomeTopics": ["sns:Publish"],
        "UseTheAlertsKey": ["kms:Decrypt", "kms:GenerateDataKey"],
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "SendTraces": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        "SendDeadLetters": ["sqs:SendMessage"],
        "EncryptDeadLetters": ["kms:Decrypt", "kms:GenerateDataKey"],
    }
    topics = home_topics(stack, regions[0])
    assert {stack.at(one).address for one in statements["TellTheHomeTopics"]["resources"]} == topics
    (key,) = (stack.at(one) for one in statements["UseTheAlertsKey"]["resources"])
    assert key.name_tag == f"PROD-kms-test-alerts-{regions[0]}"
    conditions = {one["variable"]: one["values"] for one in statements["UseTheAlertsKey"]["condition"]}
    assert conditions.keys() == {"kms:ViaService", "kms:EncryptionContext:aws:sns:topicArn"}
    assert conditions["kms:ViaService"] == [f"sns.{regions[0]}.amazonaws.com"]
    assert {stack.at(one).address for one in conditions["kms:EncryptionContext:aws:sns:topicArn"]} == topics


def test_relay_s_share_of_what_the_account_may_run_is_a_setting() -> None:
    stack = platform(*TWO, alerts={"delivery": "central", "reserved_concurrency": "5"})
    assert relay(stack).body["reserved_concurrent_executions"] == 5


@SETS
def test_the_relay_is_encrypted_traced_and_loses_no_failed_call(regions: tuple[str, ...]) -> None:
    stack, home = central(*regions), regions[0]
    function = relay(stack)
    assert function.region == home
    body = function.body
    assert stack.at(body["kms_key_arn"]).name_tag == f"PROD-kms-test-functions-{home}"
    assert body["tracing_config"] == {"mode": "Active"}
    assert body["timeout"] == TIMEOUT_SECONDS
    # A new account has nothing to reserve.
    assert "reserved_concurrent_executions" not in body
    assert "vpc_config" not in body
    queue = stack.at(body["dead_letter_config"]["target_arn"])
    assert queue.body["name"] == f"PROD-sqs-test-alert-relay-dead-letters-{home}"
    assert stack.at(queue.body["kms_master_key_id"]).name_tag == f"PROD-kms-test-functions-{home}"
    group = stack.at(body["logging_config"]["log_group"])
    assert group.body["retention_in_days"] == 365
    assert stack.at(group.body["kms_key_id"]).name_tag == f"PROD-kms-test-logs-{home}"


@SETS
def test_alarms_on_the_relay_tell_the_home_topics_and_do_not_make_the_region_ill(regions: tuple[str, ...]) -> None:
    stack, home = central(*regions), regions[0]
    alarms = {
        one.body["metric_name"]: one
        for one in stack.resources("aws_cloudwatch_metric_alarm")
        if "-alert-relay-" in one.body["alarm_name"]
    }
    severities = {"Errors": "ticket", "Throttles": "ticket", "Duration": "ticket"}
    severities["ApproximateNumberOfMessagesVisible"] = "page"
    assert alarms.keys() == severities.keys()
    queue = stack.at(relay(stack).body["dead_letter_config"]["target_arn"]).address
    for metric, alarm in alarms.items():
        (dimension,) = alarm.body["dimensions"].values()
        assert stack.at(dimension).address in (relay(stack).address, queue)
        for actions in (alarm.body["alarm_actions"], alarm.body["ok_actions"]):
            (told,) = (stack.at(one) for one in actions)
            assert (told.region, told.body["name"]) == (home, f"PROD-sns-test-{severities[metric]}-{home}")
    rules = [one.body["alarm_rule"] for one in stack.resources("aws_cloudwatch_composite_alarm")]
    assert rules
    assert not any("alert-relay" in rule for rule in rules)
    (dashboard,) = stack.resources("aws_cloudwatch_dashboard")
    assert all(alarm.address in dashboard.body["dashboard_body"] for alarm in alarms.values())


def test_the_relay_s_log_has_its_questions() -> None:
    stack = central(*TWO)
    asked = [
        one.body["name"]
        for one in stack.resources("aws_cloudwatch_query_definition")
        if "alert-relay" in one.body["log_group_names"][0]
    ]
    assert sorted(asked) == [
        f"PROD-query-test-alert-relay-{question}-{TWO[0]}" for question in ("handed-on-by-topic", "not-handed-on")
    ]


def test_the_relay_and_people_stay_home_when_the_primary_region_moves() -> None:
    stack, home = central(*THREE, **TAKEN_OVER), TAKEN_OVER["home_region"]
    assert home != TAKEN_OVER["primary_region"]
    assert relay(stack).region == home
    people = [one for one in stack.resources("aws_sns_topic_subscription") if one.body["protocol"] != "lambda"]
    assert {one.region for one in people} == {home}


def test_the_relay_runs_from_its_zip_alone() -> None:
    central(*TWO)
    zipped = CACHE / "alert-relay.zip"
    with ZipFile(zipped) as archive:
        assert archive.namelist() == ["relay/__init__.py", "relay/handler.py", "relay/message.py"]
    program = "import sys; sys.path.insert(0, sys.argv[1]); import relay.handler; print(relay.handler.handler.__name__)"
    ran = subprocess.run([sys.executable, "-I", "-c", program, zipped], capture_output=True, text=True, check=True)
    assert ran.stdout == "handler\n"
    assert relay(central(*TWO)).body["handler"] == "relay.handler.handler"


@pytest.mark.parametrize(
    ("regions", "alerts"),
    [
        (HOME_OF_METRICS, CENTRAL),
        (ONE, {}),
        (TWO, {}),
        (FIVE, {"page": [MAIL]}),
        (TWO, CENTRAL | {"delivery": "regional"}),
    ],
)
def test_there_is_no_relay_where_topics_are_in_one_region_or_delivery_is_regional(
    regions: tuple[str, ...], alerts: dict[str, Any]
) -> None:
    stack = platform(*regions, alerts=alerts)
    assert not list(filter(is_relay, stack.resources("aws_lambda_function")))
    subscriptions = stack.resources("aws_sns_topic_subscription")
    assert len(subscriptions) == len(told_in(regions)) * (len(alerts.get("page", [])) + len(alerts.get("ticket", [])))


def test_alerts_come_together_also_while_nobody_is_subscribed() -> None:
    stack = platform(*TWO, alerts={"delivery": "central"})
    assert {one.body["protocol"] for one in stack.resources("aws_sns_topic_subscription")} == {"lambda"}


def test_rejects_an_unknown_delivery(tmp_path: Path) -> None:
    path = write_settings(tmp_path, settings_of(*TWO, alerts={"delivery": "everywhere"}))
    with pytest.raises(SettingsError, match=r"alerts\.delivery: .*got 'everywhere', allowed: .*central.*regional"):
        load_settings(path, {})


@pytest.mark.parametrize("regions", [OPTED_IN[1:] + OPTED_IN[:1], OPTED_IN[1:2]], ids=len)
def test_rejects_central_delivery_to_a_region_that_sns_does_not_deliver_to(
    tmp_path: Path, regions: tuple[str, ...]
) -> None:
    path = write_settings(tmp_path, settings_of(*regions, alerts={"delivery": "central"}))
    with pytest.raises(
        SettingsError,
        match=r"alerts\.delivery: .*home region eu-south-1.*, got 'central', allowed: regional, or ",
    ) as caught:
        load_settings(path, {})
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    "settings",
    [
        settings_of("eu-south-1", alerts={"delivery": "regional"}),
        settings_of("eu-south-1", "eu-west-1", alerts={"delivery": "regional"}),
        settings_of(
            *("eu-south-1", "eu-west-1"),
            home_region="eu-west-1",
            database={"instances": {"eu-west-1": {"role": "detached"}}},
            alerts={"delivery": "central"},
        ),
    ],
    ids=["one region", "regional", "home elsewhere"],
)
def test_regions_that_accounts_opt_into_are_fine_where_nothing_is_delivered_to_them(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    load_settings(write_settings(tmp_path, settings), {})
