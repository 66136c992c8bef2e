import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api_events import COPY, EVENTS, HARMLESS, ROOT, on_state, session_of
from tests.support.filter_patterns import matches
from tests.support.otherwise import OTHERWISE
from tests.support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO
from tests.support.synthesized import Block, Stack, platform, state_backend
from tools.emulator.policy import Caller, Decision, Request, decide

#: The regions of the state and of its copy, as the events have them.
TWO_HERE = ("eu-west-1", "us-west-2")
SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


def trail(stack: Stack) -> Block:
    (found,) = stack.resources("aws_cloudtrail")
    return found


def selectors(stack: Stack) -> list[dict[str, dict[str, Any]]]:
    return [
        {one["field"]: one for one in selector["field_selector"]}
        for selector in trail(stack).body["advanced_event_selector"]
    ]


def filters(stack: Stack) -> dict[str, Block]:
    found = stack.resources("aws_cloudwatch_log_metric_filter")
    return {one.body["name"].partition("-test-")[2].removesuffix(f"-{one.region}"): one for one in found}


@SETS
def test_one_trail_hears_all_regions_and_is_validated_and_encrypted(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = trail(stack)
    assert found.region == regions[0]
    for switch in ("is_multi_region_trail", "include_global_service_events", "enable_log_file_validation"):
        assert found.body[switch] is True
    assert stack.at(found.body["kms_key_id"]).name_tag == f"PROD-kms-test-logs-{regions[0]}"


@SETS
def test_trail_has_the_name_that_its_bucket_and_its_key_admit(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = trail(stack)
    admitted = [
        one["values"]
        for document in (stack.at(found.body["kms_key_id"]).body["policy"], policy_of_bucket(stack).body["policy"])
        for statement in stack.at(document).body["statement"]
        if {"type": "Service", "identifiers": ["cloudtrail.amazonaws.com"]} in statement["principals"]
        for one in statement["condition"]
        if one["variable"] == "aws:SourceArn"
    ]
    assert admitted
    for (arn,) in admitted:
        assert arn.startswith(f"arn:aws:cloudtrail:{found.region}:")
        assert arn.endswith(f":trail/{found.body['name']}")


def named(text: str) -> str:
    """A text as AWS gets it in an account, where a role of the name ``deploy`` applies."""
    text = re.sub(r"\$\{data\.aws_caller_identity[^}]*\}", "123456789012", text)
    return re.sub(r"\$\{data\.aws_iam_session_context[^}]*\}", "arn:aws:iam::123456789012:role/deploy", text)


def pattern(stack: Stack, signal: str) -> str:
    return named(filters(stack)[signal].body["pattern"])


def policy_of_bucket(stack: Stack) -> Block:
    bucket = stack.at(trail(stack).body["s3_bucket_name"])
    (policy,) = [
        one for one in stack.resources("aws_s3_bucket_policy") if stack.at(one.body["bucket"]).address == bucket.address
    ]
    return policy


@SETS
def test_what_the_trail_s_role_may_be_taken_on_by_is_not_bound_to_what_cloudtrail_does_not_send(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    role = stack.at(trail(stack).body["cloud_watch_logs_role_arn"])
    (trust,) = stack.at(role.body["assume_role_policy"]).body["statement"]
    assert trust["principals"] == [{"type": "Service", "identifiers": ["cloudtrail.amazonaws.com"]}]
    assert "condition" not in trust


@SETS
def test_cloudtrail_may_use_the_key_whether_the_bucket_has_a_key_of_its_own_or_not(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    key = stack.at(trail(stack).body["kms_key_id"])
    uses = {one["sid"]: one for one in stack.at(key.body["policy"]).body["statement"]}
    looks = uses["TrailLooksAtTheKey"]
    assert looks["actions"] == ["kms:Decrypt", "kms:DescribeKey"]
    assert [one["variable"] for one in looks["condition"]] == ["aws:SourceArn"]


@pytest.mark.parametrize(
    ("service", "file", "encryption", "expected"),
    [
        ("cloudtrail", "CloudTrail/log", "aws:kms", Decision.ALLOWED),
        ("cloudtrail", "CloudTrail-Insight/log", "aws:kms", Decision.ALLOWED),
        ("cloudtrail", "CloudTrail-Digest/digest", "aws:kms", Decision.ALLOWED),
        # Digests were encrypted by S3 for years, and AWS's pages do not agree on when that ended.
        ("cloudtrail", "CloudTrail-Digest/digest", "AES256", Decision.ALLOWED),
        ("cloudtrail", "CloudTrail/log", "AES256", Decision.DENIED),
        ("cloudtrail", "CloudTrail-Insight/log", "AES256", Decision.DENIED),
        ("", "CloudTrail-Digest/digest", "AES256", Decision.DENIED),
    ],
)
def test_bucket_takes_files_with_the_trail_s_key_and_digests_as_cloudtrail_encrypts_them(
    service: str, file: str, encryption: str, expected: Decision
) -> None:
    stack = platform(*ONE)
    bucket = "arn:aws:s3:::bucket"
    source = f"arn:aws:cloudtrail:{ONE[0]}:123456789012:trail/{trail(stack).body['name']}"
    account = "123456789012"
    request = Request(
        action="s3:PutObject",
        resource=f"{bucket}/AWSLogs/{account}/{file}",
        caller=Caller(service=f"{service}.amazonaws.com")
        if service
        else Caller(identities=(f"arn:aws:iam::{account}:root",), account_id=account),
        context={
            "aws:securetransport": ["true"],
            "s3:tlsversion": ["1.3"],
            "aws:principalisawsservice": ["true" if service else "false"],
            "aws:principalarn": [] if service else [f"arn:aws:iam::{account}:root"],
            "aws:sourcearn": [source] if service else [],
            "s3:x-amz-acl": ["bucket-owner-full-control"],
            "s3:x-amz-server-side-encryption": [encryption],
        },
    )
    assert decide(document(stack, policy_of_bucket(stack), account=account, bucket=bucket), request) is expected


def document(stack: Stack, policy: Block, *, account: str, bucket: str) -> dict[str, Any]:
    """The bucket's policy as AWS gets it."""

    def known(text: str) -> str:
        text = re.sub(r"\$\{data\.aws_caller_identity[^}]*\}", account, text)
        return re.sub(r"\$\{aws_s3_bucket\.[^}]*\.arn\}", bucket, text)

    return {
        "Statement": [
            {
                "Effect": one.get("effect", "Allow"),
                "Action": one["actions"],
                "Resource": [known(resource) for resource in one["resources"]],
                "Principal": "*" if who["type"] == "*" else {who["type"]: who["identifiers"]},
                "Condition": conditions(one, known),
            }
            for one in stack.at(policy.body["policy"]).body["statement"]
            for who in one["principals"]
        ]
    }


def conditions(statement: dict[str, Any], known: Callable[[str], str]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for one in statement["condition"]:
        found.setdefault(one["test"], {})[one["variable"]] = [known(value) for value in one["values"]]
    return found


@SETS
def test_trail_waits_for_what_lets_it_deliver(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    role = stack.at(trail(stack).body["cloud_watch_logs_role_arn"])
    (own,) = [
        one for one in stack.resources("aws_iam_role_policy") if stack.at(one.body["role"]).address == role.address
    ]
    assert {policy_of_bucket(stack).address, own.address} <= set(trail(stack).body["depends_on"])


@SETS
def test_events_go_to_an_encrypted_log_group_as_well(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    target = trail(stack).body["cloud_watch_logs_group_arn"]
    assert target.endswith(".arn}:*")
    group = stack.at(target.removesuffix(":*"))
    assert group.body["name"] == f"PROD-logs-test-trail-{regions[0]}"
    assert group.body["retention_in_days"] == 365


@SETS
def test_what_changes_resources_is_recorded_and_so_is_work_with_the_data_of_every_region(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    management, objects, items = selectors(stack)
    assert list(management) == ["eventCategory"]
    assert management["eventCategory"]["equals"] == ["Management"]
    assert objects["eventCategory"]["equals"] == ["Data"]
    assert objects["resources.type"]["equals"] == ["AWS::S3::Object"]
    of_state, prefixes = (
        [one for one in objects["resources.ARN"]["starts_with"] if one.endswith(".arn}/") is ours]
        for ours in (False, True)
    )
    states = [one.body["bucket"] for one in state_backend(*regions).resources("aws_s3_bucket")]
    assert {named(prefix) for prefix in of_state} == {
        f"arn:aws:s3:::{named(one)}/" for one in states if "-logs-" not in one
    }
    kinds = {stack.at(prefix.removesuffix("/")).name_tag.partition("-s3-test-")[2][:5] for prefix in prefixes}
    assert kinds == {"data-"}
    assert sorted(stack.at(prefix.removesuffix("/")).region for prefix in prefixes) == sorted(regions)
    assert items["eventCategory"]["equals"] == ["Data"]
    assert items["resources.type"]["equals"] == ["AWS::DynamoDB::Table"]
    (table,) = [one for one in stack.resources("aws_dynamodb_table") if "_failover_" not in one.address]
    arns = [re.split(r":(?=table/)", arn) for arn in items["resources.ARN"]["equals"]]
    assert {name for _, name in arns} == {f"table/{table.body['name']}"}
    assert [owner.split(":")[3] for owner, _ in arns] == sorted(regions)
    # Reads of sessions are as many as requests.
    assert items["readOnly"]["equals"] == ["false"]
    assert "readOnly" not in objects


def test_insights_data_events_and_the_lock_are_settings() -> None:
    stack = platform(*ONE)
    assert {one["insight_type"] for one in trail(stack).body["insight_selector"]} == {
        "ApiCallRateInsight",
        "ApiErrorRateInsight",
    }
    assert not stack.resources("aws_s3_bucket_object_lock_configuration")
    less = platform(*ONE, **OTHERWISE)
    assert "insight_selector" not in trail(less).body
    assert len(selectors(less)) == 1
    (lock,) = less.resources("aws_s3_bucket_object_lock_configuration")
    assert less.at(lock.body["bucket"]).address == less.at(trail(less).body["s3_bucket_name"]).address
    assert lock.body["rule"] == {"default_retention": {"days": 30, "mode": "GOVERNANCE"}}


@pytest.mark.slow
@pytest.mark.parametrize(("choice", "kinds"), [("all", 3), ("none", 2), ("writes", 3)])
def test_what_is_recorded_of_sessions_is_a_setting(choice: str, kinds: int) -> None:
    found = selectors(platform(*ONE, trail={"session_events": choice}))
    assert len(found) == kinds
    assert ("readOnly" in found[-1]) is (choice == "writes")


def test_trail_stays_where_it_is_when_another_region_becomes_the_primary() -> None:
    before, after = platform(*THREE), platform(*THREE, **TAKEN_OVER)
    assert before.json["resource"]["aws_cloudtrail"] == after.json["resource"]["aws_cloudtrail"]


@SETS
def test_every_signal_is_counted_in_the_trail_s_log_group_and_has_an_alarm(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    assert filters(stack).keys() == EVENTS.keys()
    group = trail(stack).body["cloud_watch_logs_group_arn"].removesuffix(":*")
    for identifier, one in filters(stack).items():
        assert stack.at(one.body["log_group_name"]).address == stack.at(group).address
        (alarm,) = [
            each
            for each in stack.resources("aws_cloudwatch_metric_alarm", regions[0])
            if each.body["alarm_name"] == f"PROD-alarm-test-trail-{identifier}-{regions[0]}"
        ]
        for attribute, property_ in (("metric_name", "name"), ("namespace", "namespace")):
            expected = f"${{{one.address}.metric_transformation[0].{property_}}}"
            literal = one.body["metric_transformation"][property_]
            assert alarm.body[attribute] in (expected, expected.replace("[0]", ""), literal)
        assert (alarm.body["statistic"], alarm.body["comparison_operator"]) == ("Sum", "GreaterThanThreshold")
        assert alarm.body["treat_missing_data"] == "notBreaching"
        (topic,) = alarm.body["alarm_actions"]
        assert stack.at(topic).region == regions[0]


@pytest.mark.parametrize("signal", EVENTS)
def test_pattern_matches_its_events_and_those_of_no_other_signal(signal: str) -> None:
    expression = pattern(platform(*TWO_HERE), signal)
    for other, events in EVENTS.items():
        for event in events:
            assert matches(expression, event) is (other == signal), (other, event)


@pytest.mark.parametrize("signal", EVENTS)
def test_pattern_leaves_alone_what_goes_on_all_day(signal: str) -> None:
    expression = pattern(platform(*TWO_HERE), signal)
    assert [event for event in HARMLESS if matches(expression, event)] == []


REFUSED = {"errorCode": "AccessDenied"}


@pytest.mark.parametrize(
    ("signal", "event", "told"),
    [
        # Refused or not: what a stranger tries is told.
        ("state-writes", on_state("PutObject", session_of("anybody"), **REFUSED), True),
        ("state-writes", on_state("PutObject", session_of("anybody"), bucket=COPY, **REFUSED), True),
        ("state-reads", on_state("GetObject", session_of("anybody"), **REFUSED), True),
        # With the policy gone the rest is easy.
        ("state-writes", on_state("DeleteBucketPolicy", session_of("anybody"), eventCategory="Management"), True),
        ("state-writes", on_state("DeleteBucketPolicy", session_of("deploy"), eventCategory="Management"), False),
        # Another signal tells of the root.
        ("state-writes", on_state("PutObject", ROOT | {"arn": "arn:aws:iam::123456789012:root"}), False),
    ],
)
def test_what_a_stranger_tries_at_the_state_is_told(signal: str, event: dict[str, Any], *, told: bool) -> None:
    assert matches(pattern(platform(*TWO_HERE), signal), event) is told


@pytest.mark.slow
@pytest.mark.parametrize("section", ["state", "storage"])
def test_administrators_of_the_state_are_no_strangers_there(section: str) -> None:
    arns = ["role/ci/*", "role/plan-??", "user/ada", "role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Run_*"]
    settings = {section: {"administrators": [f"arn:aws:iam::123456789012:{one}" for one in arns]}}
    expression = pattern(platform(*TWO_HERE, **settings), "state-writes")
    sso = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Run_0123456789abcdef"
    for role in ("ci/main/deploy", "plan-eu", sso):
        assert not matches(expression, on_state("PutObject", session_of(role)))
    for role in ("deploy", "cicada", "anybody"):
        assert matches(expression, on_state("PutObject", session_of(role)))
    for user in ("ada", "eve"):
        identity = {"type": "IAMUser", "arn": f"arn:aws:iam::123456789012:user/{user}"}
        assert matches(expression, on_state("PutObject", identity)) is (user == "eve")


@pytest.mark.slow
def test_filters_of_the_longest_names_and_lists_are_short_enough_for_cloudwatch() -> None:
    arns = [f"arn:aws:iam::123456789012:role/{'x' * 92}{number}*" for number in range(3)]
    settings = {"state": {"administrators": arns}, "environment": "p" * 12, "environment_suffix": "s" * 12}
    stack = platform("ap-southeast-1", "ap-southeast-2", **settings)
    for one in stack.resources("aws_cloudwatch_log_metric_filter"):
        assert len(named(one.body["pattern"])) <= 1024
