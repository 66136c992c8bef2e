"""The pages of docs/runbooks: what each has, who leads to it, and that a test runs it; and how such a test fails."""

import os
import re
from pathlib import Path

import pytest

from modules.blocks.alarms.runbooks import RUNBOOKS, runbook
from tests.support.region_sets import THREE
from tests.support.runbooks import (
    AWS_CLI,
    LITERAL,
    PAGES,
    RUN_ELSEWHERE,
    WORD,
    Walk,
    explained,
    made,
    parts,
    placeholders,
    steps,
    targets,
)
from tests.support.synthesized import platform
from tools.paths import ROOT
from tools.runbooks import messages

NAMES = pytest.mark.parametrize("name", PAGES)
SITUATIONS = {
    *("account-compromised", "bad-rollout", "certificate-near-its-end", "key-scheduled-for-deletion", "quota-reached"),
    *("region-back", "region-down", "replica-late", "restore", "rotation-failed", "state-lock-stuck"),
}
#: A screen and a half. There are four things to restore, each with steps of its own.
LINES = dict.fromkeys(SITUATIONS, 150) | {"restore": 230}


def test_there_is_a_page_for_every_situation_and_the_index_leads_to_each() -> None:
    index = (ROOT / "docs/runbooks.md").read_text(encoding="utf-8").partition("## Other procedures")[0]
    assert set(PAGES) == set(re.findall(r"\]\(runbooks/([\w-]+)\.md\)", index)) == SITUATIONS


@NAMES
def test_a_page_says_how_it_is_noticed_what_to_run_when_to_stop_and_what_not_to_do(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "How you notice"
    assert headings[-2:] == ["When to stop, and whom to ask", "What not to do"]
    assert steps(PAGES[name])
    assert len(text.splitlines()) <= LINES[name]


@NAMES
def test_every_placeholder_is_explained_or_shown_before_it_is_used(name: str) -> None:
    known = set(explained(PAGES[name]))
    for step in steps(PAGES[name]):
        used = set(WORD.findall(re.sub(r"\b[A-Z_]+=(?=[\w\"])", "", step.commands))) - LITERAL
        assert used <= known, step
        known |= {word for line in step.shows for word in WORD.findall(line)}
    shown = {word for step in steps(PAGES[name]) for line in step.shows for word in WORD.findall(line)}
    assert explained(PAGES[name]) <= placeholders(PAGES[name]) | shown


@NAMES
def test_messages_that_lead_to_a_page_are_named_there(name: str) -> None:
    notice = PAGES[name].read_text(encoding="utf-8").partition("## How you notice")[2].partition("\n## ")[0]
    leading = {message for _, message, _ in messages(platform(*THREE).json["resource"]) if runbook(message) == name}
    assert leading <= set(re.findall(r"`([\w-]+)`", notice))


def test_what_leads_to_a_page_exists_and_says_so() -> None:
    found = {message: says for _, message, says in messages(platform(*THREE).json["resource"])}
    for page, starts in RUNBOOKS.items():
        assert page in PAGES
        for start in starts:
            led = [says for message, says in found.items() if message.startswith(start)]
            assert led, start
            assert all(says.endswith(f" Runbook: docs/runbooks/{page}.md") for says in led)


def test_whatever_the_trail_tells_leads_to_a_page() -> None:
    """Nobody knows at first whether it was a plan or a stranger."""
    told = [message for _, message, _ in messages(platform(*THREE).json["resource"]) if message.startswith("trail-")]
    assert told
    assert [message for message in told if not runbook(message)] == []


def test_descriptions_with_their_page_are_no_longer_than_aws_takes() -> None:
    """1,024 characters of an alarm, 512 of a rule."""
    rules = platform(*THREE).json["resource"]["aws_cloudwatch_event_rule"].values()
    assert max(len(rule["description"]) for rule in rules) <= 512


def test_every_page_is_run_by_a_test_of_an_applied_platform() -> None:
    one_region, two_regions = (
        (ROOT / "tests" / file).read_text() for file in ("life/test_runbooks.py", "support/region_pages.py")
    )
    alone = set(re.findall(r'^    "([\w-]+)": \w+,$', one_region, re.MULTILINE))
    # A page is at its end where it goes on without a number.
    walked = set(re.findall(r'_go_on\("([\w-]+)", None\)', two_regions))
    assert alone | walked == SITUATIONS


def test_what_is_run_elsewhere_is_a_target_and_has_that_test() -> None:
    used = {
        target
        for page in PAGES.values()
        for step in steps(page)
        for part in parts(step.commands)
        if (target := made(part)[0])
    }
    assert used <= targets()
    assert used - RUN_ELSEWHERE.keys() == {"region-status", "failover", "failback"}
    assert [file for file in RUN_ELSEWHERE.values() if not (ROOT / file).is_file()] == []


def page(folder: Path, text: str) -> Walk:
    """Somebody at a page that has this text, on no emulator."""
    file = folder / "page.md"
    file.write_text(text)
    environ = {"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    return Walk(page=file, facts={"REGION": "eu-west-1"}, environ=environ, folder=folder)


def test_a_command_that_fails_fails_the_test(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"page\.md:2: false \| true"):
        page(tmp_path, "```sh\nfalse | true\n```\n").to_the_end()


@pytest.mark.parametrize(
    ("shows", "promised"),
    [("one two", "one"), ("one", "one two"), ("one\ntwo", "two\none"), ("us-east-1 a", "REGION …"), ("a b", "LAG LAG")],
)
def test_a_promise_that_is_not_kept_fails_the_test(tmp_path: Path, shows: str, promised: str) -> None:
    text = f"```sh\necho '{shows}'\n```\n\nYou should see:\n\n```text\n{promised}\n```\n"
    with pytest.raises(AssertionError, match="nothing shows"):
        page(tmp_path, text).to_the_end()


def test_what_a_command_shows_is_put_into_the_next(tmp_path: Path) -> None:
    shown = "1. One\n\n   ```sh\n   echo REGION  id-7\n   ```\n\n   ```text\n   REGION LOCK\n   ```\n\n"
    text = shown + "```sh\ntouch LOCK\n```\n"
    page(tmp_path, text).to_the_end()
    assert (tmp_path / "id-7").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("aws backup start-restore-work", "Invalid choice"),
        ("aws backup start-restore-job --region REGION --vault x", "--vault"),
        ("aws ec2 get-console-output --region REGION", "--instance-id"),
        ("aws iam create-user --region REGION --user-name ''", "Invalid length"),
    ],
)
def test_what_only_aws_can_answer_is_checked_by_the_models(tmp_path: Path, command: str, fault: str) -> None:
    assert AWS_CLI.exists(), "there is no environment with the AWS CLI: make .venv-awscli/.ready"
    with pytest.raises(AssertionError, match=fault):
        page(tmp_path, f"*Not tried on the emulator:*\n\n```sh\n{command}\n```\n").to_the_end()


@pytest.mark.slow
def test_what_only_aws_can_answer_is_asked_of_nobody(tmp_path: Path) -> None:
    page(tmp_path, "*Not tried on the emulator:*\n\n```sh\naws iam list-users --region REGION\n```\n").to_the_end()
