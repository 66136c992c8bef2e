import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tools.errors import ToolError
from tools.paths import ROOT
from tools.terraform import Options, Terraform

EVENT_LOCK = {
    "type": "diagnostic",
    "diagnostic": {
        "severity": "error",
        "summary": "Error acquiring the state lock",
        "detail": (
            "Error message: operation error S3: PutObject, PreconditionFailed\nLock Info:\n  ID:        1111-2222\n"
            "  Path:      bucket/platform/terraform.tfstate\n  Operation: OperationTypeApply\n  Who:       me@host\n"
            "  Version:   1.11.4\n  Created:   2025-01-01 00:00:00 +0000 UTC\n  Info:      \n\n\nTerraform acquires …"
        ),
    },
}
CREATED = {"resource": {"addr": "aws_vpc.a"}, "action": "create"}


def say(*events: dict[str, Any], code: int = 0) -> str:
    """Write shell lines that print events and end with an exit code."""
    lines = [f"cat <<'EVENT'\n{json.dumps(event)}\nEVENT" for event in events]
    return "\n".join([*lines, f"exit {code}"])


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "build/platform"
    made.mkdir(parents=True)
    return made


def error(summary: str, detail: str = "", **more: str) -> dict:
    return {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": summary, "detail": detail, **more}}


def test_apply_counts_the_steps_that_ended(fake_terraform: Callable[..., dict[str, str]], directory: Path) -> None:
    events = [
        {"type": "planned_change", "change": {"resource": {"addr": "aws_vpc.a"}, "action": "create"}},
        {"type": "apply_start", "hook": CREATED},
        {"type": "apply_complete", "hook": CREATED},
        {"type": "apply_complete", "hook": {"resource": {"addr": "data.x.y"}, "action": "read"}},
    ]
    assert Terraform(directory, fake_terraform(say(*events))).apply() == 1


def test_plan_tells_whether_anything_changes(fake_terraform: Callable[..., dict[str, str]], directory: Path) -> None:
    assert Terraform(directory, fake_terraform("exit 2")).plan(directory / "plan.tfplan")
    assert not Terraform(directory, fake_terraform("exit 0")).plan(directory / "plan.tfplan")


def test_an_error_is_told_with_summary_detail_and_address(
    fake_terraform: Callable[..., dict[str, str]], directory: Path
) -> None:
    environment = fake_terraform(say(error("creating VPC", "no more of them", address="aws_vpc.a"), code=1))
    with pytest.raises(ToolError, match="creating VPC") as caught:
        Terraform(directory, environment).apply()
    assert "(aws_vpc.a)" in caught.value.message
    assert "no more of them" in caught.value.message
    assert "what was made is in the state" in (caught.value.advice or "")


def test_warnings_are_no_errors(fake_terraform: Callable[..., dict[str, str]], directory: Path) -> None:
    warning = {"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "Deprecated Parameter"}}
    with pytest.raises(ToolError) as caught:
        Terraform(directory, fake_terraform(say(warning, error("the cause"), code=1))).init()
    assert "Deprecated" not in caught.value.message


@pytest.mark.parametrize(
    ("summary", "advice"),
    [
        ('S3 bucket "b" does not exist.\n\nError: api error NoSuchBucket: The specified bucket does not', "bootstrap"),
        ("No valid credential sources found", "aws sts get-caller-identity"),
        ("Failed to query available provider packages", "MERIDIAN_PROVIDER_MIRROR"),
        ("AWS account ID not allowed: 123456789012", "another account"),
        ("Saved plan is stale", "plan again"),
    ],
)
def test_known_causes_come_with_advice(
    fake_terraform: Callable[..., dict[str, str]], directory: Path, summary: str, advice: str
) -> None:
    with pytest.raises(ToolError) as caught:
        Terraform(directory, fake_terraform(say(error(summary), code=1))).init()
    assert advice in (caught.value.advice or "")


@pytest.mark.parametrize(("local", "command"), [(True, "make local-unlock"), (False, "force-unlock 1111-2222")])
def test_a_held_lock_is_told_with_its_holder_and_the_way_out(
    *, fake_terraform: Callable[..., dict[str, str]], directory: Path, local: bool, command: str
) -> None:
    environment = fake_terraform(say(EVENT_LOCK, code=1))
    with pytest.raises(ToolError) as caught:
        Terraform(directory, environment, options=Options(local=local)).apply()
    for part in ("me@host", "2025-01-01 00:00:00", "1111-2222", "bucket/platform/terraform.tfstate", "(apply"):
        assert part in caught.value.message
    assert command in (caught.value.advice or "")


def test_errors_in_plain_text_are_found(fake_terraform: Callable[..., dict[str, str]], directory: Path) -> None:
    text = "printf '\\n│ Error: Unsupported thing\\n│ \\n│ It is not supported\\n╵\\n'; exit 1"
    with pytest.raises(ToolError, match="Unsupported thing") as caught:
        Terraform(directory, fake_terraform(text)).migrate()
    assert "It is not supported" in caught.value.message


def test_output_without_an_error_is_told_as_it_is(
    fake_terraform: Callable[..., dict[str, str]], directory: Path
) -> None:
    with pytest.raises(ToolError, match="something odd"):
        Terraform(directory, fake_terraform("echo something odd; exit 1")).init()


def test_validate_lists_every_error(fake_terraform: Callable[..., dict[str, str]], directory: Path) -> None:
    text = '{"diagnostics": [{"severity": "error", "summary": "one"}, {"severity": "error", "summary": "two"}]}'
    with pytest.raises(ToolError) as caught:
        Terraform(directory, fake_terraform(f"echo '{text}'; exit 1")).validate()
    assert "one" in caught.value.message
    assert "two" in caught.value.message


def test_raw_output_is_logged(fake_terraform: Callable[..., dict[str, str]], directory: Path) -> None:
    Terraform(directory, fake_terraform("echo raw")).init()
    assert (directory.parent / "logs/platform-init.log").read_text() == "raw\n"


def test_arguments_of_a_shell_that_is_set_up_for_cdktf_are_not_passed_on(
    fake_terraform: Callable[..., dict[str, str]], directory: Path
) -> None:
    environment = fake_terraform("env")
    Terraform(directory, {**environment, "TF_CLI_ARGS_init": "-x", "TF_WORKSPACE": "y", "TF_LOG": "off"}).init()
    log = (directory.parent / "logs/platform-init.log").read_text()
    assert "TF_CLI_ARGS_init" not in log
    assert "TF_WORKSPACE" not in log
    assert "TF_LOG=off" in log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_passed_on_once_and_waited_for(
    fake_terraform: Callable[..., dict[str, str]], directory: Path, number: int
) -> None:
    environment = fake_terraform("trap 'echo got INT; sleep 0.5; exit 1' INT\necho up\nwhile :; do sleep 0.1; done")
    program = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from tools.errors import Interrupted
        from tools.terraform import Terraform
        try:
            Terraform(Path({str(directory)!r}), {environment!r}).apply()
        except Interrupted as interrupt:
            print(interrupt.message)
            sys.exit(interrupt.exit_code)
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        log = directory.parent / "logs/platform-apply.log"
        end = monotonic() + 20
        while not (log.exists() and "up" in log.read_text()) and monotonic() < end:
            assert child.poll() is None
            sleep(0.05)
        child.send_signal(number)
        said, _ = child.communicate(timeout=20)
    assert child.returncode == 128 + number
    assert "terraform apply of platform has stopped" in said
    assert log.read_text().count("got INT") == 1


@pytest.mark.parametrize(
    ("local", "stated", "expected"), [(True, {}, "400"), (True, {"GOGC": "50"}, "50"), (False, {}, "none")]
)
def test_only_on_the_emulator_garbage_is_collected_less_often(
    fake_terraform: Callable[..., dict[str, str]],
    directory: Path,
    *,
    local: bool,
    stated: dict[str, str],
    expected: str,
) -> None:
    environment = fake_terraform('echo "${GOGC:-none}" > collected') | stated
    Terraform(directory, environment, options=Options(local=local)).init()
    assert (directory / "collected").read_text().strip() == expected
