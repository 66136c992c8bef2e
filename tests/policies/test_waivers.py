from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from policies.scan import Framework
from policies.waivers import load_waivers

if TYPE_CHECKING:
    from tests.policies.conftest import Project


@pytest.fixture
def unencrypted(project: Project) -> Project:
    """A project whose only finding is an unencrypted log group."""
    project.checkov.failing = [(Framework.JSON, "CKV_AWS_158", "resource.logs_us-east-1_AA11BB22")]
    return project


def test_a_waiver_lets_its_finding_stand(unencrypted: Project) -> None:
    unencrypted.waive()
    verdict = unencrypted.judge()
    assert (verdict.exit_code, verdict.findings, verdict.waiver_faults) == (0, [], ())
    assert [outcome.address for outcome in verdict.waived] == [unencrypted.logs]


@pytest.mark.parametrize(
    "changes", [{"check": "CKV_AWS_338"}, {"stack": "state-backend"}, {"resource": "aws_cloudwatch_log_group.other_*"}]
)
def test_a_waiver_of_something_else_lets_nothing_stand(unencrypted: Project, changes: dict[str, str]) -> None:
    unencrypted.waive(**changes)
    verdict = unencrypted.judge()
    assert verdict.exit_code == 1
    assert [finding.address for finding in verdict.findings] == [unencrypted.logs]


@pytest.mark.parametrize("days", [0, 366])
def test_a_waiver_lasts_to_its_day_and_for_a_year_at_most(unencrypted: Project, days: int) -> None:
    unencrypted.waive(expires=unencrypted.today + timedelta(days=days))
    assert unencrypted.judge().exit_code == 0


@pytest.mark.parametrize(("days", "what"), [(-1, "has expired"), (367, "is too far ahead")])
def test_rejects_a_waiver_that_has_expired_or_lasts_too_long(unencrypted: Project, days: int, what: str) -> None:
    expires = unencrypted.today + timedelta(days=days)
    unencrypted.waive(expires=expires)
    verdict = unencrypted.judge()
    place = f"{unencrypted.root / 'waivers.yaml'}[0].expires"
    assert verdict.waiver_faults == (f"{place}: {what}, {expires}, allowed: 2030-01-15 to 2031-01-16",)
    assert len(verdict.findings) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"check": None}, "[0].check: is missing, nothing, allowed: the id of a check"),
        ({"stack": None}, "[0].stack: is missing, nothing, allowed: the name of a stack"),
        ({"resource": None}, "[0].resource: is missing, nothing, allowed: a full address"),
        ({"reason": None}, "[0].reason: is missing, nothing, allowed: a sentence of 20 characters or more"),
        ({"expires": None}, "[0].expires: is missing, nothing, allowed: a date"),
        ({"until": "2030-02-01"}, "[0].until: is unknown, '2030-02-01', allowed: check, stack, resource, reason"),
        ({"check": "CKV_*"}, "[0].check: is refused, 'CKV_*', allowed: the id of a check"),
        ({"resource": "*"}, "[0].resource: is refused, '*', allowed: a full address"),
        ({"resource": "*.logs_*"}, "[0].resource: is refused, '*.logs_*', allowed: a full address"),
        ({"resource": "aws_vpc.*"}, "[0].resource: is refused, 'aws_vpc.*', allowed: a full address"),
        ({"resource": "aws_vpc.a[bc]"}, "[0].resource: is refused, 'aws_vpc.a[bc]', allowed: a full address"),
        ({"reason": "because     "}, "[0].reason: is refused, 'because     ', allowed: a sentence of 20"),
        ({"expires": "2030-02-01"}, "[0].expires: is refused, '2030-02-01', allowed: a date without quotes"),
        ({"expires": 1893456000}, "[0].expires: is refused, 1893456000, allowed: a date without quotes"),
        ({"optional": "yes"}, "[0].optional: is refused, 'yes', allowed: true or false"),
    ],
)
def test_rejects_a_faulty_field(unencrypted: Project, changes: dict[str, Any], fault: str) -> None:
    unencrypted.waive(**changes)
    verdict = unencrypted.judge()
    assert verdict.exit_code == 1
    assert [fault in line for line in verdict.waiver_faults] == [True]
    assert len(verdict.findings) == 1


def test_says_all_faults_at_once(unencrypted: Project) -> None:
    unencrypted.waive(check=None, reason=None)
    unencrypted.waive(stack="platfrom")
    unencrypted.waive(resource="*")
    assert len(unencrypted.judge().waiver_faults) == 4


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (None, "no such file or directory, allowed: a YAML list"),
        ("- [", "is not YAML"),
        ("check: CKV_AWS_158", "is no list, {'check': 'CKV_AWS_158'}"),
        ("", "is no list, None"),
        ("- 7", "[0]: is refused, 7, allowed: a mapping"),
    ],
)
def test_rejects_a_file_that_is_no_list_of_waivers(project: Project, text: str | None, what: str) -> None:
    path = project.root / "waivers.yaml"
    path.unlink() if text is None else path.write_text(text)
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert [what in fault for fault in verdict.waiver_faults] == [True]


def test_rejects_a_waiver_whose_resource_passes(project: Project) -> None:
    project.waive()
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert ["covers no finding" in fault for fault in verdict.waiver_faults] == [True]


def test_rejects_a_waiver_that_matches_no_resource(project: Project) -> None:
    project.waive(resource="aws_lambda_function.rotation_*")
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert ["matches no resource" in fault and "optional: true" in fault for fault in verdict.waiver_faults] == [True]


def test_an_optional_waiver_may_match_no_resource(project: Project) -> None:
    project.waive(resource="aws_lambda_function.rotation_*", optional=True)
    assert project.judge().exit_code == 0


def test_an_optional_waiver_may_cover_no_finding(project: Project) -> None:
    project.waive(optional=True)
    assert project.judge().exit_code == 0


def test_rejects_a_waiver_of_an_unknown_stack(project: Project) -> None:
    project.waive(stack="platfrom")
    fault = "[0].stack: is unknown, 'platfrom', allowed: platform, state-backend"
    assert [fault in line for line in project.judge().waiver_faults] == [True]


def test_a_waiver_of_a_stack_that_is_not_scanned_is_left_alone(project: Project) -> None:
    project.waive(stack="state-backend")
    assert project.judge().exit_code == 0


def test_waiver_faults_are_said_even_where_the_scan_fails(project: Project) -> None:
    project.waive(reason="short")
    project.json_path.unlink()
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert len(verdict.waiver_faults) == 1


def test_the_waivers_of_the_project_are_sound(request: pytest.FixtureRequest) -> None:
    path = request.config.rootpath / "policies" / "waivers.yaml"
    assert load_waivers(path=path, today=datetime.now(tz=UTC).date())[1] == []
