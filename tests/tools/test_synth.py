import ast
import json
from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.paths import ROOT, STACKS, Paths
from tools.synth import Synthesis, synthesize


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(settings=tmp_path / "settings.yaml", build=tmp_path / "build", out=tmp_path / "out")


def program(tmp_path: Path, text: str) -> Path:
    made = tmp_path / "main.py"
    made.write_text(f"import os, sys\n{text}\n")
    return made


def test_names_settings_and_output_to_the_program(tmp_path: Path, paths: Paths) -> None:
    text = "open('seen', 'w').write(os.environ['MERIDIAN_SETTINGS'] + ' ' + os.environ['CDKTF_OUTDIR'])"
    synthesize(paths, environ={}, program=program(tmp_path, text))
    assert (tmp_path / "seen").read_text() == f"{paths.settings} {paths.out}"


def test_leaves_out_the_checks_of_types_as_the_cdktf_command_line_does(tmp_path: Path, paths: Paths) -> None:
    synthesize(paths, environ={}, program=program(tmp_path, "open('seen', 'w').write(str(__debug__))"))
    assert (tmp_path / "seen").read_text() == "False"
    assert json.loads((ROOT / "cdktf.json").read_text())["app"] == ".venv/bin/python -O main.py"


def test_nothing_of_ours_asserts() -> None:
    files = [ROOT / "main.py", *(file for part in ("modules", "tools") for file in (ROOT / part).rglob("*.py"))]
    asserting = [
        str(file)
        for file in files
        if any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(file.read_text())))
    ]
    assert asserting == []


def test_passes_faults_on_as_they_are(tmp_path: Path, paths: Paths, capfd: pytest.CaptureFixture[str]) -> None:
    text = "print('regions[0]: unknown region', file=sys.stderr); sys.exit(1)"
    with pytest.raises(ToolError, match="nothing was synthesized"):
        synthesize(paths, environ={}, program=program(tmp_path, text))
    assert capfd.readouterr().err == "regions[0]: unknown region\n"


def test_a_stack_trace_goes_to_a_log_and_its_last_line_to_the_user(
    tmp_path: Path, paths: Paths, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ToolError, match="ValueError: odd") as caught:
        synthesize(paths, environ={}, program=program(tmp_path, "raise ValueError('odd')"))
    assert "Traceback" not in capfd.readouterr().err
    assert str(paths.logs / "synth.log") in (caught.value.advice or "")
    assert "Traceback" in (paths.logs / "synth.log").read_text()


def test_tells_what_was_synthesized_from_what_by_content(tmp_path: Path, paths: Paths) -> None:
    text = (
        "from pathlib import Path\n"
        "for stack in ('platform', 'state-backend'):\n"
        "    directory = Path(os.environ['CDKTF_OUTDIR'], 'stacks', stack)\n"
        "    directory.mkdir(parents=True, exist_ok=True)\n"
        "    settings = Path(os.environ['MERIDIAN_SETTINGS']).read_text()\n"
        "    (directory / 'cdk.tf.json').write_text(settings)\n"
    )

    def made(settings: str) -> Synthesis:
        paths.settings.write_text(settings)
        return synthesize(paths, environ={}, program=program(tmp_path, text))

    first = made("1")
    assert first == made("1")
    first.require_output(paths)
    second = made("2")
    assert first.settings != second.settings
    assert all(first.stacks[stack] != second.stacks[stack] for stack in STACKS)
    with pytest.raises(ToolError, match="is not what this command has synthesized any more"):
        first.require_output(paths)


def test_rejects_settings_that_change_while_they_are_synthesized(tmp_path: Path, paths: Paths) -> None:
    paths.settings.write_text("1")
    text = "open(os.environ['MERIDIAN_SETTINGS'], 'w').write('2')"
    with pytest.raises(ToolError, match=r"settings\.yaml has changed while it was synthesized"):
        synthesize(paths, environ={}, program=program(tmp_path, text))
