"""What somebody has changed outside of Terraform, told apart from what is usual and from what is pending."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.drift import HOME, POLICY, WIDER, Made, report
from tools.drift.compare import Compared


@pytest.fixture
def made() -> Made:
    return Made()


def test_nothing_is_told_of_what_is_only_empty_in_another_way_or_in_another_order(made: Made) -> None:
    made.drifted(
        "aws_lb.a",
        {"tags": None, "list": ["x", "y"], "in": [{"n": None}]},
        {"tags": {}, "list": ["y", "x"], "in": [{}]},
    )
    assert made.compare() == Compared(noted={})


def test_what_a_resource_beside_it_says_is_no_drift_of_a_bucket(made: Made) -> None:
    made.refer("aws_s3_bucket_policy.a", to="aws_s3_bucket.a")
    made.drifted("aws_s3_bucket.a", {"policy": ""}, {"policy": json.dumps(POLICY)})
    assert made.compare().findings == ()


def test_a_policy_that_no_resource_beside_it_explains_is_told(made: Made) -> None:
    made.drifted("aws_s3_bucket.a", {"policy": ""}, {"policy": json.dumps(WIDER)})
    found = made.only()
    assert found.reasons == ("policies",)
    assert not found.undone
    assert "lets anybody in, without a condition" in found.changes


def test_what_the_provider_takes_for_the_same_is_no_drift(made: Made) -> None:
    made.configure("aws_network_acl.a", ingress=[])
    made.drifted("aws_network_acl.a", {"ingress": [{"protocol": "tcp"}]}, {"ingress": [{"protocol": "6"}]})
    assert made.compare().findings == ()


def test_what_terraform_is_told_to_ignore_is_told_all_the_same(made: Made) -> None:
    made.configure("aws_db_instance.a", username="app", lifecycle={"ignore_changes": ["username"]})
    made.drifted("aws_db_instance.a", {"username": "app"}, {"username": "stranger"})
    assert made.only().changes == ('username: "app" -> "stranger"',)


def test_one_of_several_is_configured_as_all_of_them(made: Made) -> None:
    made.configure("aws_db_instance.a", username="app", lifecycle={"ignore_changes": ["username"]})
    made.drifted("aws_db_instance.a", {"username": "app"}, {"username": "stranger"})
    for each in (*made.drift, *made.changes):
        each["address"] = 'aws_db_instance.a["one"]'
    assert made.only().attributes == ("username",)


def test_what_aws_alone_chooses_is_noted_and_no_drift(made: Made) -> None:
    made.drifted("aws_db_instance.a", {"latest_restorable_time": "1"}, {"latest_restorable_time": "2"})
    assert made.compare() == Compared(noted={"aws_db_instance.a": ("latest_restorable_time",)})


def block(port: int, *blocks: str) -> dict[str, Any]:
    return {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": [*blocks], "security_groups": []}


def rule(port: int, **other: str) -> dict[str, Any]:
    return {"ip_protocol": "tcp", "from_port": port, "to_port": port, "security_group_id": "sg-1", **other}


def test_rules_of_resources_beside_a_security_group_are_its_own_and_others_are_a_stranger_s(made: Made) -> None:
    made.stands("aws_vpc_security_group_ingress_rule.a", **rule(443, cidr_ipv4="10.0.0.0/8"))
    made.stands("aws_vpc_security_group_ingress_rule.b", **rule(5432, referenced_security_group_id="sg-2"))
    own = [block(443, "10.0.0.0/8"), {**block(5432), "security_groups": ["sg-2"]}]
    made.drifted("aws_security_group.a", {"id": "sg-1", "ingress": []}, {"id": "sg-1", "ingress": own})
    assert made.compare().findings == ()
    made.drift.clear()
    more = [block(443, "10.0.0.0/8", "0.0.0.0/0"), own[1], block(22, "203.0.113.1/32")]
    made.drifted("aws_security_group.a", {"id": "sg-1", "ingress": []}, {"id": "sg-1", "ingress": more})
    found = made.only()
    assert found.reasons == ("network",)
    assert found.changes == (
        "opens port 443 to 0.0.0.0/0",
        "ingress: tcp 22 from 203.0.113.1/32",
        "ingress: tcp 443 from 0.0.0.0/0",
    )


def test_a_route_that_no_resource_made_is_a_way_out(made: Made) -> None:
    made.stands("aws_route.a", route_table_id="rtb-1", destination_cidr_block="0.0.0.0/0", nat_gateway_id="nat-1")
    ours = {"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}
    other = {"cidr_block": "203.0.113.0/24", "gateway_id": "igw-1"}
    made.drifted("aws_route_table.a", {"id": "rtb-1", "route": []}, {"id": "rtb-1", "route": [ours, other]})
    found = made.only()
    assert found.reasons == ("network",)
    assert found.changes == ("route: a route to 203.0.113.0/24 by igw-1",)


def test_a_replica_that_nobody_configured_is_a_copy_of_the_data(made: Made) -> None:
    made.stands("aws_db_instance.b", arn="arn:aws:rds:us-west-2:1:db:ours", identifier="ours")
    replicas = ["arn:aws:rds:us-west-2:1:db:ours", "stolen"]
    made.drifted("aws_db_instance.a", {"replicas": []}, {"replicas": replicas})
    found = made.only()
    assert found.reasons == ("protection",)
    assert found.changes == ("replicas: a replica stolen",)


def test_inline_policies_of_a_role_are_ours_by_their_resources(made: Made) -> None:
    made.stands("aws_iam_role_policy.a", role="application", name="ours")
    before, ours = {"id": "application", "inline_policy": []}, {"name": "ours", "policy": "{}"}
    made.drifted("aws_iam_role.a", before, {**before, "inline_policy": [ours]})
    assert made.compare().findings == ()
    made.drift.clear()
    made.drifted("aws_iam_role.a", before, {**before, "inline_policy": [ours, {"name": "stranger", "policy": "{}"}]})
    found = made.only()
    assert (found.reasons, found.changes) == (("policies",), ("inline_policy: a policy stranger",))


def test_what_was_deleted_comes_first(made: Made) -> None:
    made.drifted("aws_lb.b", {"idle_timeout": 60}, {"idle_timeout": 61}, put_back=["idle_timeout"])
    made.drifted("aws_cloudwatch_metric_alarm.a", {"alarm_name": "cpu"}, None)
    shown = report(made.compare())
    assert [each.address for each in shown.strange] == ["aws_cloudwatch_metric_alarm.a", "aws_lb.b"]
    first = shown.strange[0]
    assert (first.gone, first.reasons, first.undone, first.name) == (True, ("deleted",), True, "cpu")
    assert (first.region, first.area) == (HOME, "network")


def test_settings_that_are_not_deployed_are_no_drift(made: Made) -> None:
    made.planned("aws_cloudwatch_log_group.a", ["update"], {"retention_in_days": 365}, {"retention_in_days": 400})
    made.planned("aws_sqs_queue.a", ["create"], None, {"name": "new"})
    found = made.compare()
    assert found.findings == ()
    assert found.pending == ("update aws_cloudwatch_log_group.a (retention_in_days)", "create aws_sqs_queue.a")
    told = report(found)
    assert (told.outcome, told.summary()) == ("none", "none")
    assert "changed in the settings and not deployed yet, which is no drift:" in [*told.lines()]


def test_both_at_one_resource_are_told_apart(made: Made) -> None:
    made.drifted(
        "aws_lb.a", {"idle_timeout": 60, "name": "a"}, {"idle_timeout": 61, "name": "a"}, put_back=["idle_timeout"]
    )
    made.changes[-1]["change"]["after"]["name"] = "b"
    found = made.compare()
    assert [each.changes for each in found.findings] == [("idle_timeout: 60 -> 61",)]
    assert found.pending == ("update aws_lb.a (name)",)


def test_what_only_follows_from_a_deletion_is_neither(made: Made) -> None:
    made.drifted("aws_sqs_queue.a", {"name": "a"}, None)
    made.configure("aws_sqs_queue_policy.a", queue_url="${aws_sqs_queue.a.id}")
    made.planned("aws_sqs_queue_policy.a", ["update"], {"queue_url": "x"}, {}, after_unknown={"queue_url": True})
    made.planned("aws_sns_topic.b", ["update"], {"name": "x"}, {}, after_unknown={"name": True})
    assert made.compare().pending == ("update aws_sns_topic.b (name)",)


def test_what_is_made_anew_has_drifted_only_where_somebody_has_configured_it(made: Made) -> None:
    before = {"engine": "a", "latest_restorable_time": "1"}
    made.configure("aws_db_instance.a", engine="b")
    made.drifted("aws_db_instance.a", before, {**before, "latest_restorable_time": "2"})
    what = {"actions": ["delete", "create"], "before": before, "after": {"engine": "b"}}
    made.changes[-1]["change"] = {**what, "after_unknown": {"latest_restorable_time": True}}
    found = made.compare()
    assert found.findings == ()
    assert found.pending == ("delete/create aws_db_instance.a",)


def test_what_leaves_the_settings_is_pending_and_its_own_values_are_no_drift(made: Made) -> None:
    made.drifted("aws_db_instance.a", {"latest_restorable_time": "1"}, {"latest_restorable_time": "2"})
    made.changes[-1]["change"] = {"actions": ["delete"], "before": {"latest_restorable_time": "2"}, "after": None}
    found = made.compare()
    assert found.findings == ()
    assert found.pending == ("delete aws_db_instance.a",)
