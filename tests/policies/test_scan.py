from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from policies.errors import GateError
from policies.scan import CHECKS_DIR, DRIVER, Framework, Scan, run_checkov

if TYPE_CHECKING:
    from pathlib import Path

    from tests.policies.conftest import Project


def program(*, folder: Path, body: str) -> Path:
    """Write a program that stands in for the Python that runs the driver."""
    path = folder / "python"
    path.write_text(f"#!{sys.executable}\nimport json, os, pathlib, sys\n{body}\n")
    path.chmod(0o755)
    return path


def test_rejects_a_missing_checkov(project: Project) -> None:
    verdict = project.judge(scan=partial(run_checkov, python=project.root / "nowhere"))
    assert verdict.exit_code == 2
    assert verdict.errors == ("checkov: is not installed, run `make install`",)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("sys.exit('boom')", "ended with 1 as terraform_json, boom"),
        ("print('bang', file=sys.stderr); sys.exit(2)", "ended with 2 as terraform_json, bang"),
        ("os.kill(os.getpid(), 9)", "ended with -9 as terraform_json, no message"),
        ("print('no report')", "wrote no JSON as terraform_json, no message"),
        ("pathlib.Path(sys.argv[5], '0.json').write_text('no report')", "wrote no JSON as terraform_json, no message"),
    ],
)
def test_rejects_a_checkov_that_crashes(tmp_path: Path, body: str, what: str) -> None:
    with pytest.raises(GateError, match=what):
        run_checkov(
            [Scan(path=tmp_path / "cdk.tf.json", framework=Framework.JSON)],
            python=program(folder=tmp_path, body=body),
        )


def test_names_the_scan_that_failed(tmp_path: Path) -> None:
    body = "pathlib.Path(sys.argv[5], '0.json').write_text('{}'); sys.exit('boom')"
    path = tmp_path / "plan.json"
    with pytest.raises(GateError) as caught:
        run_checkov(
            [Scan(path=path, framework=framework) for framework in Framework],
            python=program(folder=tmp_path, body=body),
        )
    assert caught.value.faults == (f"{path}: checkov ended with 1 as terraform_plan, boom",)


def test_checkov_gets_nobodys_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BC_API_KEY", "CKV_SKIP_CHECK", "CHECKOV_SOFT_FAIL", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "1")
    seen = "{'arguments': sys.argv[1:], 'environment': dict(os.environ), 'files': os.listdir('.')}"
    body = f"pathlib.Path(sys.argv[5], '0.json').write_text(json.dumps({seen}))"
    path = tmp_path / "plan.json"
    [report] = run_checkov([Scan(path=path, framework=Framework.PLAN)], python=program(folder=tmp_path, body=body))
    arguments, environment = report["arguments"], report["environment"]
    assert arguments[:4] == ["-I", "-B", str(DRIVER), str(CHECKS_DIR)]
    assert arguments[5:] == [f"terraform_plan={path}"]
    assert not {"BC_API_KEY", "CKV_SKIP_CHECK", "CHECKOV_SOFT_FAIL", "HTTPS_PROXY"} & environment.keys()
    assert environment["HOME"] != os.environ.get("HOME")
    assert report["files"] == []
