"""docs/controls.md: every row is as the output, the gate and AWS Config have it, and no control is left out."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from modules.settings.managed_rules import GLOBAL, REGIONAL
from policies.resource_policies import EVERYONE, EVERYONE_ELSE, SERVICES
from policies.scan import CHECKOV_PYTHON, CHECKS_DIR, DRIVER
from tests.support.region_sets import EIGHT_KEYS, THREE
from tests.support.synthesized import Stack, platform
from tools.controls.control import HELD, NOT_APPLICABLE, OPEN, STATUSES, controls, values
from tools.controls.page import PAGE, page, waived
from tools.paths import ROOT

#: https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html, of the services that the platform uses.
#: Where AWS writes `Autoscaling.5`, so does the page.
FSBP = {
    "Account": "1",
    "ACM": "1 2",
    "AutoScaling": "1 2 3 6 9",
    "Autoscaling": "5",
    "Backup": "1",
    "CloudTrail": "1 2 4 5",
    "Config": "1",
    "DynamoDB": "1 2 3 6 7",
    "EC2": "1 2 3 4 6 7 8 9 10 15 16 17 18 19 20 21 23 24 25 51 55 56 57 58 60 170 171 172 173 180 181 182 183",
    "ELB": "1 2 3 4 5 6 7 8 9 10 12 13 14 17 18 21 22",
    "EventBridge": "3",
    "GuardDuty": "1 5 6 7 8 9 10 11 12 13",
    "IAM": "1 2 3 4 5 6 7 8 21",
    "Inspector": "1 2 3 4",
    "KMS": "1 2 3 5",
    "Lambda": "1 2 5",
    "Macie": "1 2",
    "RDS": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 19 20 21 22 23 24 25 27 34 35 36 37 38 39 40 41 42 43 44 45 46 "
    "47 48 50 51",
    "Route53": "2",
    "S3": "1 2 3 5 6 8 9 12 13 19 24 25",
    "SNS": "4",
    "SQS": "1 3",
    "SSM": "1 2 3 4 6 7",
    "SecretsManager": "1 2 3 4",
    "WAF": "1 2 3 4 6 7 8 10 12",
}
#: https://docs.aws.amazon.com/securityhub/latest/userguide/cis-aws-foundations-benchmark.html, v3.0.0: by section, how
#: many recommendations it has.
CIS = {"1": 22, "2.1": 4, "2.2": 1, "2.3": 3, "2.4": 1, "3": 9, "4": 16, "5": 6}
#: Read by the gate itself, and not by checkov.
OURS = {EVERYONE, SERVICES, EVERYONE_ELSE}
ALL = controls()


def output() -> Stack:
    return platform(*THREE)


def has(path: str) -> bool:
    return any(value is not None for value in values(output().json["resource"], path))


def differs(path: str, expected: object) -> bool:
    if expected is None:
        return not has(path)
    return {json.dumps(value) for value in values(output().json["resource"], path)} != {json.dumps(expected)}


def test_the_output_is_as_the_rows_say() -> None:
    assert [(row.name, path) for row in ALL for path, value in row.made.items() if differs(path, value)] == []
    assert [(row.name, path) for row in ALL for path in row.absent if has(path)] == []


def test_every_rule_that_is_named_is_deployed() -> None:
    rules = {**REGIONAL, **GLOBAL}
    made = {rule.body["source"]["source_identifier"] for rule in output().resources("aws_config_config_rule")}
    assert [(row.name, rule) for row in ALL for rule in row.config if rules[rule][0] not in made] == []


def test_every_alarm_that_is_named_is_made() -> None:
    alarms = {alarm.body["alarm_name"] for alarm in output().resources("aws_cloudwatch_metric_alarm")}
    made = {name.partition(f"-{EIGHT_KEYS['environment_suffix']}-")[2] for name in alarms}
    assert [
        (row.name, alarm) for row in ALL for alarm in row.alarms if not any(one.startswith(f"{alarm}-") for one in made)
    ] == []


def test_every_test_and_every_setting_that_is_named_exists() -> None:
    assert [(row.name, one) for row in ALL for one in row.tests if not (ROOT / "tests" / f"{one}.py").is_file()] == []
    page_of_settings = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert [(row.name, key) for row in ALL for key in row.settings if f"`{key}`" not in page_of_settings] == []


def test_what_is_held_is_made_and_looked_at_and_what_is_not_has_a_reason() -> None:
    assert {row.status for row in ALL} == set(STATUSES)
    held = [row for row in ALL if row.status == HELD]
    assert [row.name for row in held if not (row.gate or row.config or row.tests)] == []
    assert [row.name for row in held if not (row.made or row.alarms)] == []
    assert [row.name for row in ALL if row.status in {OPEN, NOT_APPLICABLE} and not row.note] == []


def test_every_recommendation_of_cis_is_here() -> None:
    wanted = {f"{section}.{number}" for section, count in CIS.items() for number in range(1, count + 1)}
    assert len(wanted) == 62
    assert {control.cis for control in ALL if control.cis} == wanted


def test_every_control_of_best_practices_on_services_that_are_used_is_here_once() -> None:
    wanted = sorted(f"{service}.{number}" for service, numbers in FSBP.items() for number in numbers.split())
    assert sorted(one for control in ALL if control.fsbp for one in control.ids) == wanted


def test_instances_have_one_network_interface() -> None:
    assert {len(one.body["network_interfaces"]) for one in output().resources("aws_launch_template")} == {1}


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[bool]]]:
    """By check and resource type, whether it passed, as the gate's checkov says of the synthesized JSON."""
    folder: Path = tmp_path_factory.mktemp("checkov")
    document = output().json
    (folder / "cdk.tf.json").write_text(json.dumps(document))
    arguments = [str(CHECKS_DIR), str(folder), f"terraform_json={folder / 'cdk.tf.json'}"]
    subprocess.run([str(CHECKOV_PYTHON), str(DRIVER), *arguments], check=True)
    kinds = {name: kind for kind, named in document["resource"].items() for name in named}
    found: dict[str, dict[str, set[bool]]] = defaultdict(lambda: defaultdict(set))
    results = json.loads((folder / "0.json").read_text())["results"]
    for verdict, group in ((True, "passed_checks"), (False, "failed_checks")):
        for record in results[group]:
            found[record["check_id"]][kinds.get(record["resource"].rpartition(".")[2], "")].add(verdict)
    return found


@pytest.mark.slow
def test_every_check_that_is_named_looks_at_a_resource_of_its_row(passed: dict[str, dict[str, set[bool]]]) -> None:
    idle = [
        (control.name, check)
        for control in ALL
        for check in set(control.gate) - OURS
        if not set(control.types) & set(passed[check])
    ]
    assert idle == []


@pytest.mark.slow
def test_what_is_held_passes_but_for_waivers_that_the_page_names(passed: dict[str, dict[str, set[bool]]]) -> None:
    failed = {
        (control.name, kind)
        for control in ALL
        if control.status == HELD
        for check in control.gate
        for kind in control.types
        if False in passed[check][kind]
    }
    assert failed <= {(control.name, kind) for control in ALL for kind in waived(control)}


def test_the_page_is_of_these_controls_and_this_output() -> None:
    assert page(output().json["resource"]) == PAGE.read_text(encoding="utf-8"), "`make tables` writes its tables anew"
