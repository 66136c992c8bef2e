from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.region_sets import settings_of, write_settings
from tools.errors import ToolError
from tools.paths import Paths
from tools.target import Target
from tools.terraform.diagnostics import Diagnostic, describe
from tools.terraform.place import Place


def test_rejects_credentials_of_another_account_before_anything_else(tmp_path: Path) -> None:
    def clients(_service: str, _region: str) -> SimpleNamespace:
        return SimpleNamespace(get_caller_identity=lambda: {"Account": "222222222222"})

    write_settings(tmp_path, settings_of("eu-west-1", account_id="111111111111"))
    paths = Paths(settings=tmp_path / "settings.yaml", build=tmp_path / "build", out=tmp_path / "out")
    with pytest.raises(ToolError, match=r"222222222222.*111111111111"):
        Target.in_account(paths=paths, environ={}, clients=clients)


def test_role_that_may_not_lock_or_read_the_password_is_told_of_plans_for_review() -> None:
    place = Place(directory=Path("platform"), log=Path("x.log"), local=False)
    for action in ("secretsmanager:GetSecretValue", "dynamodb:PutItem", "s3:PutObject"):
        detail = (
            f"User: arn:aws:sts::1:assumed-role/planner/x is not authorized to perform: {action} on r of the S3 bucket"
        )
        summary = "Error acquiring the state lock" if action != "secretsmanager:GetSecretValue" else "failed"
        _, advice = describe(diagnostics=[Diagnostic(summary=summary, detail=detail)], place=place, outlook="")
        assert "make plan-only" in str(advice)
