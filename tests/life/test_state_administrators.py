"""The state is for whom the settings name: a role makes its backend and works with it, and everyone else is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from botocore.exceptions import ClientError

from tests.support.identities import ACCOUNT, TRUST, assume
from tests.support.lives import CLEAN
from tests.support.region_sets import settings_of, write_settings
from tools.bootstrap import bootstrap
from tools.emulator import Emulator
from tools.errors import ToolError
from tools.paths import BACKEND, PLATFORM, ROOT, Paths
from tools.preflight import look_at, subject_of
from tools.synth import synthesize
from tools.target import Target

pytestmark = pytest.mark.emulator
REGION = "eu-west-1"
ISSUER = "token.actions.githubusercontent.com"
EVERYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"
LOOKS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ROLES = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("ci/deploy-*", "meridian-planner", "meridian-deployer")]
NAMED = {
    "state": {"administrators": ROLES, "replica_region": "eu-central-1"},
    "storage": {"administrators": ROLES},
}
GITHUB = {"github": {"repository": "octo-org/platform"}}


@dataclass(frozen=True)
class Backend:
    """A state backend that a role has made, and whoever else there is."""

    paths: Paths
    emulator: Emulator

    def of(self, role: str) -> Target:
        return Target.on_emulator(paths=self.paths, environ=CLEAN, emulator=assume(self.emulator, role))

    def objects_of(self, role: str) -> Any:
        return assume(self.emulator, role).client("s3", REGION)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    folder = tmp_path_factory.mktemp("backend")
    settings = write_settings(folder, settings_of(REGION, **NAMED, delivery=GITHUB))
    paths = Paths(settings=settings, build=folder / "build" / "local", out=folder / "out")
    synthesize(paths, environ=CLEAN)
    with Emulator.start(directory=paths.emulator) as emulator:
        iam = emulator.client("iam", REGION)
        for name, path, policy in (
            ("deploy-main", "/ci/", EVERYTHING),
            ("administrator", "/", EVERYTHING),
            ("anybody-readonly", "/", LOOKS),
        ):
            iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(TRUST))
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        made = Backend(paths, emulator)
        assert bootstrap(made.of("ci/deploy-main")) > 0
        yield made


def test_who_made_the_backend_is_not_shut_out_by_what_it_made(backend: Backend) -> None:
    target = backend.of("ci/deploy-main")
    assert bootstrap(target) == 0
    state = target.state(BACKEND)
    assert state
    assert {one["type"] for one in state["resources"]} >= {"aws_s3_bucket_policy", "aws_iam_session_context"}


Deed = Callable[[Any, str], object]
KEY = f"{BACKEND}/terraform.tfstate"
DEEDS: dict[str, Deed] = {
    "read": lambda s3, bucket: s3.get_object(Bucket=bucket, Key=KEY),
    "write": lambda s3, bucket: s3.put_object(Bucket=bucket, Key=KEY, Body=b"{}"),
    "delete": lambda s3, bucket: s3.delete_object(Bucket=bucket, Key=KEY),
    "list": lambda s3, bucket: s3.list_objects_v2(Bucket=bucket),
    "open": lambda s3, bucket: s3.delete_bucket_policy(Bucket=bucket),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("role", ["anybody-readonly", "administrator"])
def test_everyone_else_is_refused_at_every_bucket_of_the_state(backend: Backend, role: str, deed: str) -> None:
    names = [one["Name"] for one in backend.emulator.client("s3", REGION).list_buckets()["Buckets"]]
    assert len(names) == 4
    for name in names:
        with pytest.raises(ClientError) as fault:
            DEEDS[deed](backend.objects_of(role), name)
        assert fault.value.response["Error"]["Code"] == "AccessDenied", name


def test_who_is_refused_is_told_what_to_do(backend: Backend) -> None:
    with pytest.raises(ToolError) as fault:
        backend.of("administrator").has_backend()
    assert "state.administrators" in str(fault.value.advice)


def test_preflight_says_beforehand_who_would_be_refused(backend: Backend) -> None:
    def stopping(role: str) -> list[str]:
        subject = subject_of(backend.of(role), environ={"AWS_ENDPOINT_URL": backend.emulator.endpoint})
        report = look_at(subject)
        return [one.what for one in report.stopping_bootstrap]

    assert stopping("ci/deploy-main") == []
    (found,) = stopping("administrator")
    assert f"state.administrators does not name arn:aws:iam::{ACCOUNT}:role/administrator" in found


def test_a_bootstrap_that_would_shut_out_who_runs_it_changes_nothing(backend: Backend, tmp_path: Path) -> None:
    named = {"administrators": [f"arn:aws:iam::{ACCOUNT}:role/another"]}
    settings = write_settings(tmp_path, settings_of(REGION, state={**named, "replica_region": "eu-central-1"}))
    paths = Paths(settings=settings, build=tmp_path / "build" / "local", out=tmp_path / "out")
    synthesize(paths, environ=CLEAN)
    emulator = assume(backend.emulator, "ci/deploy-main")
    with pytest.raises(ToolError, match=r"state\.administrators does not name .*:role/ci/deploy-main"):
        bootstrap(Target.on_emulator(paths=paths, environ=CLEAN, emulator=emulator))
    assert bootstrap(backend.of("ci/deploy-main")) == 0


def test_a_planted_state_is_refused_before_anything_is_fetched(backend: Backend) -> None:
    target = backend.of("ci/deploy-main")
    s3, key = backend.objects_of("ci/deploy-main"), target.location.key(PLATFORM)
    planted = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "planted",
        "outputs": {},
        "resources": [
            {
                "mode": "managed",
                "type": "evil_thing",
                "name": "one",
                "provider": 'provider["registry.terraform.io/evil/evil"]',
                "instances": [],
            }
        ],
    }
    version = s3.put_object(Bucket=target.bucket, Key=key, Body=json.dumps(planted))["VersionId"]
    try:
        with pytest.raises(ToolError, match=r"registry\.terraform\.io/evil/evil \(evil_thing\.one\)") as fault:
            target.plan(PLATFORM)
        assert f"s3://{target.bucket}/{key}" in fault.value.message
        assert not (backend.paths.build / PLATFORM / ".terraform").exists()
    finally:
        with suppress(ClientError):
            s3.delete_object(Bucket=target.bucket, Key=key, VersionId=version)


def test_a_bucket_of_another_account_is_not_taken_for_ours(backend: Backend) -> None:
    class Elsewhere(Target):
        @property
        def bucket(self) -> str:
            return self.location.bucket(ACCOUNT)

    ours = backend.of("ci/deploy-main")
    other = Elsewhere(
        paths=ours.paths,
        settings=ours.settings,
        environment=ours.environment,
        clients=ours.clients,
        account_id="999999999999",
        local=True,
    )
    for ask in (other.has_backend, lambda: other.state(BACKEND)):
        with pytest.raises(ToolError, match=r"403|AccessDenied"):
            ask()


def roles_of_github(backend: Backend) -> dict[str, dict[str, Any]]:
    iam = backend.emulator.client("iam", REGION)
    names = [one["RoleName"] for one in iam.list_roles()["Roles"] if one["RoleName"].startswith("meridian-")]
    return {name: dict(iam.get_role(RoleName=name)["Role"]) for name in names}


def test_github_gets_a_role_to_plan_and_one_to_deploy_with_the_least_policies(backend: Backend) -> None:
    iam = backend.emulator.client("iam", REGION)
    ((provider,),) = [iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
    described = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])
    assert (described["Url"], described["ClientIDList"]) == (ISSUER, ["sts.amazonaws.com"])
    found = roles_of_github(backend)
    assert {name: role["MaxSessionDuration"] for name, role in found.items()} == {
        "meridian-planner": 3600,
        "meridian-deployer": 14400,
    }
    for name, role in found.items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Federated": provider["Arn"]}
        claims = {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": ANY}
        if name == "meridian-deployer":
            claims[f"{ISSUER}:ref"] = "refs/heads/main"
        assert statement["Condition"] == {"StringEquals": claims}
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        committed = sorted((ROOT / "iam").glob(f"{name.removeprefix('meridian-')}-*.json"))
        assert sorted(one["PolicyName"] for one in attached) == [f"meridian-{file.stem}" for file in committed]
        for one, file in zip(sorted(attached, key=lambda each: each["PolicyName"]), committed, strict=True):
            version = iam.get_policy_version(PolicyArn=one["PolicyArn"], VersionId="v1")["PolicyVersion"]
            assert version["Document"] == json.loads(file.read_text().replace("ACCOUNT_ID", ACCOUNT))


def test_the_roles_of_github_go_when_the_settings_have_them_no_more(backend: Backend, tmp_path: Path) -> None:
    without = write_settings(tmp_path, settings_of(REGION, **NAMED))
    paths = Paths(settings=without, build=tmp_path / "build" / "local", out=tmp_path / "out")
    synthesize(paths, environ=CLEAN)
    emulator = assume(backend.emulator, "ci/deploy-main")
    assert bootstrap(Target.on_emulator(paths=paths, environ=CLEAN, emulator=emulator)) > 0
    assert roles_of_github(backend) == {}
    iam = backend.emulator.client("iam", REGION)
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert iam.list_policies(Scope="Local")["Policies"] == []
    # Nothing else went.
    assert bootstrap(Target.on_emulator(paths=paths, environ=CLEAN, emulator=emulator)) == 0
