"""What moves the writer, what keeps watch, and what follows both."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from modules.areas.failover.description import describe
from modules.areas.failover.machine import definition
from modules.areas.failover.runtime.advance import STEPS
from modules.areas.failover.runtime.traffic import FENCE_RULE
from modules.settings import load_settings
from tests.support.otherwise import OPENED, TWO_OTHERWISE
from tests.support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO, settings_of, told_in, write_settings
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [TWO, THREE, pytest.param(FIVE, marks=pytest.mark.slow)], ids=len)
#: What the role of the acting function may do, besides what that of the looking one may.
CHANGES = {
    "HoldRegions": ["cloudwatch:PutMetricData"],
    "LookAtFences": ["ec2:DescribeNetworkAcls"],
    "FenceDatabases": ["ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAclEntry"],
    "WriteJournals": ["dynamodb:PutItem"],
    "PromoteTheReplica": ["rds:PromoteReadReplica"],
    "LookAtGroups": ["autoscaling:DescribeAutoScalingGroups"],
    "ScaleTheGroup": ["autoscaling:SetDesiredCapacity"],
    "GoOnWithFailovers": ["states:StartExecution"],
    "ChangeTheSecretsHere": [
        *("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        *("secretsmanager:ReplicateSecretToRegions", "secretsmanager:RotateSecret"),
    ],
    "CutTheirCopiesLoose": [
        *("secretsmanager:CancelRotateSecret", "secretsmanager:DescribeSecret"),
        "secretsmanager:StopReplicationToReplica",
    ],
    "LetThemRotate": ["lambda:InvokeFunction"],
    "UseTheSecretsKeys": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
    "TellPeople": ["sns:Publish"],
    "EncryptWhatIsTold": ["kms:Decrypt", "kms:GenerateDataKey"],
}
#: And outside the home region: the address of a writer that is elsewhere than its primary secrets.
ADDRESSES = {"AddressThePrimarySecrets": ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]}
LOOKS = {
    "LookAtDatabases": ["rds:DescribeDBInstances"],
    "LookAtTheLag": ["cloudwatch:GetMetricStatistics"],
    "ReadJournals": ["dynamodb:GetItem", "dynamodb:Scan"],
    "DecryptJournals": ["kms:Decrypt"],
}
REPORTS = {
    "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "SendTraces": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    "SendDeadLetters": ["sqs:SendMessage"],
    "EncryptDeadLetters": ["kms:Decrypt", "kms:GenerateDataKey"],
}
#: Through which service, and which tables.
DECRYPTS = ("kms:ViaService", "kms:EncryptionContext:aws:dynamodb:tableName")
#: These actions know no resource; the first is held to a namespace.
ANY_RESOURCE = {"HoldRegions", "LookAtFences", "LookAtGroups", "LookAtTheLag", "SendTraces"}


def named(stack: Stack, kind: str, region: str, part: str) -> Block:
    (found,) = [one for one in stack.resources(kind, region) if part in one.address]
    return found


def statements(stack: Stack, region: str, function: str) -> dict[str, dict[str, Any]]:
    role = stack.at(named(stack, "aws_lambda_function", region, f"_failover_{function}_").body["role"])
    policies = [
        one for one in stack.resources("aws_iam_role_policy", region) if stack.at(one.body["role"]).body == role.body
    ]
    return {one["sid"]: one for policy in policies for one in stack.at(policy.body["policy"]).body["statement"]}


@SETS
def test_one_role_looks_and_the_other_acts_and_neither_may_do_more(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        elsewhere = ADDRESSES if region != regions[0] else {}
        for function, wanted in (("look", LOOKS | REPORTS), ("act", LOOKS | CHANGES | elsewhere | REPORTS)):
            found = statements(stack, region, function)
            assert {sid: sorted(one["actions"]) for sid, one in found.items()} == wanted
            for sid, one in found.items():
                assert ("*" in one["resources"]) == (sid in ANY_RESOURCE), sid
        held = statements(stack, region, "act")["HoldRegions"]
        assert held["condition"] == [
            {"test": "StringEquals", "variable": "cloudwatch:namespace", "values": ["Meridian/Failover"]}
        ]


@SETS
def test_only_the_own_replica_is_promoted_and_only_the_own_secrets_are_written(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        found = statements(stack, region, "act")
        (instance,) = found["PromoteTheReplica"]["resources"]
        assert instance.endswith(f":db:{named(stack, 'aws_db_instance', region, '').body['identifier']}")
        assert f":rds:{region}:" in instance
        (group,) = found["ScaleTheGroup"]["resources"]
        assert group.endswith(f"/{named(stack, 'aws_autoscaling_group', region, '').body['name']}")
        for arn in found["ChangeTheSecretsHere"]["resources"]:
            assert region == regions[0] or f'":{region}:"' in arn
        if region != regions[0]:
            secrets = {one.address for one in stack.resources("aws_secretsmanager_secret")}
            assert {stack.at(arn).address for arn in found["AddressThePrimarySecrets"]["resources"]} == secrets
        acls = {one.address for one in stack.resources("aws_network_acl") if one.body["tags"]["Tier"] == "database"}
        fenced = [arn.rpartition("/")[2] for arn in found["FenceDatabases"]["resources"]]
        assert {stack.at(one).address for one in fenced} == acls
        assert len(fenced) == len(regions)


@SETS
def test_what_failover_reaches_in_other_regions_is_the_platforms_own(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    topic_names = {one.body["name"] for one in stack.resources("aws_sns_topic")}
    for region in regions:
        found = statements(stack, region, "act")
        (topics,) = found["TellPeople"]["resources"]
        assert {name for name in topic_names if fnmatch(name, topics.rpartition(":")[2])} == {
            f"PROD-sns-test-page-{one}" for one in told_in(regions)
        }
        for sid, purpose in (
            ("DecryptJournals", "data"),
            ("EncryptWhatIsTold", "alerts"),
            ("UseTheSecretsKeys", "secrets"),
        ):
            keys = [stack.at(arn.rpartition("/")[2]).address for arn in found[sid]["resources"]]
            assert sorted(keys) == sorted(
                stack.at(one.body["target_key_id"]).address
                for one in stack.resources("aws_kms_alias")
                if one.region in regions and f"-kms-test-{purpose}-" in one.body["name"]
            )
            through, context = found[sid]["condition"]
            assert (through["test"], through["variable"], context["test"]) == (
                "StringLike",
                "kms:ViaService",
                "StringLike",
            )
            assert not [value for value in context["values"] if value.startswith("*")]


@SETS
def test_functions_know_the_names_that_things_have(regions: tuple[str, ...], tmp_path: Path) -> None:
    stack = platform(*regions)
    found = describe(load_settings(write_settings(tmp_path, settings_of(*regions)), {}))
    assert sorted(found.places) == sorted(regions)
    for region, place in found.places.items():
        functions = {one.body["function_name"] for one in stack.resources("aws_lambda_function", region)}
        assert {place.rotation, place.look} <= functions
        assert place.instance == named(stack, "aws_db_instance", region, "").body["identifier"]
        assert place.acl in {one.name_tag for one in stack.resources("aws_network_acl", region)}
        assert place.group == named(stack, "aws_autoscaling_group", region, "").body["name"]
        assert place.page in {one.body["name"] for one in stack.resources("aws_sns_topic", region)}
        assert place.secrets_key in {one.body["name"] for one in stack.resources("aws_kms_alias", region)}
        assert place.table == named(stack, "aws_dynamodb_table", region, "_failover_").body["name"]
        assert place.machine == named(stack, "aws_sfn_state_machine", region, "").body["name"]
        assert place.keeper in set(regions) - {region}
    secrets = {one.body["name"] for one in stack.resources("aws_secretsmanager_secret")}
    assert set(found.secrets) == secrets
    assert "-database-" in found.secrets[0]


def test_code_stays_when_roles_move_and_changes_with_what_is_fenced(tmp_path: Path) -> None:
    def text(**more: Any) -> str:
        return describe(load_settings(write_settings(tmp_path, settings_of(*THREE) | more), {})).dump()

    assert text() == text(**TAKEN_OVER)
    detached = {"us-west-2": {"role": "writer"}, "us-east-1": {"role": "detached"}}
    assert text() == text(database={"instances": detached})
    opened = detached | {"us-east-1": {"role": "detached", "fenced": False}}
    assert json.loads(text(database={"instances": opened}))["places"]["us-east-1"]["fenced"] is False


@SETS
def test_journals_are_no_global_tables_and_encrypted_and_restorable(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        table = named(stack, "aws_dynamodb_table", region, "_failover_").body
        assert "replica" not in table
        assert "stream_enabled" not in table
        assert table["hash_key"] == "id"
        assert table["point_in_time_recovery"] == {"enabled": True}
        key = stack.at(table["server_side_encryption"]["kms_key_arn"])
        assert (key.region, "_keys_data_" in key.address) == (region, True)


@SETS
def test_the_keeper_runs_every_minute_and_late_minutes_are_dropped(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        rule = named(stack, "aws_cloudwatch_event_rule", region, "_failover_")
        assert rule.body["schedule_expression"] == "rate(1 minute)"
        target = named(stack, "aws_cloudwatch_event_target", region, "_failover_").body
        assert stack.at(target["rule"]).address == rule.address
        assert "_failover_act_" in stack.at(target["arn"]).address
        assert json.loads(target["input"]) == {"keep": True}
        assert target["retry_policy"] == {"maximum_event_age_in_seconds": 60, "maximum_retry_attempts": 0}


def test_nothing_starts_the_machine_but_people_and_the_keeper() -> None:
    """No alarm, no rule and no schedule has it as its target."""
    stack = platform(*THREE)
    for kind, key in (("aws_cloudwatch_event_target", "arn"), ("aws_scheduler_schedule", "target")):
        for one in stack.resources(kind):
            assert "sfn" not in str(one.body[key])
    for alarm in stack.resources("aws_cloudwatch_metric_alarm"):
        assert all("aws_sns_topic" in action for action in alarm.body["alarm_actions"])


def test_the_machine_knows_nothing_of_failovers() -> None:
    states = definition("arn")["States"]
    assert list(states) == ["Advance", "Next", "Wait", "Done", "Refused"]
    text = json.dumps(states).lower()
    assert not [step.__name__ for step in STEPS if f'"{step.__name__}"' in text]
    leads = {states["Advance"]["Next"], states["Wait"]["Next"], states["Next"]["Default"]}
    leads |= {one["Next"] for one in states["Next"]["Choices"]}
    assert leads == set(states)


@SETS
def test_records_follow_the_health_page_and_whether_a_region_is_held(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        nearest = named(stack, "aws_route53_record", region, f"_nearest-{region}_")
        usable = stack.at(nearest.body["health_check_id"])
        assert (usable.body["type"], usable.body["child_health_threshold"]) == ("CALCULATED", 2)
        page, held = (stack.at(child) for child in usable.body["child_healthchecks"])
        assert page.body["type"] == "HTTPS"
        assert held.body["type"] == "CLOUDWATCH_METRIC"
        # What is not heard of changes nothing.
        assert held.body["insufficient_data_health_status"] == "LastKnownStatus"
        alarm = stack.at(held.body["cloudwatch_alarm_name"])
        assert alarm.region == held.body["cloudwatch_alarm_region"] != region
        assert (alarm.body["metric_name"], alarm.body["dimensions"]["Region"]) == ("RegionHeld", region)
        # Health checks of Route 53 take neither percentiles nor formulas, nor some of several periods.
        assert alarm.body["statistic"] == "Maximum"
        assert alarm.body["evaluation_periods"] == 1
        assert "metric_query" not in alarm.body
        assert "datapoints_to_alarm" not in alarm.body
    primary = [one for one in stack.resources("aws_route53_record") if "_apex-primary_" in one.address]
    assert stack.at(primary[0].body["health_check_id"]).region == regions[0]
    assert "_usable_" in stack.at(primary[0].body["health_check_id"]).address


def fences(stack: Stack, region: str) -> list[dict[str, Any]]:
    acl = named(stack, "aws_network_acl", region, "_database-acl_")
    return [rule for rule in acl.body["ingress"] if rule["action"] == "deny"]


def test_a_detached_database_is_fenced_by_the_rule_that_the_function_makes() -> None:
    stack = platform(*THREE, **TAKEN_OVER)
    (fence,) = fences(stack, "us-east-1")
    assert fence == {
        "rule_no": FENCE_RULE,
        "action": "deny",
        "protocol": "tcp",
        "cidr_block": "0.0.0.0/0",
        "from_port": 5432,
        "to_port": 5432,
    } | {key: value for key, value in fence.items() if value is None}
    assert not fences(stack, "us-west-2")
    assert not fences(stack, "ap-south-1")
    assert not fences(platform(*THREE, **OPENED), "us-east-1")


def test_no_secret_overwrites_what_stands_alone() -> None:
    """After a failover that would put the old password over the new one."""
    for secret in platform(*THREE).resources("aws_secretsmanager_secret"):
        assert "force_overwrite_replica_secret" not in secret.body


@pytest.mark.parametrize(("regions", "more"), [(ONE, {}), (TWO, TWO_OTHERWISE)])
def test_without_failover_nothing_of_it_is_made(regions: tuple[str, ...], more: dict[str, Any]) -> None:
    stack = platform(*regions, **more)
    assert not [
        one.address for one in stack.all_resources() if "_failover_" in one.address or "_usable_" in one.address
    ]
    nearest = named(stack, "aws_route53_record", regions[0], f"_nearest-{regions[0]}_")
    assert stack.at(nearest.body["health_check_id"]).body["type"] == "HTTPS"


def test_journals_of_a_lost_region_are_read_when_it_answers_again() -> None:
    """Its keys are not Terraform's then; a keeper that may not read one table would stop altogether."""
    stack = platform(*THREE[1:], lost_regions=[THREE[0]], database={"instances": {THREE[2]: {"of": THREE[0]}}})
    for function in ("look", "act"):
        decrypt = statements(stack, THREE[1], function)["DecryptJournals"]
        (lost,) = [arn for arn in decrypt["resources"] if f":{THREE[0]}:" in arn]
        assert lost.startswith("arn:aws:kms:")
        assert lost.endswith(":key/*")
        through, tables = ({one["variable"]: one["values"] for one in decrypt["condition"]}[name] for name in DECRYPTS)
        assert (through, tables) == (["dynamodb.*.amazonaws.com"], ["PROD-dynamodb-test-failover-*"])
    assert "key/*" not in str(statements(platform(*THREE), THREE[1], "act")["DecryptJournals"])
