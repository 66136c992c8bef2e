import io
import json
import re
import threading
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from rich.console import Console

from tests.support.aws_answers import REGION, refusal, settings, subject
from tests.support.region_sets import THREE
from tests.support.synthesized import platform
from tools.console import Reporter
from tools.paths import ROOT
from tools.preflight import Finding, Report, Severity, look_at
from tools.preflight.check import Check
from tools.preflight.checks import CHECKS
from tools.preflight.finding import ACCOUNT
from tools.preflight.stacks import Held
from tools.preflight.subject import Look

REGIONS = {"ec2.describe_regions": {"Regions": [{"RegionName": REGION, "OptInStatus": "opted-in"}]}}


def check(run: Any, **more: Any) -> Check:
    return Check(**{"name": "a check", "place": "region", "run": run, "actions": ("ec2:DescribeVpcs",)} | more)


def vpcs(look: Look) -> Iterator[Finding]:
    yield look.warns("one thing", "nothing")
    look.client("ec2").describe_vpcs()
    yield look.stops("another", "mend it", "line")


def test_findings_bear_their_check_and_their_region() -> None:
    report = look_at(subject(REGIONS | {"ec2.describe_vpcs": {"Vpcs": []}}), checks=[check(vpcs)])
    assert [(one.severity, one.check, one.region) for one in report.findings] == [
        (Severity.WARNS, "a check", REGION),
        (Severity.STOPS, "a check", REGION),
    ]


@pytest.mark.parametrize("code", ["AccessDenied", "UnauthorizedOperation", "AccessDeniedException", "OptInRequired"])
def test_a_missing_permission_is_a_finding_that_names_it_and_hides_nothing(code: str) -> None:
    report = look_at(subject(REGIONS | {"ec2.describe_vpcs": refusal(code)}), checks=[check(vpcs)])
    first, second = report.findings
    assert first.what == "one thing"
    assert second.severity is Severity.UNSEEN
    assert code in second.what
    assert "ec2:DescribeVpcs" in second.advice


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://inspector2.ap-southeast-7.amazonaws.com"),
        refusal("InternalError", "<html>\nmany\nlines"),
    ],
)
def test_a_service_that_does_not_answer_is_a_finding_in_one_line(error: Exception) -> None:
    report = look_at(subject(REGIONS | {"ec2.describe_vpcs": error}), checks=[check(vpcs)])
    (_, finding) = report.findings
    assert finding.severity is Severity.UNSEEN
    assert "\n" not in finding.what
    assert report.stopping == []


def test_a_region_that_the_account_lacks_is_told_once_and_asked_nothing() -> None:
    found = [{"RegionName": "me-south-1", "OptInStatus": "not-opted-in"}, {"RegionName": REGION}]
    asked: list[str] = []

    def note(look: Look) -> Iterator[Finding]:
        asked.append(look.region)
        yield from ()

    (opted_in,) = (one for one in CHECKS if one.name == "regions opted in")
    two = settings(REGION, "me-south-1")
    report = look_at(
        subject({"ec2.describe_regions": {"Regions": found}}, settings=two), checks=[opted_in, check(note)]
    )
    assert asked == [REGION]
    (finding,) = report.stopping
    assert report.stopping_bootstrap == [finding]
    assert report.checks == 2


def test_regions_are_asked_where_nobody_knows_whether_the_account_has_them() -> None:
    report = look_at(
        subject({"ec2.describe_regions": refusal("UnauthorizedOperation"), "ec2.describe_vpcs": {"Vpcs": []}}),
        checks=[check(vpcs)],
    )
    assert len(report.stopping) == 1


def test_without_the_state_nothing_that_might_be_ours_is_looked_at() -> None:
    report = look_at(subject(REGIONS, held=Held(known=False)), checks=[check(vpcs, of_ours=True)])
    (finding,) = report.findings
    assert (finding.severity, finding.check, finding.region) == (Severity.UNSEEN, "state", ACCOUNT)


def test_checks_are_asked_side_by_side_with_one_client_for_each_service_and_region() -> None:
    together = threading.Barrier(8, timeout=10)
    made: list[tuple[str, str]] = []

    def wait(look: Look) -> Iterator[Finding]:
        look.client("ec2")
        together.wait()
        yield from ()

    def clients(service: str, region: str) -> Any:
        made.append((service, region))
        return original(service, region)

    asked = subject(REGIONS)
    original = asked.clients
    object.__setattr__(asked, "clients", clients)
    look_at(asked, checks=[check(wait)] * 8)
    assert made == [("ec2", REGION)]


class Refusing(dict[str, Any]):
    """Refuses everything, after as long as a far region takes."""

    def __missing__(self, key: str) -> Any:
        def refuse(_region: str, **_question: Any) -> Exception:
            sleep(0.2)
            return refusal("AccessDenied")

        return refuse


@pytest.mark.slow
def test_a_caller_who_may_do_nothing_is_told_so_within_seconds() -> None:
    made = platform(*THREE).json
    started = monotonic()
    report = look_at(subject(Refusing(), made, settings=settings(*THREE), name_servers=lambda _: frozenset()))
    # One after the other these would be more than ten.
    assert monotonic() - started < 5
    assert report.checks == sum(len(THREE) if one.place == "region" else 1 for one in CHECKS)
    assert {one.severity for one in report.findings} == {Severity.UNSEEN}
    silent = {one.name for one in CHECKS} - {one.check for one in report.findings}
    # They have nothing to ask: credentials and state are here, and nothing is made that these look for.
    assert silent <= {"session", "regions in the state", "quota: concurrency of functions", "cost anomaly monitor"}


STOPS = Finding(
    severity=Severity.STOPS, region=REGION, what="it is [taken]", advice="leave it", paste=("a: {b: c}",), check="names"
)
WARNS = Finding(severity=Severity.WARNS, region=ACCOUNT, what="it is odd", advice="look", check="roles")
UNSEEN = Finding(severity=Severity.UNSEEN, region=REGION, what="who knows", advice="ask", check="quota")


def shown(report: Report) -> str:
    out = io.StringIO()
    report.show(Reporter(Console(file=out, width=60)))
    return out.getvalue()


def test_nothing_found_is_one_line() -> None:
    assert shown(Report(checks=41, findings=())) == "preflight: 41 checks, nothing found\n"


def test_findings_are_grouped_by_region_the_account_first_and_the_gravest_first() -> None:
    text = shown(Report(checks=3, findings=(UNSEEN, STOPS, WARNS)))
    places = [line for line in text.splitlines() if line in {"the account", REGION}]
    assert places == ["the account", REGION]
    assert f"not looked at\n  could not look  quota ({REGION}): who knows" in text
    assert text.index("it is odd") < text.index("it is [taken]") < text.index("who knows")
    assert "         a: {b: c}\n" in text
    assert text.endswith("preflight: 3 checks, 1 stops a deployment, 1 is to know of, 1 could not be looked at\n")


def test_what_could_not_be_looked_at_in_several_regions_is_told_once() -> None:
    text = shown(Report(checks=2, findings=(UNSEEN, Finding(**{**vars(UNSEEN), "region": "us-east-1"}))))
    assert f"quota ({REGION}, us-east-1): who knows" in text
    assert text.count("who knows") == 1
    assert text.endswith("preflight: 2 checks, 2 could not be looked at\n")


def test_lines_to_paste_are_never_broken() -> None:
    line = "aws " + "x" * 200
    assert f"{line}\n" in shown(Report(checks=1, findings=(Finding(**{**vars(STOPS), "paste": (line,)}),)))


def test_json_is_a_list_of_findings_for_programs() -> None:
    first, second = json.loads(Report(checks=2, findings=(WARNS, STOPS)).as_json())
    assert first == {
        "severity": "stops",
        "check": "names",
        "region": REGION,
        "what": "it is [taken]",
        "advice": "leave it",
        "paste": ["a: {b: c}"],
    }
    assert second["severity"] == "warns"
    assert json.loads(Report(checks=2, findings=()).as_json()) == []


def test_names_of_checks_are_told_apart_and_each_names_what_it_asks() -> None:
    assert len({one.name for one in CHECKS}) == len(CHECKS)
    for one in CHECKS:
        assert one.actions or one.name == "session"
        assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", action) for action in one.actions), one.name


def test_every_check_stands_in_the_documentation_with_what_it_asks() -> None:
    text = (ROOT / "docs/preflight.md").read_text()
    for one in CHECKS:
        (line,) = (line for line in text.splitlines() if line.startswith(f"| {one.name} |"))
        for action in one.actions:
            assert f"`{action}`" in line, one.name
