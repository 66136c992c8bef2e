"""What a deployment says, and when, while the instances of a changed template take over."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, NoReturn

import pytest
from rich.console import Console

from tests.support.fake_aws import FakeAws, denied
from tests.support.plans import FakeTerraform, saved, targeting
from tools.account import Account
from tools.console import Reporter
from tools.deployment import LINES_AT_ONCE
from tools.errors import Interrupted, ToolError
from tools.rollout import Rollout

ROLLOUT = Rollout(name="web", region="eu-west-1", autoscaling=None, good_version="1")


class Planned(Account):
    """An account with a plan to apply, which takes three steps or fails."""

    def __init__(self, tmp_path: Path, *, fault: str = "") -> None:
        self.fault = fault
        self.applied = False
        self.clients = FakeAws()
        super().__init__(
            settings=tmp_path / "settings.yaml",
            build=tmp_path / "build",
            out=tmp_path / "out",
            environ={"APPROVE": "yes", "PREFLIGHT": "no"},
            reporter=Reporter(Console(file=io.StringIO())),
        )

    def _target(self) -> Any:
        terraform = FakeTerraform()
        terraform.apply = self._apply  # type: ignore[method-assign]
        return targeting(self.paths, clients=self.clients, terraform=lambda _stack: terraform)

    def _plan(self, _target: Any) -> Any:
        return saved(self.paths.build / "platform")

    def _apply(self, _file: Any) -> int:
        self.applied = True
        if self.fault:
            raise ToolError(self.fault)
        return 3


@pytest.fixture
def following(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("tools.rollout.before", lambda _plan, _clients: [ROLLOUT])
    monkeypatch.setattr("tools.rollout.follow", lambda _rollouts, **_: [])
    return monkeypatch


def interrupt(_rollouts: Any, **_: Any) -> NoReturn:
    raise KeyboardInterrupt


def test_why_an_apply_failed_is_told_before_instances_are_followed(
    tmp_path: Path, following: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []

    def follow(_rollouts: Any, **_: Any) -> list[str]:
        told.append(capsys.readouterr().err)
        return ["eu-west-1: ended Failed"]

    following.setattr("tools.rollout.follow", follow)
    with pytest.raises(ToolError) as caught:
        Planned(tmp_path, fault="the load balancer was refused").deploy()
    assert told == ["error: the load balancer was refused\n"]
    assert caught.value.message == "the load balancer was refused\neu-west-1: ended Failed"


def test_of_a_long_fault_only_the_beginning_is_told_at_once(
    tmp_path: Path, following: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del following
    fault = "\n".join(f"fault {number}" for number in range(LINES_AT_ONCE + 5))
    with pytest.raises(ToolError) as caught:
        Planned(tmp_path, fault=fault).deploy()
    assert caught.value.message == fault
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == LINES_AT_ONCE + 1
    assert lines[-1] == "… and 5 more lines, at the end"


@pytest.mark.parametrize("fault", ["", "the load balancer was refused"])
def test_an_interrupt_while_instances_are_followed_says_what_goes_on(
    tmp_path: Path, following: pytest.MonkeyPatch, fault: str
) -> None:
    following.setattr("tools.rollout.follow", interrupt)
    with pytest.raises(Interrupted, match="interrupted while instances are being replaced") as caught:
        Planned(tmp_path, fault=fault).deploy()
    assert "--region eu-west-1 --auto-scaling-group-name web" in str(caught.value)


def test_groups_that_cannot_be_read_end_a_deployment_before_anybody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_plan: Any, _clients: Any) -> NoReturn:
        raise denied("DescribeAutoScalingGroups")

    monkeypatch.setattr("tools.rollout.before", refuse)
    account = Planned(tmp_path)
    asked: list[str] = []
    monkeypatch.setattr(account, "_approve", lambda what, _about: asked.append(what))
    with pytest.raises(Exception, match="AccessDenied"):
        account.deploy()
    assert not asked
    assert not account.applied
