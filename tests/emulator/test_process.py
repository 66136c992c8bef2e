import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tools.emulator import Emulator, EmulatorError

pytestmark = pytest.mark.emulator

ROOT = Path(__file__).resolve().parents[2]


def wait_until_gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def start_in_another_process(directory: Path, *, detached: bool) -> tuple[subprocess.Popen[str], int]:
    """Start an emulator from a process that then sleeps; return that process and the emulator's pid."""
    code = (
        "import sys, time; from pathlib import Path; from tools.emulator import Emulator\n"
        f"running = Emulator.start(directory=Path({str(directory)!r}), detached={detached})\n"
        "print(running.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("running")


@pytest.fixture(scope="module")
def running(directory: Path) -> Iterator[Emulator]:
    """One for all that neither stop it nor ask it as the first."""
    with Emulator.start(directory=directory) as emulator:
        yield emulator


def test_answers_as_soon_as_it_has_started(tmp_path: Path) -> None:
    with Emulator.start(directory=tmp_path, account_id="111122223333") as emulator:
        identity = emulator.client("sts", "eu-central-1").get_caller_identity()
    assert identity["Account"] == emulator.account_id == "111122223333"
    assert identity["Arn"] == "arn:aws:iam::111122223333:root"


def test_listens_on_the_loopback_address_only(running: Emulator) -> None:
    listening = [c.laddr for c in psutil.Process(running.pid).net_connections() if c.status == psutil.CONN_LISTEN]
    assert [address.ip for address in listening] == ["127.0.0.1"]
    assert running.endpoint == f"http://127.0.0.1:{listening[0].port}"


def test_the_terminal_cannot_interrupt_it(running: Emulator) -> None:
    assert os.getsid(running.pid) == running.pid != os.getsid(0)


def test_attach_finds_the_running_emulator_and_stop_ends_it(tmp_path: Path) -> None:
    started = Emulator.start(directory=tmp_path)
    found = Emulator.attach(tmp_path)
    assert found is not None
    assert (found.pid, found.endpoint, found.account_id) == (started.pid, started.endpoint, started.account_id)
    found.stop()
    assert wait_until_gone(started.pid)
    assert Emulator.attach(tmp_path) is None
    assert not (tmp_path / "emulator.json").exists()
    found.stop()
    started.stop()


def test_two_at_once_have_ports_of_their_own(running: Emulator, tmp_path: Path) -> None:
    with Emulator.start(directory=tmp_path) as second:
        assert running.endpoint != second.endpoint
        running.client("s3", "us-east-1").create_bucket(Bucket="only-in-the-first")
        assert second.client("s3", "us-east-1").list_buckets()["Buckets"] == []


def test_rejects_a_second_one_in_the_same_directory(running: Emulator, directory: Path) -> None:
    with pytest.raises(EmulatorError, match=rf"runs already at {running.endpoint} \(pid {running.pid}\)"):
        Emulator.start(directory=directory)


def test_attach_removes_the_record_of_a_dead_process(tmp_path: Path) -> None:
    emulator = Emulator.start(directory=tmp_path)
    os.kill(emulator.pid, signal.SIGKILL)
    assert wait_until_gone(emulator.pid)
    assert Emulator.attach(tmp_path) is None
    assert not (tmp_path / "emulator.json").exists()
    emulator.stop()


def test_attach_never_takes_another_program_for_its_own(tmp_path: Path) -> None:
    record = {"pid": os.getpid(), "create_time": 1.0, "endpoint": "http://127.0.0.1:1", "account_id": "123456789012"}
    (tmp_path / "emulator.json").write_text(json.dumps(record), encoding="utf-8")
    assert Emulator.attach(tmp_path) is None
    assert not (tmp_path / "emulator.json").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_record_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "emulator.json").write_text(text, encoding="utf-8")
    assert Emulator.attach(tmp_path) is None


def test_a_record_that_makes_no_sense_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "emulator.json").write_text("{", encoding="utf-8")
    Emulator.start(directory=tmp_path).stop()


def test_dies_with_its_parent_even_if_that_is_killed(tmp_path: Path) -> None:
    parent, pid = start_in_another_process(tmp_path, detached=False)
    assert psutil.pid_exists(pid)
    parent.kill()
    parent.wait()
    assert wait_until_gone(pid)


def test_lives_on_without_its_parent_if_detached(tmp_path: Path) -> None:
    parent, pid = start_in_another_process(tmp_path, detached=True)
    parent.kill()
    parent.wait()
    emulator = Emulator.attach(tmp_path)
    assert emulator is not None
    assert emulator.pid == pid
    assert emulator.client("sts", "us-east-1").get_caller_identity()["Account"] == "123456789012"
    emulator.stop()
    assert wait_until_gone(pid)


def test_reset_forgets_everything(running: Emulator) -> None:
    s3 = running.client("s3", "us-east-1")
    s3.create_bucket(Bucket="forgotten")
    running.reset()
    assert s3.list_buckets()["Buckets"] == []


def test_rejects_what_is_no_account_id(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match="account id '123' is not 12 digits"):
        Emulator.start(directory=tmp_path, account_id="123")


def test_a_failed_start_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERIDIAN_EMULATOR_WITHOUT", "nonsense")
    with pytest.raises(EmulatorError, match=r"(?s)ended before it answered.*nonsense"):
        Emulator.start(directory=tmp_path)
    assert not (tmp_path / "emulator.json").exists()


def test_gives_up_after_the_timeout(tmp_path: Path) -> None:
    children = {child.pid for child in psutil.Process().children()}
    with pytest.raises(EmulatorError, match=r"did not answer within 0\.01 seconds"):
        Emulator.start(directory=tmp_path, timeout=0.01)
    assert {child.pid for child in psutil.Process().children()} == children


def test_a_clean_environment_holds_nothing_of_the_users_aws(running: Emulator) -> None:
    base = {"PATH": "/bin", "AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "x", "AWS_REGION": "us-east-1"}
    clean = running.clean_environment(base)
    assert clean == {"PATH": "/bin", **running.environment()}
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"} & set(clean)
    assert clean["AWS_ENDPOINT_URL"] == running.endpoint
