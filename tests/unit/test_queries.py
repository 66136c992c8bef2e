"""What saved queries find in lines as they are written."""

import json
import re
from pathlib import Path

import pytest

from modules.areas.monitoring.queries import QUERY_STRINGS
from tests.support.insights import discovered, left_of

PREFIX = "2026-01-01 03:00:00 UTC:10.0.1.5(53412):app@app:[12345]:"
#: By log and question, lines that the question is about, and lines that are there all day.
LINES: dict[tuple[str, str], tuple[list[str], list[str]]] = {
    ("flow", "rejected-traffic"): (
        ["2 123456789012 eni-0a1b 198.51.100.7 10.0.1.5 51000 22 6 1 40 1767236400 1767236460 REJECT OK"],
        ["2 123456789012 eni-0a1b 10.0.2.7 10.0.1.5 51000 443 6 9 4000 1767236400 1767236460 ACCEPT OK"],
    ),
    ("flow", "top-talkers"): (
        ["2 123456789012 eni-0a1b 10.0.2.7 10.0.1.5 51000 443 6 9 4000 1767236400 1767236460 ACCEPT OK"],
        [],
    ),
    ("database", "lock-waits"): (
        [
            f"{PREFIX}LOG:  process 12345 still waiting for ShareLock on transaction 757 after 1000.080 ms",
            f"{PREFIX}LOG:  process 12345 acquired ShareLock on transaction 757 after 2345.678 ms",
        ],
        [f"{PREFIX}LOG:  checkpoint complete: wrote 3 buffers"],
    ),
    ("database", "refused-logins"): (
        [
            f'{PREFIX}FATAL:  password authentication failed for user "app"',
            f'{PREFIX}FATAL:  no pg_hba.conf entry for host "10.0.1.5", user "app", database "app", no encryption',
            f"{PREFIX}FATAL:  sorry, too many clients already",
            f"{PREFIX}FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
        ],
        [f"{PREFIX}LOG:  connection authorized: user=app database=app SSL enabled"],
    ),
    ("database", "connections"): (
        [f"{PREFIX}LOG:  connection authorized: user=app database=app SSL enabled (protocol=TLSv1.3)"],
        [f"{PREFIX}LOG:  disconnection: session time: 0:00:01.000 user=app database=app host=10.0.1.5 port=53412"],
    ),
    ("database", "errors-and-deadlocks"): (
        [f"{PREFIX}ERROR:  deadlock detected", f"{PREFIX}FATAL:  the database system is starting up"],
        [f"{PREFIX}LOG:  checkpoint starting: time"],
    ),
    ("rotation", "errors"): (
        [
            json.dumps({"level": "ERROR", "message": "the step failed"}),
            "2026-01-01T03:00:00.000Z 8f5a Task timed out after 60.00 seconds",
        ],
        [json.dumps({"level": "INFO", "message": "the step is done"})],
    ),
}
CALL = {
    "userIdentity": {"arn": "arn:aws:sts::123456789012:assumed-role/deploy/session"},
    "eventSource": "ec2.amazonaws.com",
    "eventName": "CreateVpc",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "198.51.100.7",
    "readOnly": False,
}
LINES["trail", "who-changed-what"] = (
    [json.dumps(CALL)],
    [json.dumps(CALL | {"readOnly": True}), json.dumps(CALL | {"errorCode": "AccessDenied"})],
)
LINES["trail", "refused-calls"] = ([json.dumps(CALL | {"errorCode": "AccessDenied"})], [json.dumps(CALL)])


def access_log(root: Path, **values: str) -> str:
    """A line as nginx writes it, by the format of its configuration."""
    text = (root / "modules" / "areas" / "compute" / "runtime" / "nginx.conf").read_text()
    (block,) = re.findall(r"log_format json escape=json(.*?);", text, re.DOTALL)
    template = "".join(re.findall(r"'([^']*)'", block))
    return re.sub(r"\$(\w+)", lambda found: values.get(found[1], "0"), template)


@pytest.mark.parametrize(("log", "question"), sorted(LINES))
def test_a_question_finds_what_it_is_about_and_nothing_else(log: str, question: str) -> None:
    query, (about, others) = QUERY_STRINGS[log][question], LINES[log, question]
    for line in about:
        assert left_of(query, discovered(line, flow=log == "flow")) is not None, line
    for line in others:
        assert left_of(query, discovered(line, flow=log == "flow")) is None, line


def test_answers_of_5xx_are_found_in_lines_as_nginx_writes_them(root: Path) -> None:
    query = QUERY_STRINGS["web"]["server-errors"]
    assert left_of(query, discovered(access_log(root, status="502", uri="/a"))) is not None
    assert left_of(query, discovered(access_log(root, status="200", uri="/500"))) is None


def test_every_question_is_tried() -> None:
    tried = {*LINES, ("web", "server-errors")}
    assert tried == {(log, question) for log, questions in QUERY_STRINGS.items() for question in questions}
