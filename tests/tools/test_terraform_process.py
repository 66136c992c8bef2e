"""What a command of Terraform's survives: whoever started it, their terminal, their faults, and the disk of its log."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from tools.errors import ToolError
from tools.paths import ROOT
from tools.terraform import Terraform
from tools.terraform.process import run
from tools.terraform.tail import Tail

#: Says a word, and after a second another one.
SLOW = "echo begun; sleep 1; echo still here; touch done"


def wait_for(happened: Callable[[], bool]) -> None:
    end = monotonic() + 20
    while not happened():
        assert monotonic() < end
        sleep(0.05)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "build/platform"
    made.mkdir(parents=True)
    return made


@contextmanager
def wrapper(directory: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that applies, once its terraform has said something."""
    program = (
        "from pathlib import Path\n"
        "from tools.terraform import Terraform\n"
        f"Terraform(Path({str(directory)!r}), {environment!r}).apply()"
    )
    log = directory.parent / "logs/platform-apply.log"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE) as child:
        wait_for(lambda: log.exists() and "begun" in log.read_text())
        yield child


def test_terraform_outlives_a_wrapper_that_is_killed(
    fake_terraform: Callable[..., dict[str, str]], directory: Path
) -> None:
    with wrapper(directory, fake_terraform(SLOW)) as child:
        child.kill()
    wait_for((directory / "done").exists)
    assert (directory.parent / "logs/platform-apply.log").read_text() == "begun\nstill here\n"


def test_terraform_is_not_in_the_session_of_the_terminal(
    fake_terraform: Callable[..., dict[str, str]], directory: Path
) -> None:
    with wrapper(directory, fake_terraform(f"echo $$ > pid; {SLOW}")):
        assert os.getsid(int((directory / "pid").read_text())) != os.getsid(0)


def test_a_fault_of_the_listener_is_told_once_the_command_has_ended(directory: Path) -> None:
    def fail(_line: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(
            ["sh", "-c", SLOW],
            directory=directory,
            environment=os.environ,
            log=directory / "x.log",
            on_line=fail,
            grace=None,
        )
    assert (directory / "done").exists()


def test_what_a_killed_terraform_has_started_does_not_go_on(directory: Path) -> None:
    provider = directory / "pid"
    ended = run(
        ["sh", "-c", f"sleep 60 & echo $! > {provider}; kill -9 $$"],
        directory=directory,
        environment=os.environ,
        log=directory / "x.log",
        on_line=lambda _: None,
        grace=None,
    )
    assert ended.code == -9

    def gone() -> bool:
        # Whoever has taken it over may be slow to hear that it has ended.
        stat = Path(f"/proc/{provider.read_text().strip()}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"

    wait_for(gone)


def test_a_command_whose_log_takes_nothing_any_more_comes_to_its_end(
    fake_terraform: Callable[..., dict[str, str]], directory: Path
) -> None:
    planned = {"@level": "info", "type": "planned_change", "change": {"action": "create", "resource": {"addr": "a.b"}}}
    # To a shell a limit to the size of files is what a full disk is to Terraform: each write fails, and it goes on.
    full = f"echo '{json.dumps(planned)}'; trap '' XFSZ; ulimit -f 1; yes '{{\"@level\": ' | head -n 1000; touch done"
    assert Terraform(directory, fake_terraform(f"{full}; exit 0")).apply() == 1
    assert (directory / "done").exists()


@pytest.mark.emulator
def test_terraform_itself_applies_and_saves_with_no_room_for_its_output(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text(json.dumps({"resource": {"terraform_data": {"a": {"input": "kept"}}}}))
    for command in (["init"], ["apply", "-json", "-auto-approve"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(["terraform", *command], cwd=tmp_path, stdout=full, stderr=full, check=False)
        assert done.returncode == 0
    (resource,) = json.loads((tmp_path / "terraform.tfstate").read_text())["resources"]
    assert resource["instances"][0]["attributes"]["output"]["value"] == "kept"


def test_a_log_that_cannot_be_made_is_told_before_anything_starts(
    fake_terraform: Callable[..., dict[str, str]], directory: Path
) -> None:
    (directory.parent / "logs").write_text("")
    with pytest.raises(ToolError, match="cannot be made") as caught:
        Terraform(directory, fake_terraform("touch done")).apply()
    assert "nothing was started" in (caught.value.advice or "")
    assert not (directory / "done").exists()


def test_the_log_is_its_owners_alone_and_the_one_before_is_kept(
    fake_terraform: Callable[..., dict[str, str]], directory: Path
) -> None:
    environment = fake_terraform("echo $$; exit 0")
    for _ in range(3):
        Terraform(directory, environment).init()
    log = directory.parent / "logs/platform-init.log"
    before = log.with_name("platform-init.previous.log")
    assert before.read_text() != log.read_text()
    assert {one.stat().st_mode & 0o777 for one in (log, before)} == {0o600}


def test_a_line_is_read_once_the_whole_of_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "log"
    with file.open("wb", buffering=0) as writing, file.open("rb") as reading:
        tail = Tail(reading)
        writing.write("one\nhalf of \u00e4".encode()[:-1])
        assert list(tail.lines()) == ["one"]
        assert list(tail.lines()) == []
        writing.write("\u00e4".encode()[1:] + b" line\nthe end")
        assert list(tail.lines()) == ["half of \u00e4 line"]
        assert list(tail.rest()) == ["the end"]
        assert list(tail.rest()) == []


@pytest.mark.parametrize(("ignored", "answer"), [(False, "ended by SIGHUP"), (True, "heard nothing")])
def test_sighup_ends_a_command_unless_nohup_has_it_ignored(*, ignored: bool, answer: str) -> None:
    program = (
        "import signal, sys, os\n"
        f"{'signal.signal(signal.SIGHUP, signal.SIG_IGN)' if ignored else ''}\n"
        "from tools.errors import Interrupted\n"
        "from tools.interrupts import handled, raise_on_signals\n"
        "raise_on_signals()\n"
        "try:\n"
        "    with handled(lambda number: print('handled', number)):\n"
        "        os.kill(os.getpid(), signal.SIGHUP)\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "except Interrupted as interrupt:\n"
        "    print(interrupt, interrupt.exit_code)\n"
        "else:\n"
        "    print('heard nothing')\n"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert answer in said
    assert ("handled 1" in said) is not ignored
    assert ("129" in said) is not ignored
