from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from policies.errors import GateError
from policies.scan import Framework, run_checkov

if TYPE_CHECKING:
    from pathlib import Path

    from tests.policies.conftest import Project


def program(*, folder: Path, body: str) -> Path:
    """Write a program that stands in for checkov."""
    path = folder / "checkov"
    path.write_text(f"#!{sys.executable}\n{body}\n")
    path.chmod(0o755)
    return path


def test_rejects_a_missing_checkov(project: Project) -> None:
    verdict = project.judge(scan=partial(run_checkov, checkov=project.root / "nowhere"))
    assert verdict.exit_code == 2
    assert verdict.errors == ("checkov: is not installed, run `make install`",)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("import sys; sys.exit('boom')", "wrote no JSON as terraform_json, boom"),
        ("import sys; print('bang', file=sys.stderr); sys.exit(2)", "ended with 2 as terraform_json, bang"),
        ("print('no report')", "wrote no JSON as terraform_json, no message"),
    ],
)
def test_rejects_a_checkov_that_crashes(tmp_path: Path, body: str, what: str) -> None:
    with pytest.raises(GateError, match=what):
        run_checkov(
            path=tmp_path / "cdk.tf.json", framework=Framework.JSON, checkov=program(folder=tmp_path, body=body)
        )


def test_checkov_gets_neither_the_network_nor_anybodys_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BC_API_KEY", "CKV_SKIP_CHECK", "CHECKOV_SOFT_FAIL", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "1")
    seen = "{'arguments': sys.argv, 'environment': dict(os.environ), 'files': os.listdir('.')}"
    body = f"import json, os, sys; print(json.dumps({seen}))"
    report = run_checkov(
        path=tmp_path / "plan.json", framework=Framework.PLAN, checkov=program(folder=tmp_path, body=body)
    )
    arguments, environment = report["arguments"], report["environment"]
    assert "--skip-download" in arguments
    assert arguments[arguments.index("--framework") + 1] == "terraform_plan"
    assert not {"BC_API_KEY", "CKV_SKIP_CHECK", "CHECKOV_SOFT_FAIL", "HTTPS_PROXY"} & environment.keys()
    assert environment["HOME"] != os.environ.get("HOME")
    assert report["files"] == []
