"""What of drift matters, and why; and what of it is shown."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support.drift import POLICY, WIDER, Made, report
from tools.drift.finding import REASONS
from tools.drift.table import MATTERING


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.mark.parametrize(
    ("address", "name", "before", "after", "reason"),
    [
        ("aws_cloudwatch_metric_alarm.a", "actions_enabled", True, False, "watching"),
        ("aws_cloudwatch_metric_alarm.a", "threshold", 80, 100, "watching"),
        ("aws_cloudwatch_event_rule.a", "state", "ENABLED", "DISABLED", "watching"),
        ("aws_cloudwatch_log_group.a", "retention_in_days", 365, 1, "watching"),
        ("aws_cloudwatch_log_group.a", "retention_in_days", 0, 1, "watching"),
        ("aws_cloudwatch_log_group.a", "retention_in_days", 1, 365, None),
        ("aws_cloudtrail.a", "enable_logging", True, False, "watching"),
        ("aws_guardduty_detector.a", "enable", True, False, "watching"),
        ("aws_db_instance.a", "deletion_protection", True, False, "protection"),
        ("aws_db_instance.a", "publicly_accessible", False, True, "protection"),
        ("aws_db_instance.a", "backup_window", "01:00-02:00", "05:00-06:00", None),
        ("aws_kms_key.a", "is_enabled", True, False, "protection"),
        ("aws_s3_bucket_public_access_block.a", "block_public_policy", True, False, "protection"),
        ("aws_s3_bucket_versioning.a", "versioning_configuration", [{"s": 1}], [{"s": 2}], "protection"),
        ("aws_iam_role_policy_attachments_exclusive.a", "policy_arns", [], ["admin"], "policies"),
        ("aws_iam_role.a", "assume_role_policy", json.dumps(POLICY), json.dumps(WIDER), "policies"),
        ("aws_network_acl.a", "ingress", [], [{"rule_no": 1}], "network"),
        ("aws_network_acl.a", "subnet_ids", ["a", "b"], ["a"], "network"),
        ("aws_db_instance.a", "vpc_security_group_ids", ["a"], ["b"], "network"),
        ("aws_vpc_security_group_ingress_rule.a", "cidr_ipv4", "10.0.0.0/8", "203.0.113.1/32", "network"),
        ("aws_route53_record.a", "alias", [{"name": "a"}], [{"name": "b"}], "traffic"),
        ("aws_lb_listener.a", "default_action", [{"type": "forward"}], [{"type": "redirect"}], "traffic"),
        ("aws_backup_plan.a", "rule", [{"schedule": "daily"}], [{"schedule": "yearly"}], "protection"),
        ("aws_db_parameter_group.a", "parameter", [{"value": "1"}], [{"value": "0"}], "protection"),
        ("aws_s3_bucket_lifecycle_configuration.a", "rule", [{"days": 90}], [{"days": 1}], "protection"),
        ("aws_secretsmanager_secret_rotation.a", "rotation_enabled", True, False, "protection"),
        ("aws_securityhub_standards_control_association.a", "association_status", "ENABLED", "DISABLED", "watching"),
        ("aws_cloudwatch_log_resource_policy.a", "policy_document", "{}", "{ }", "policies"),
        ("aws_wafv2_web_acl.a", "rule", [{"action": "block"}], [{"action": "count"}], "protection"),
        ("aws_cloudwatch_metric_alarm.a", "evaluation_periods", 3, 100, "watching"),
        ("aws_cloudwatch_metric_alarm.a", "alarm_description", "a", "b", None),
        ("aws_cloudwatch_event_rule.a", "schedule_expression", "rate(1 minute)", "rate(1 day)", "watching"),
        ("aws_cloudtrail.a", "is_multi_region_trail", True, False, "watching"),
        ("aws_lambda_function.a", "layers", [], ["arn"], "code"),
        ("aws_lambda_function.a", "role", "ours", "other", "policies"),
        ("aws_launch_template.a", "user_data", "a", "b", "code"),
        ("aws_autoscaling_group.a", "desired_capacity", 2, 3, None),
    ],
)
def test_what_matters_has_a_reason(
    made: Made, address: str, name: str, before: Any, after: Any, reason: str | None
) -> None:
    made.drifted(address, {name: before}, {name: after}, put_back=[name])
    assert made.only().reasons == ((reason,) if reason else ())


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("aws_kms_key", "docs/runbooks/key-scheduled-for-deletion.md"),
        ("aws_secretsmanager_secret", "aws secretsmanager restore-secret"),
        ("aws_dynamodb_table", "docs/runbooks/restore.md"),
    ],
)
def test_of_what_held_data_it_says_what_comes_before_a_deployment(made: Made, kind: str, told: str) -> None:
    """Terraform makes it anew, and takes what is only scheduled for deletion for deleted."""
    made.drifted(f"{kind}.a", {"name": "a"}, None)
    deleted, advice = made.only().changes
    assert deleted == "deleted"
    assert advice.startswith("deploy nothing")
    assert told in advice


def test_of_what_holds_no_data_a_deployment_is_enough(made: Made) -> None:
    made.drifted("aws_cloudwatch_metric_alarm.a", {"alarm_name": "cpu"}, None)
    assert made.only().changes == ("deleted",)


def test_the_tables_name_reasons_types_and_attributes_that_there_are() -> None:
    assert {*MATTERING.values()} <= REASONS.keys()
    bindings = Path(str(find_spec("cdktf_cdktf_provider_aws").submodule_search_locations[0]))  # type: ignore[union-attr,index]
    texts = {kind: (bindings / kind.removeprefix("aws_") / "__init__.py").read_text() for kind, _ in MATTERING}
    assert [one for one in MATTERING if f"    def {one[1]}(" not in texts[one[0]]] == []


def test_a_widened_policy_is_told_by_its_statements(made: Made) -> None:
    made.drifted(
        "aws_sns_topic_policy.a", {"policy": json.dumps(POLICY)}, {"policy": json.dumps(WIDER)}, put_back=["policy"]
    )
    assert made.only().changes == ("lets anybody in, without a condition", "policy: now allows sns:* to *")


def test_the_same_policy_in_another_order_says_nothing_of_statements(made: Made) -> None:
    turned = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Action": ["sns:Publish"]}]}
    made.drifted(
        "aws_sns_topic_policy.a", {"policy": json.dumps(POLICY)}, {"policy": json.dumps(turned)}, put_back=["policy"]
    )
    assert all("now allows" not in line for line in made.only().changes)


def test_what_is_sensitive_is_not_shown(made: Made) -> None:
    made.drifted(
        "aws_lambda_function.a",
        {"environment": [{"variables": {"KEY": "secret"}}]},
        {"environment": [{"variables": {"KEY": "another one"}}]},
        put_back=["environment"],
        after_sensitive={"environment": [{"variables": True}]},
        before_sensitive={},
    )
    told = report(made.compare())
    assert made.only().changes == ("environment has changed, and is not shown",)
    assert "another one" not in told.as_json() + told.as_markdown() + "".join(told.lines())
