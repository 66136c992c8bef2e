from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, parse

import pytest

from policies.scan import Framework

if TYPE_CHECKING:
    from tests.policies.conftest import Project


def read_sarif(project: Project) -> dict[str, Any]:
    log: dict[str, Any] = json.loads((project.root / "out" / "policy.sarif").read_text())
    return log


def read_junit(project: Project) -> Element:
    return parse(project.root / "out" / "policy.junit.xml").getroot()  # noqa: S314  # written by the gate


@pytest.fixture
def reported(project: Project) -> Project:
    """A project with one waived finding and one other, whose reports are written."""
    project.checkov.failing = [
        (Framework.JSON, "CKV_AWS_158", "resource.logs_us-east-1_AA11BB22"),
        (Framework.PLAN, "CKV_AWS_26", project.topic),
    ]
    project.waive()
    assert project.run() == 1
    return project


def test_sarif_has_a_result_for_each_finding(reported: Project) -> None:
    log = read_sarif(reported)
    run = log["runs"][0]
    assert log["version"] == "2.1.0"
    assert [result["ruleId"] for result in run["results"]] == ["CKV_AWS_158", "CKV_AWS_26"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_suppresses_what_is_waived_and_says_why(reported: Project) -> None:
    waived, open_one = read_sarif(reported)["runs"][0]["results"]
    reason = "the key of this log group comes with the next release (expires 2030-02-14)"
    assert waived["suppressions"] == [{"kind": "external", "status": "accepted", "justification": reason}]
    assert "suppressions" not in open_one


def test_sarif_points_at_the_line_of_the_resource(reported: Project) -> None:
    lines = reported.json_path.read_text().splitlines()
    for result, name in zip(
        read_sarif(reported)["runs"][0]["results"], ("logs_us-east", "alerts_us-east"), strict=True
    ):
        place = result["locations"][0]["physicalLocation"]
        assert name in lines[place["region"]["startLine"] - 1]
        assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].startswith("platform/aws_")


def test_sarif_tells_apart_the_same_finding_of_two_resources(project: Project) -> None:
    project.checkov.failing = [
        (Framework.PLAN, "CKV_AWS_9", project.topic),
        (Framework.PLAN, "CKV_AWS_9", project.logs),
    ]
    project.run()
    results = read_sarif(project)["runs"][0]["results"]
    assert len({result["partialFingerprints"]["meridian/v1"] for result in results}) == 2
    assert {result["ruleIndex"] for result in results} == {0}


def test_reports_name_files_from_the_project_root(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    project.checkov.failing = [(Framework.PLAN, "CKV_AWS_26", project.topic)]
    project.run()
    result = read_sarif(project)["runs"][0]["results"][0]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "stacks/platform/cdk.tf.json"


def test_reports_of_sound_waivers_hold_no_path_of_the_machine(reported: Project) -> None:
    for name in ("policy.sarif", "policy.junit.xml"):
        assert str(reported.root) not in (reported.root / "out" / name).read_text()


def test_junit_has_a_case_for_each_check_and_resource(reported: Project) -> None:
    root = read_junit(reported)
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    cases = {(case.get("classname"), case.get("name")): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases == {
        ("platform.CKV_AWS_1", reported.logs): [],
        ("platform.CKV_AWS_1", reported.topic): [],
        ("platform.CKV_AWS_158", reported.logs): ["skipped"],
        ("platform.CKV_AWS_26", reported.topic): ["failure"],
    }


def test_junit_says_why_a_case_is_skipped(reported: Project) -> None:
    messages = [skipped.get("message", "") for skipped in read_junit(reported).iter("skipped")]
    assert messages == ["the key of this log group comes with the next release (expires 2030-02-14)"]


def test_junit_fails_for_a_faulty_waiver(project: Project) -> None:
    project.waive()
    assert project.run() == 1
    suite = read_junit(project).find("testsuite[@name='waivers']")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")


def test_reports_of_an_earlier_pass_do_not_survive_a_gate_that_could_not_run(project: Project) -> None:
    assert project.run() == 0
    project.plan_path.unlink()
    assert project.run() == 2
    assert read_junit(project).get("errors") == "1"
    invocation = read_sarif(project)["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "run `make local-plan`" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_rejects_a_report_folder_that_is_a_file(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (project.root / "out").write_text("")
    assert project.run() == 2
    assert "reports cannot be written" in capsys.readouterr().err
