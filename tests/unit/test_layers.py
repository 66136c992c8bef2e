import logging.config
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_no_import_runs_against_the_layers(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would switch off every logger that there is, and tests that come later listen to ours.
    monkeypatch.setattr(logging.config, "dictConfig", lambda _: None)
    status = lint_imports(config_filename=str(root / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_tools_and_lives_start_no_node(root: Path) -> None:
    """Bindings do as soon as they are imported, which takes a second and 100 MB; main.py builds constructs alone."""
    told = "import sys, tools.__main__, tools.local, tools.account, tests.life.conftest; print('jsii' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", told], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"
