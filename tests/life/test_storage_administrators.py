"""The buckets are for whom the settings name: a plan refuses to shut out who runs it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.identities import ACCOUNT
from tests.support.lives import CLEAN, Applied, new_life
from tests.support.part import only
from tests.support.region_sets import settings_of
from tools.errors import ToolError
from tools.synth import synthesize

pytestmark = pytest.mark.emulator
REGION = "eu-west-1"


@pytest.mark.parametrize(("name", "path", "let_in"), [("deploy-main", "/ci/", True), ("somebody", "/", False)])
def test_a_plan_fails_if_its_apply_would_shut_out_who_runs_it(
    spare_life: Applied, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, path: str, *, let_in: bool
) -> None:
    only(monkeypatch, "aws_s3_bucket_policy", "data.aws_iam_session_context")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = spare_life.client("iam", REGION).create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document)[
        "Role"
    ]
    spare_life.client("iam", REGION).attach_role_policy(
        RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    session = spare_life.client("sts", REGION).assume_role(RoleArn=arn["Arn"], RoleSessionName="test")["Credentials"]
    administrators = [f"arn:aws:iam::{ACCOUNT}:role/ci/deploy-*"]
    another = new_life(
        tmp_path, settings_of("eu-west-3", environment_suffix="guard", storage={"administrators": administrators})
    )
    synthesize(another.paths, environ=CLEAN)
    target = another.target(spare_life.emulator)
    credentials = {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }
    target = replace(target, environment={**target.environment, **credentials})
    if let_in:
        assert target.plan("platform")[0]
    else:
        with pytest.raises(ToolError, match=f"storage.administrators does not name {arn['Arn']}"):
            target.plan("platform")
