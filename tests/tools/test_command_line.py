import errno
import os
import re
import runpy
import sys
from collections.abc import Callable

import pytest
from botocore.exceptions import NoCredentialsError

from modules.settings import Fault, SettingsError
from tests.support.fake_aws import denied
from tools import __main__ as command_line
from tools.emulator import EmulatorError
from tools.errors import Interrupted, ToolError
from tools.paths import ROOT


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], int]:
    def run(error: BaseException) -> int:
        def fail() -> None:
            raise error

        monkeypatch.setattr(command_line, "commands", lambda: {"plan": ("fails", fail)})
        monkeypatch.setattr(command_line, "raise_on_signals", lambda: None)
        return command_line.main(["plan"])

    return run


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ToolError("it broke", advice="mend it"), 1, "error: it broke\nwhat to do: mend it\n"),
        (ToolError("it broke"), 1, "error: it broke\n"),
        (EmulatorError("no answer"), 1, "error: no answer\n"),
        (SettingsError([Fault("a", "is odd", 1, "even")]), 1, "a: is odd, got 1, allowed: even\n"),
        (Interrupted("stopped", outlook="the state is saved"), 130, "stopped; the state is saved\n"),
        (Interrupted("stopped", signal_number=15), 143, "stopped\n"),
        (Interrupted("stopped\n  at a", outlook="go on", signal_number=1), 129, "stopped\n  at a\ngo on\n"),
        (
            OSError(errno.ENOSPC, "it is full"),
            1,
            "error: [Errno 28] it is full\nwhat to do: make room on that disk, then run `make plan` again\n",
        ),
        (KeyboardInterrupt(), 130, "interrupted: plan did not come to its end; run it again\n"),
    ],
)
def test_faults_are_told_in_words_and_end_with_their_code(
    *,
    failing: Callable[[BaseException], int],
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
) -> None:
    assert failing(error) == code
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("error", [denied("DescribeTable", "ExpiredTokenException"), NoCredentialsError()])
def test_what_aws_refuses_is_one_line_that_says_what_to_do(
    failing: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    assert failing(error) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: AWS did not answer as it should: {error}; ")
    assert "aws sts get-caller-identity" in line


def test_a_fault_of_the_programs_own_keeps_its_trace(failing: Callable[[BaseException], int]) -> None:
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError())


def test_every_command_has_a_make_target_with_a_description() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for name in command_line.commands():
        assert re.search(rf"^{name}: install ## \S.*\n\t\$\(TOOL\) {name}$", makefile, re.MULTILINE), name


def test_what_commands_write_is_for_their_owner_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["tools", "--help"])
    before = os.umask(0o022)
    try:
        with pytest.raises(SystemExit):
            runpy.run_path(str(ROOT / "tools" / "__main__.py"), run_name="__main__")
        assert os.umask(before) == 0o077
    finally:
        os.umask(before)


def test_only_commands_that_share_no_place_run_beside_others() -> None:
    beside = {name for name, (_, run) in command_line.commands().items() if "_alone" not in run.__qualname__}
    # A failover must not wait for a plan that hangs while a region is dark.
    moving = {f"{place}{name}" for place in ("", "local-") for name in ("failover", "failback", "region-status")}
    assert beside == {"local-env", "iam-again", "numbers", "bench", "plan-summary", "sbom", "tables"} | moving
