"""Choices of the settings: what they let stand, and what not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import parse

import pytest

from modules.settings.choice_table import CHOICES
from policies.scan import Framework

if TYPE_CHECKING:
    from tests.policies.conftest import Project

OURS, THEIRS = "eu-west-1_database_instance_AA11BB22", "us-east-1_database_instance_CC33DD44"
OTHER = "eu-west-1_reports_EE55FF66"
CHECK = "CKV_AWS_293"


def instance(region: str, **arguments: Any) -> dict[str, Any]:
    return {"provider": f"aws.{region}", "deletion_protection": False} | arguments


@pytest.fixture
def databases(project: Project) -> Project:
    """Two instances of the platform and one of somebody else, all without deletion protection."""
    project.document["resource"]["aws_db_instance"] = {
        OURS: instance("eu-west-1"),
        THEIRS: instance("us-east-1"),
        OTHER: instance("eu-west-1"),
    }
    project.checkov.failing = [(Framework.JSON, CHECK, f"resource.{name}") for name in (OURS, THEIRS, OTHER)]
    return project


def chosen(project: Project, **choices: Any) -> Project:
    project.document["//"] = {"choices": {name.replace("__", "."): value for name, value in choices.items()}}
    project.write()
    return project


def found(project: Project) -> set[str]:
    verdict = project.judge()
    assert verdict.errors == ()
    return {finding.address.partition(".")[2] for finding in verdict.findings}


def test_a_choice_lets_its_findings_stand_and_no_others(databases: Project) -> None:
    assert found(chosen(databases)) == {OTHER, OURS, THEIRS}
    assert found(chosen(databases, database__deletion_protection=False)) == {OTHER}


def test_a_choice_of_a_region_is_of_that_region(databases: Project) -> None:
    databases.document["//"] = {"choices": {"database.instances.eu-west-1.deletion_protection": False}}
    databases.write()
    assert found(databases) == {OTHER, THEIRS}


def test_a_choice_lets_no_other_check_stand(databases: Project) -> None:
    databases.checkov.failing.append((Framework.JSON, "CKV_AWS_157", f"resource.{OURS}"))
    assert found(chosen(databases, database__deletion_protection=False)) == {OTHER, OURS}


def test_a_choice_lets_nothing_stand_whose_arguments_are_not_its_own(databases: Project) -> None:
    del databases.document["resource"]["aws_db_instance"][OURS]["deletion_protection"]
    assert found(chosen(databases, database__deletion_protection=False)) == {OTHER, OURS}


def test_a_choice_of_another_stack_lets_nothing_stand(databases: Project) -> None:
    chosen(databases, database__deletion_protection=False)
    databases.write(name="state-backend")
    verdict = databases.judge("state-backend")
    assert len(verdict.findings) == 3


@pytest.mark.parametrize(("days", "left"), [(30, set()), (14, {"logs_us-east-1_AA11BB22"})])
def test_a_choice_is_bound_to_the_value_of_its_key(project: Project, days: int, left: set[str]) -> None:
    project.checkov.failing = [(Framework.JSON, "CKV_AWS_338", "resource.logs_us-east-1_AA11BB22")]
    assert found(chosen(project, logs__retention_days=days)) == left


@pytest.mark.parametrize(("hops", "left"), [(2, set()), (3, {"eu-west-1_web_template_1"})])
def test_a_choice_is_bound_to_arguments_of_blocks(project: Project, hops: int, left: set[str]) -> None:
    template = {"provider": "aws.eu-west-1", "metadata_options": {"http_put_response_hop_limit": hops}}
    project.document["resource"]["aws_launch_template"] = {"eu-west-1_web_template_1": template}
    project.checkov.failing = [(Framework.JSON, "CKV_AWS_341", "resource.eu-west-1_web_template_1")]
    assert found(chosen(project, compute__container__image="registry/site:1")) == left


def test_a_choice_that_brings_no_finding_is_no_fault(project: Project) -> None:
    verdict = chosen(project, database__multi_az=False).judge()
    assert (verdict.exit_code, [str(one) for one in verdict.choices]) == (
        0,
        ["no Multi-AZ for databases (database.multi_az: false)"],
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("database.multi_az", True),
        ("database.multi_az", None),
        ("database.colour", "blue"),
        ("database.instances.multi_az", False),
        ("logs.retention_days", 365),
        ("logs.retention_days", "short"),
        ("regions", 7),
    ],
)
def test_the_gate_refuses_output_with_a_choice_that_is_none(project: Project, path: str, value: object) -> None:
    project.document["//"] = {"choices": {path: value}}
    project.write()
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert verdict.errors == (f"{project.json_path}: says a choice that is none, {path}: {value!r}, run `make synth`",)


def test_the_gate_refuses_choices_that_are_no_object(project: Project) -> None:
    project.document["//"] = {"choices": ["database.multi_az"]}
    project.write()
    assert "its choices are no object" in project.judge().errors[0]


def test_what_is_chosen_is_printed_and_reported(databases: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert chosen(databases, database__deletion_protection=False, database__multi_az=False).run() == 1
    said = capsys.readouterr().out
    text = "chosen: no deletion protection of databases (database.deletion_protection: false)"
    assert f"{text}, which waives 2 findings\n" in said
    assert "chosen: no Multi-AZ for databases (database.multi_az: false)\n" in said
    reason = f"{text}. {CHOICES['database.deletion_protection'].reason}"
    log = json.loads((databases.root / "out" / "policy.sarif").read_text())
    whys = [each["suppressions"][0]["justification"] for each in log["runs"][0]["results"] if "suppressions" in each]
    assert whys == [reason, reason]
    cases = parse(databases.root / "out" / "policy.junit.xml").getroot().iter("skipped")  # noqa: S314
    assert [case.get("message") for case in cases] == [reason, reason]
