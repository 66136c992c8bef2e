import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.support.region_sets import settings_of, write_settings
from tools import emulator_session
from tools.console import Reporter
from tools.emulator_session import EmulatorSession
from tools.errors import ApplyError, Interrupted, ToolError
from tools.paths import Paths


class FakeEmulator:
    running: "FakeEmulator | None" = None
    endpoint = "http://127.0.0.1:1"
    pid = 1

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id

    @classmethod
    def start(cls, *, directory: Path, account_id: str, detached: bool) -> "FakeEmulator":
        assert directory.name == "emulator"
        assert detached in {True, False}
        FakeEmulator.running = cls(account_id)
        return FakeEmulator.running

    @classmethod
    def attach(cls, _directory: Path) -> "FakeEmulator | None":
        return cls.running

    def stop(self) -> None:
        FakeEmulator.running = None


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmulatorSession:
    monkeypatch.setattr(emulator_session, "Emulator", FakeEmulator)
    monkeypatch.setattr(FakeEmulator, "running", None)
    write_settings(tmp_path, settings_of("eu-west-1", account_id="111111111111"))
    paths = Paths(settings=tmp_path / "settings.yaml", build=tmp_path / "build", out=tmp_path / "out")
    return EmulatorSession(paths=paths, environ={}, reporter=Reporter(Console(file=io.StringIO())))


def fail_within(host: EmulatorSession, *, kind: str, error: BaseException) -> None:
    with getattr(host, kind)():
        raise error


@pytest.mark.parametrize("error", [ToolError("broken"), ValueError("a fault of ours")])
def test_a_temporary_emulator_is_stopped_after_a_failure(host: EmulatorSession, error: Exception) -> None:
    with pytest.raises(type(error)):
        fail_within(host, kind="temporary", error=error)
    assert host.find() is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (Interrupted("terraform has stopped", outlook="run again to go on", signal_number=15), 143),
    ],
)
def test_an_interrupt_stops_it_and_says_that_nothing_is_left(
    host: EmulatorSession, error: BaseException, code: int
) -> None:
    with pytest.raises(Interrupted, match="the emulator is stopped") as caught:
        fail_within(host, kind="temporary", error=error)
    assert caught.value.exit_code == code
    assert "run again" not in str(caught.value)
    assert host.find() is None


def test_what_broke_off_on_an_emulator_that_is_stopped_is_not_to_be_recovered(host: EmulatorSession) -> None:
    with pytest.raises(ApplyError, match="it broke") as caught:
        fail_within(host, kind="temporary", error=ApplyError("it broke", advice="`make local-recover`"))
    assert "the emulator is stopped" in (caught.value.advice or "")
    assert "recover" not in (caught.value.advice or "")


def test_a_lasting_emulator_stays_up_after_a_failure_and_the_user_is_told(
    host: EmulatorSession, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ToolError):
        fail_within(host, kind="persistent", error=ToolError("broken"))
    assert host.find() is not None
    assert "stays up" in capsys.readouterr().err


def test_a_running_emulator_is_used_and_left_alone(host: EmulatorSession) -> None:
    with host.persistent() as first, host.running() as second:
        assert second is first
    assert host.find() is first


def test_rejects_a_temporary_one_beside_a_running_one(host: EmulatorSession) -> None:
    with host.persistent(), pytest.raises(ToolError, match="already"):
        fail_within(host, kind="temporary", error=AssertionError())


def test_it_answers_as_the_account_of_the_settings(host: EmulatorSession) -> None:
    with host.temporary() as emulator:
        assert emulator.account_id == "111111111111"


def test_a_new_emulator_makes_left_over_local_state_meaningless(host: EmulatorSession, tmp_path: Path) -> None:
    left = [tmp_path / "build" / name for name in ("state-backend/terraform.tfstate", "destruction/errored.tfstate")]
    for state in left:
        state.parent.mkdir(parents=True)
        state.write_text("{}")
    with host.temporary():
        assert not any(state.exists() for state in left)


def test_without_one_the_way_to_get_one_is_told(host: EmulatorSession) -> None:
    with pytest.raises(ToolError, match="no emulator runs") as caught:
        host.get()
    assert "make local-up" in (caught.value.advice or "")
