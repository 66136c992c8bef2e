"""What is applied is what was judged and approved, whatever else works in the same directories meanwhile."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from modules.settings import load_settings
from tests.support.plans import FakeTerraform
from tests.support.region_sets import settings_of, write_settings
from tools import __main__ as command_line
from tools import gate
from tools.account import Account
from tools.applying import read
from tools.console import Reporter
from tools.errors import ToolError
from tools.local import LocalPlatform
from tools.paths import PLATFORM, STACKS, Paths
from tools.review import plan_for_review
from tools.synth import Synthesis
from tools.target import Target
from tools.workspace import CONFIGURATION, digest_of_stack

Attack = Callable[[], object]


class Answers(io.StringIO):
    """Somebody at a terminal, who says something after something has happened."""

    def __init__(self, meanwhile: Attack, answer: str = "yes\n") -> None:
        super().__init__(answer)
        self.meanwhile = meanwhile

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:
        self.meanwhile()
        return super().readline(-1 if size is None else size)


class FakeTarget(Target):
    """An account in which each plan says what it was told to."""

    fake: FakeTerraform

    def terraform(self, stack: str) -> Any:
        del stack
        return self.fake

    def has_backend(self) -> bool:
        return True

    def backend_arguments(self) -> list[str]:
        return []

    def state(self, stack: str) -> dict[str, Any] | None:
        del stack
        return None


class Command(Account):
    """A command of the account's, whose synthesis and plans are told beforehand."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        answers: io.StringIO | None = None,
        synthesized: Attack = lambda: None,
        judge: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            settings=folder / "settings.yaml",
            build=folder / "build" / "aws",
            out=folder / "cdktf.out",
            environ={"PREFLIGHT": "no", **(environ or {})},
            reporter=Reporter(Console(file=io.StringIO(), width=300)),
            answers=answers or io.StringIO(),
            gate=judge,
        )
        self.name = name
        self.synthesized = synthesized
        self.terraform = FakeTerraform({"of": name, "resource_changes": []})
        self.terraform.init = lambda _arguments: None  # type: ignore[attr-defined]

    @property
    def told(self) -> str:
        file = self.reporter.console.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()

    @property
    def saved_plans(self) -> list[Path]:
        return sorted(self.paths.build.rglob("*.tfplan"))

    def _target(self) -> Target:
        write_settings(self.paths.settings.parent, settings_of("eu-west-1"))
        stacks = {}
        for stack in STACKS:
            directory = self.paths.stack_output(stack)
            directory.mkdir(parents=True, exist_ok=True)
            (directory / CONFIGURATION).write_text(json.dumps({"of": self.name}))
            stacks[stack] = digest_of_stack(directory)
        self.synthesized()
        target = FakeTarget(
            paths=self.paths,
            settings=load_settings(self.paths.settings, {}),
            environment={},
            clients=lambda _service, _region: None,
            account_id="123456789012",
            local=False,
            synthesis=Synthesis(settings="0" * 64, stacks=stacks),
        )
        object.__setattr__(target, "fake", self.terraform)
        return target


@pytest.fixture(autouse=True)
def passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The codes that the gate ends with, one after another; 0 once there are none left."""
    codes: list[int] = []

    @contextmanager
    def judging(*_: object, refusal: str, **__: object) -> Iterator[None]:
        yield
        if codes and codes.pop(0):
            raise ToolError(refusal)

    monkeypatch.setattr(gate, "judging", judging)
    return codes


def applied(command: Command) -> list[str]:
    return [json.loads(text.removeprefix("binary "))["of"] for text in command.terraform.applied]


def test_the_plan_that_was_approved_is_applied_and_gone_afterwards(tmp_path: Path) -> None:
    first = Command(tmp_path, "A", answers=Answers(lambda: None))
    first.deploy()
    assert applied(first) == ["A"]
    assert first.saved_plans == []
    assert json.loads(first.paths.plan_json(PLATFORM).read_text())["of"] == "A"


@pytest.mark.parametrize("for_review", ["", "for review"])
def test_a_plan_that_fails_leaves_none_that_could_be_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, for_review: str
) -> None:
    command = Command(tmp_path, "A")
    fake: Any = command.terraform
    fake.init = fake.require_saved = lambda *_: None
    monkeypatch.setattr(FakeTarget, "fake", fake, raising=False)
    file = (
        (command.paths.build / "review" / PLATFORM / "plan.json") if for_review else command.paths.plan_json(PLATFORM)
    )

    def plan() -> None:
        target = command._target()
        if for_review:
            plan_for_review(target, PLATFORM)
        else:
            target.plan(PLATFORM)

    def fails(*_: object, **__: object) -> bool:
        raise ToolError("Terraform failed")

    plan()
    assert file.is_file()
    fake.plan = fails
    with pytest.raises(ToolError, match="Terraform failed"):
        plan()
    assert not file.exists()


def test_a_plan_that_was_refused_is_not_applied_under_the_yes_to_another(tmp_path: Path, passes: list[int]) -> None:
    second = Command(tmp_path, "B")

    def plan_another() -> None:
        passes.append(1)
        with pytest.raises(ToolError, match="the policy gate refuses"):
            second.plan()

    first = Command(tmp_path, "A", answers=Answers(plan_another))
    with pytest.raises(ToolError, match="since this was planned") as refused:
        first.deploy()
    assert "plan, look and approve once more" in str(refused.value.advice)
    assert applied(first) == []
    assert first.saved_plans == []


def test_nor_is_one_that_is_written_over_the_plan_itself(tmp_path: Path) -> None:
    def write_over() -> None:
        (file,) = (tmp_path / "build/aws" / PLATFORM).glob("*.tfplan")
        file.write_text('binary {"of": "B"}')

    first = Command(tmp_path, "A", answers=Answers(write_over))
    with pytest.raises(ToolError, match=r"\.tfplan has changed since this was planned"):
        first.deploy()
    assert applied(first) == []


@pytest.mark.parametrize("name", ["plan.json", CONFIGURATION, "assets/function/archive.zip"])
def test_what_the_plan_was_made_of_has_to_be_the_same_too(tmp_path: Path, name: str) -> None:
    def write_over() -> None:
        file = tmp_path / "build/aws" / PLATFORM / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("another")

    first = Command(tmp_path, "A", answers=Answers(write_over))
    with pytest.raises(ToolError, match="has changed since this was planned"):
        first.deploy()
    assert applied(first) == []


def test_output_of_another_command_is_not_planned(tmp_path: Path) -> None:
    def synthesize_another() -> None:
        (tmp_path / "cdktf.out/stacks" / PLATFORM / CONFIGURATION).write_text(json.dumps({"of": "B"}))

    first = Command(tmp_path, "A", answers=Answers(lambda: None), synthesized=synthesize_another)
    with pytest.raises(ToolError, match="is not what this command has synthesized"):
        first.deploy()
    assert applied(first) == []


@pytest.mark.parametrize("name", ["build/aws/platform/plan.json", "cdktf.out/stacks/platform/cdk.tf.json"])
def test_the_gate_s_verdict_on_something_else_does_not_count(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def judging(*_: object, **__: object) -> Iterator[None]:
        yield
        (tmp_path / name).write_text("{}")

    monkeypatch.setattr(gate, "judging", judging)
    first = Command(tmp_path, "A", answers=Answers(lambda: None))
    with pytest.raises(ToolError, match=r"since this was planned|has synthesized any more"):
        first.deploy()
    assert applied(first) == []


def test_a_plan_that_the_gate_refuses_is_not_left_to_be_applied(tmp_path: Path, passes: list[int]) -> None:
    passes.append(1)
    first = Command(tmp_path, "A", answers=Answers(lambda: None))
    with pytest.raises(ToolError, match="the policy gate refuses"):
        first.deploy()
    assert first.saved_plans == []
    assert first.paths.plan_json(PLATFORM).is_file()


@pytest.mark.parametrize("answer", ["no\n", ""])
def test_a_plan_that_nobody_approves_is_not_left_to_be_applied(tmp_path: Path, answer: str) -> None:
    first = Command(tmp_path, "A", answers=Answers(lambda: None, answer))
    with pytest.raises(ToolError, match="not approved"):
        first.deploy()
    assert first.saved_plans == []


def test_an_apply_that_fails_stays_written_down_with_its_plan(tmp_path: Path) -> None:
    def fail(_plan: Path) -> int:
        raise ToolError("a step failed")

    first = Command(tmp_path, "A", answers=Answers(lambda: None))
    first.terraform.apply = fail  # type: ignore[method-assign]
    with pytest.raises(ToolError, match="a step failed"):
        first.deploy()
    assert first.saved_plans == []
    left = read(first._target(), PLATFORM)
    assert left is not None
    assert json.loads(left.plan.read_text())["of"] == "A"


def test_on_the_emulator_the_plan_of_this_run_is_judged_applied_and_gone_too(tmp_path: Path, passes: list[int]) -> None:
    command = Command(tmp_path, "A")
    target, paths = command._target(), command.paths
    life = LocalPlatform(
        settings=paths.settings, build=paths.build, out=paths.out, environ={}, reporter=command.reporter
    )
    life.check(life.plan_stacks(target), target.synthesis)
    passes.append(1)
    with pytest.raises(ToolError, match="the policy gate refuses"):
        life.check(life.plan_stacks(target), target.synthesis)
    assert command.saved_plans == []
    life.apply(target)
    assert applied(command) == ["A"]
    assert command.saved_plans == []
    assert read(target, PLATFORM) is None


def test_the_question_and_a_yes_beforehand_say_the_same(tmp_path: Path) -> None:
    asked = Command(tmp_path, "A", answers=Answers(lambda: None))
    asked.deploy()
    told = Command(tmp_path, "A", environ={"APPROVE": "yes"})
    told.deploy()
    for command in (asked, told):
        for fact in (
            "account      123456789012",
            "settings.yaml (sha256 000000000000…)",
            "PROD, suffix test",
            "eu-west-1",
        ):
            assert fact in command.told, fact
    assert '"yes" goes on' in asked.told
    assert "APPROVE=yes" in told.told


def test_a_plan_for_review_is_judged_with_the_configuration_that_it_is_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    @contextmanager
    def judging(arguments: list[str], **_: object) -> Iterator[None]:
        judged.extend(arguments)
        yield

    monkeypatch.setattr(gate, "judging", judging)
    monkeypatch.setattr("tools.planning.plan_for_review", lambda _target, _stack: (False, {}))
    command = Command(tmp_path, "A")
    command.plan_only()
    places = dict(pairwise(judged))
    assert places["--stacks-dir"] == places["--plans-dir"] == command.paths.build / "review"


def test_what_is_planned_is_for_its_owner_alone(tmp_path: Path) -> None:
    command = Command(tmp_path, "A")
    command.plan()
    (file,) = command.saved_plans
    for path in (file, command.paths.plan_json(PLATFORM)):
        assert path.stat().st_mode & 0o077 == 0


def test_a_command_of_the_account_is_refused_while_another_waits_for_its_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = Paths(settings=tmp_path / "s", build=tmp_path / "build" / "aws", out=tmp_path / "cdktf.out")
    second = Command(tmp_path, "B")
    first = Command(tmp_path, "A", answers=Answers(lambda: command_line.main(["plan"])))
    table = {"deploy": ("", first.deploy), "plan": ("", second.plan)}
    monkeypatch.setattr(command_line, "commands", lambda: command_line._alone(paths, table))
    monkeypatch.setattr(command_line, "raise_on_signals", lambda: None)
    assert command_line.main(["deploy"]) == 0
    assert applied(first) == ["A"]
    assert "`make deploy` of " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["plan", "deploy"])
def test_a_plan_that_takes_data_away_is_refused_before_anybody_is_asked(tmp_path: Path, command: str) -> None:
    what = {"actions": ["delete"], "before": {}, "after": None}
    gone = {"address": "aws_s3_bucket.eu-west-1_x", "mode": "managed", "type": "aws_s3_bucket", "change": what}
    made = Command(tmp_path, "A", answers=Answers(pytest.fail))
    made.terraform.content = {"of": "A", "resource_changes": [gone]}
    with pytest.raises(ToolError, match=r"aws_s3_bucket\.eu-west-1_x is destroyed, and objects with it"):
        getattr(made, command)()
    assert (applied(made), made.saved_plans) == ([], [])
