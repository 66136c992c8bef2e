from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policies.__main__ import main
from policies.scan import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.policies.conftest import Project


def test_passes_where_every_check_passes(project: Project) -> None:
    verdict = project.judge()
    assert (verdict.exit_code, verdict.findings, verdict.errors) == (0, [], ())
    assert {outcome.address for outcome in verdict.outcomes} == {project.logs, project.topic}


def test_scans_every_stack_in_both_frameworks(project: Project) -> None:
    project.write(name="state-backend")
    assert project.judge("state-backend", "platform").exit_code == 0
    wanted = [(stack, framework) for stack in ("platform", "state-backend") for framework in Framework]
    assert sorted(project.checkov.scanned) == sorted(wanted)


def test_a_plan_can_be_judged_alone_under_a_name_of_its_own(project: Project) -> None:
    project.checkov.failing = [(Framework.JSON, "CKV_AWS_1", project.logs), (Framework.PLAN, "CKV_AWS_2", project.logs)]
    project.plan_path.rename(project.plan_path.with_name("second-plan.json"))
    verdict = project.judge(plan_name="second-plan", frameworks=(Framework.PLAN,))
    assert [finding.check for finding in verdict.findings] == ["CKV_AWS_2"]
    assert project.checkov.scanned == [("platform", Framework.PLAN)]
    assert project.run("--plan-name=second-plan", "--plan-only", "platform") == 1


def test_a_waiver_of_what_only_the_json_shows_is_no_fault_where_the_plan_is_judged_alone(project: Project) -> None:
    project.checkov.failing = [(Framework.JSON, "CKV_AWS_158", project.logs)]
    project.waive()
    assert project.judge().exit_code == 0
    assert project.judge(frameworks=(Framework.PLAN,)).exit_code == 0
    project.checkov.failing = []
    assert project.judge().waiver_faults


def test_what_everyone_may_is_a_finding_of_the_gate_itself(project: Project) -> None:
    statement = {"actions": ["sns:*"], "principals": [{"type": "*", "identifiers": ["*"]}]}
    project.document["data"]["aws_iam_policy_document"]["access_EE55FF66"]["statement"] = [statement]
    project.write()
    assert [(one.check, one.address) for one in project.judge().findings] == [("MERIDIAN_10", project.access)]


@pytest.mark.parametrize(
    ("framework", "name"),
    [
        (Framework.JSON, "resource.logs_us-east-1_AA11BB22"),
        (Framework.JSON, "aws_cloudwatch_log_group.logs_us-east-1_AA11BB22"),
        (Framework.PLAN, "aws_cloudwatch_log_group.logs_us-east-1_AA11BB22"),
        (Framework.PLAN, "aws_cloudwatch_log_group.logs_us-east-1_AA11BB22[0]"),
    ],
)
def test_a_finding_of_one_framework_fails_under_the_full_address(
    project: Project, framework: Framework, name: str
) -> None:
    project.checkov.failing = [(framework, "CKV_AWS_1", name)]
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert [(finding.check, finding.address) for finding in verdict.findings] == [("CKV_AWS_1", project.logs)]


@pytest.mark.parametrize(
    ("framework", "name"),
    [
        (Framework.JSON, "data.access_EE55FF66"),
        (Framework.JSON, "aws_iam_policy_document.access_EE55FF66"),
        (Framework.PLAN, "data.aws_iam_policy_document.access_EE55FF66"),
    ],
)
def test_a_data_source_has_one_address_in_both_frameworks(project: Project, framework: Framework, name: str) -> None:
    project.checkov.failing = [(framework, "CKV_AWS_49", name)]
    assert [finding.address for finding in project.judge().findings] == [project.access]


def test_the_same_finding_of_both_frameworks_counts_once(project: Project) -> None:
    project.checkov.failing = [
        (Framework.JSON, "CKV_AWS_158", "resource.logs_us-east-1_AA11BB22"),
        (Framework.PLAN, "CKV_AWS_158", project.logs),
        (Framework.JSON, "CKV_AWS_41", "provider.aws"),
        (Framework.PLAN, "CKV_AWS_41", "aws.us-east-1"),
    ]
    assert [finding.address for finding in project.judge().findings] == [project.logs, "provider.aws"]


def test_what_checkov_skipped_fails(project: Project) -> None:
    def skip(_: Framework, report: dict[str, Any]) -> None:
        passed = report["results"]["passed_checks"]
        report["results"]["skipped_checks"] = [passed.pop(1)]

    project.checkov.edit = skip
    assert [finding.check for finding in project.judge().findings] == ["CKV_AWS_1"]


def _drop(kind: str, keep: Callable[[Any], bool]) -> Callable[[Framework, Any], None]:
    def edit(_: Framework, report: dict[str, Any]) -> None:
        report["results"][kind] = [entry for entry in report["results"][kind] if keep(entry)]

    return edit


def test_rejects_a_scan_of_nothing(project: Project) -> None:
    project.checkov.edit = lambda _framework, _report: {"passed": 0, "failed": 0, "parsing_errors": 0}
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert len(verdict.errors) == 2
    assert all("checkov did not scan 2 of 2 resources" in error for error in verdict.errors)


@pytest.mark.parametrize("census", ["MERIDIAN_CENSUS", "MERIDIAN_CENSUS_GRAPH"])
@pytest.mark.parametrize("framework", Framework)
def test_rejects_a_scan_that_left_one_resource_out(project: Project, census: str, framework: Framework) -> None:
    forget = _drop("passed_checks", lambda entry: entry["check_id"] != census or "logs" in entry["resource"])
    project.checkov.edit = lambda where, report: forget(where, report) if where is framework else None
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert [f"did not scan 1 of 2 resources as {framework}" in error for error in verdict.errors] == [True]
    assert project.topic in verdict.errors[0]


def test_rejects_a_scan_that_ran_only_the_census(project: Project) -> None:
    project.checkov.edit = _drop("passed_checks", lambda entry: entry["check_id"].startswith("MERIDIAN_CENSUS"))
    assert "checkov has 0 results for 2 resources" in project.judge().errors[0]


@pytest.mark.parametrize("part", ["results", "summary"])
def test_rejects_a_file_that_checkov_cannot_parse(project: Project, part: str) -> None:
    def fail(_: Framework, report: dict[str, Any]) -> None:
        report[part]["parsing_errors"] = ["/cdk.tf.json"] if part == "results" else 1

    project.checkov.edit = fail
    verdict = project.judge()
    assert (verdict.exit_code, len(verdict.errors)) == (2, 2)
    assert "checkov cannot parse it as terraform_json" in verdict.errors[0]


@pytest.mark.parametrize(("file", "remedy"), [("json_path", "make synth"), ("plan_path", "make local-plan")])
@pytest.mark.parametrize(("text", "what"), [(None, "is missing"), ('{"a": ', "is not JSON"), ("[]", "a JSON list")])
def test_rejects_a_missing_or_broken_file(
    project: Project, file: str, remedy: str, text: str | None, what: str
) -> None:
    path = getattr(project, file)
    path.unlink() if text is None else path.write_text(text)
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert [what in error and f"run `{remedy}`" in error and path.name in error for error in verdict.errors] == [True]
    assert not project.checkov.scanned


@pytest.mark.parametrize("document", [{}, {"resource": {}}, {"resource": []}, {"resource": {"aws_vpc": []}}])
def test_rejects_json_without_resources(project: Project, document: dict[str, Any]) -> None:
    project.write(document=document, plan={})
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert "run `make synth`" in verdict.errors[0]


def test_rejects_a_name_of_two_resources(project: Project) -> None:
    project.document["resource"]["aws_sns_topic"]["logs_us-east-1_AA11BB22"] = {"name": "twin"}
    project.write()
    assert "name is used twice" in project.judge().errors[0]


def test_says_what_is_wrong_with_all_stacks_at_once(project: Project) -> None:
    project.plan_path.unlink()
    verdict = project.judge("state-backend", "platform")
    assert [error.partition(": ")[2].partition(",")[0] for error in verdict.errors] == ["file is missing"] * 3


def _add_resource(document: dict[str, Any]) -> None:
    document["resource"]["aws_sns_topic"]["more_us-east-1_0011AABB"] = {"name": "more"}


def _drop_resource(document: dict[str, Any]) -> None:
    del document["resource"]["aws_sns_topic"]


def _change_argument(document: dict[str, Any]) -> None:
    document["resource"]["aws_cloudwatch_log_group"]["logs_us-east-1_AA11BB22"]["retention_in_days"] = 1


def _add_argument(document: dict[str, Any]) -> None:
    document["resource"]["aws_cloudwatch_log_group"]["logs_us-east-1_AA11BB22"]["skip_destroy"] = True


def _drop_argument(document: dict[str, Any]) -> None:
    del document["resource"]["aws_cloudwatch_log_group"]["logs_us-east-1_AA11BB22"]["retention_in_days"]


def _change_nested_block(document: dict[str, Any]) -> None:
    document["data"]["aws_iam_policy_document"]["access_EE55FF66"]["statement"][0]["actions"] = ["*"]


def _add_nested_block(document: dict[str, Any]) -> None:
    document["data"]["aws_iam_policy_document"]["access_EE55FF66"]["statement"].append({"actions": ["s3:*"]})


def _add_check(document: dict[str, Any], path: str = "/") -> None:
    roles = {"recorder": {"path_prefix": path}}
    document["check"] = {"recorder_exists": {"data": {"aws_iam_roles": roles}, "assert": [{"condition": "${true}"}]}}


def test_knows_what_a_check_asks_for(project: Project) -> None:
    _add_check(project.document)
    project.write()
    assert project.judge().exit_code == 0
    stale = project.plan()
    _add_check(project.document, path="/other/")
    project.write(plan=stale)
    assert "has other arguments for data.aws_iam_roles.recorder" in project.judge().errors[0]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_add_check, "lacks data.aws_iam_roles.recorder"),
        (_add_resource, "lacks aws_sns_topic.more_us-east-1_0011AABB"),
        (_drop_resource, "has in excess aws_sns_topic.alerts_us-east-1_CC33DD44"),
        (_change_argument, "has other arguments for aws_cloudwatch_log_group.logs_us-east-1_AA11BB22"),
        (_add_argument, "has other arguments for aws_cloudwatch_log_group.logs_us-east-1_AA11BB22"),
        (_drop_argument, "has other arguments for aws_cloudwatch_log_group.logs_us-east-1_AA11BB22"),
        (_change_nested_block, "has other arguments for data.aws_iam_policy_document.access_EE55FF66"),
        (_add_nested_block, "has other arguments for data.aws_iam_policy_document.access_EE55FF66"),
    ],
)
def test_rejects_a_plan_of_other_json(project: Project, change: Callable[[dict[str, Any]], None], what: str) -> None:
    stale = project.plan()
    change(project.document)
    project.write(plan=stale)
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert [what in error and "run `make local-plan`" in error for error in verdict.errors] == [True]


def test_rejects_a_plan_of_some_resources_only(project: Project) -> None:
    plan = project.plan()
    plan["planned_values"]["root_module"]["resources"].pop(0)
    project.write(plan=plan)
    assert f"does not plan {project.logs}" in project.judge().errors[0]


@pytest.mark.parametrize("change", [{"errored": True}, {"configuration": None}])
def test_rejects_a_plan_that_stopped_half_way(project: Project, change: dict[str, Any]) -> None:
    project.write(plan=project.plan() | change)
    assert "is not a complete `terraform show -json`" in project.judge().errors[0]


def test_a_plan_may_count_a_resource_away(project: Project) -> None:
    topic = project.document["resource"]["aws_sns_topic"]["alerts_us-east-1_CC33DD44"]
    topic["count"] = 0
    plan = project.plan()
    resources = plan["planned_values"]["root_module"]["resources"]
    resources[:] = [entry for entry in resources if entry["type"] != "aws_sns_topic"]
    project.write(plan=plan)
    assert project.judge().exit_code == 0


def test_metadata_of_cdktf_does_not_make_a_plan_stale(project: Project) -> None:
    plan = project.plan()
    topic = project.document["resource"]["aws_sns_topic"]["alerts_us-east-1_CC33DD44"]
    topic |= {"//": {"metadata": {"path": "p"}}, "provider": "aws.us-east-1", "depends_on": ["a.b"], "kms_key_id": None}
    project.write(plan=plan)
    assert project.judge().exit_code == 0


def test_prints_findings_and_totals(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.checkov.failing = [(Framework.JSON, "CKV_AWS_158", "resource.logs_us-east-1_AA11BB22")]
    assert project.run() == 1
    shown = capsys.readouterr().out
    assert project.logs in shown
    assert "title of CKV_AWS_158" in shown
    assert "policies: 2 resources scanned, 2 checks passed, 1 failed, 0 waived" in shown


def test_prints_on_stderr_why_it_could_not_do_its_job(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.json_path.unlink()
    assert project.run() == 2
    output = capsys.readouterr()
    assert "cdk.tf.json: file is missing, run `make synth`" in output.err
    assert not output.out


def test_scans_the_two_stacks_of_the_project_by_default(project: Project) -> None:
    project.write(name="state-backend")
    folders = [f"--stacks-dir={project.root / 'stacks'}", f"--plans-dir={project.root / 'plans'}"]
    options = [*folders, f"--waivers={project.root / 'waivers.yaml'}", f"--report-dir={project.root / 'out'}"]
    assert main(arguments=options, today=project.today, scan=project.checkov) == 0
    assert {stack for stack, _ in project.checkov.scanned} == {"state-backend", "platform"}


def test_findings_are_sorted_so_that_two_runs_print_the_same(project: Project) -> None:
    project.checkov.failing = [
        (Framework.JSON, "CKV_AWS_9", "resource.logs_us-east-1_AA11BB22"),
        (Framework.PLAN, "CKV_AWS_2", project.topic),
    ]
    assert [finding.check for finding in project.judge().findings] == ["CKV_AWS_2", "CKV_AWS_9"]


@pytest.mark.parametrize(
    ("keys", "code"), [(["environment/[0]/variables/[0]/__file__"], 0), (["environment/[0]/variables/[0]/KEY"], 1)]
)
def test_a_path_that_a_check_takes_for_a_secret_is_no_finding(project: Project, keys: list[str], code: int) -> None:
    def edit(framework: Framework, report: dict[str, Any]) -> None:
        if framework is Framework.PLAN:
            found = {"check_id": "CKV_AWS_45", "check_name": "no secrets", "resource": project.topic}
            report["results"]["failed_checks"].append(found | {"check_result": {"evaluated_keys": keys}})

    project.checkov.edit = edit
    assert project.run() == code
