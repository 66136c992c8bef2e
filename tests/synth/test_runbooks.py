"""docs/runbooks.md: every message of the platform, with what to do first and a page that exists."""

import pytest

from tests.support.region_sets import THREE
from tests.support.synthesized import platform
from tools.paths import ROOT
from tools.runbooks import PAGE, READ, SEVERITIES, messages, page


def found() -> list[tuple[str, str, str]]:
    return sorted(set(messages(platform(*THREE).json["resource"])))


def test_every_alarm_and_every_rule_that_tells_somebody_is_a_message() -> None:
    stack = platform(*THREE)
    names = {name for _, name, _ in found()}
    for kind, key in (("aws_cloudwatch_metric_alarm", "alarm_name"), ("aws_cloudwatch_event_rule", "name")):
        silent = [
            one.body[key]
            for one in stack.resources(kind)
            if not any(f"-{name.split('-REGION')[0]}" in one.body[key] for name in names)
        ]
        # They mark findings as sent, and start the keepers of failover, and tell nobody.
        quiet = ("findings-marker", "marks", "failover-keeper")
        assert [name for name in silent if not any(each in name for each in quiet)] == []
    assert {severity for severity, _, _ in found()} == set(SEVERITIES)


def test_a_message_is_told_once_and_says_what_to_do() -> None:
    names = [(severity, name) for severity, name, _ in found()]
    assert len(names) == len(set(names))
    assert [name for _, name, says in found() if len(says) < 30] == []


def test_every_message_has_a_page_and_every_page_a_message() -> None:
    used = {next((start for start in READ if name.startswith(start)), None) for _, name, _ in found()}
    assert used == set(READ)
    assert [link for link in READ.values() if not (ROOT / "docs" / link.partition("#")[0]).is_file()] == []


@pytest.mark.parametrize("severity", SEVERITIES)
def test_the_table_has_every_message_of_its_severity(severity: str) -> None:
    rows = PAGE.read_text(encoding="utf-8").partition(f"<!-- {severity} -->")[2].partition("<!-- end -->")[0]
    assert rows.count("\n| `") == sum(told == severity for told, _, _ in found())


def test_the_page_is_of_this_output() -> None:
    text = page(platform(*THREE).json["resource"])
    assert text == PAGE.read_text(encoding="utf-8"), "`make tables` writes its tables anew"
