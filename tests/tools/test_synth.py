from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.paths import Paths
from tools.synth import synthesize


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
