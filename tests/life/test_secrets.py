"""The secrets of the database on the embedded AWS, and nowhere else."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from modules.areas.rotation.runtime.credentials import Credentials
from tests.support.lives import Applied
from tests.support.part import only
from tests.support.region_sets import THREE
from tools.emulator.policy import Caller, Decision, Request, decide
from tools.saved_plan import SavedPlan

pytestmark = pytest.mark.emulator
ACCOUNT = "123456789012"
PRIMARY, *OTHERS = THREE
NAME = f"PROD-secret-test-database-{PRIMARY}"
APPLICATION = f"PROD-secret-test-application-{PRIMARY}"
BOTH = pytest.mark.parametrize("name", [NAME, APPLICATION])


def value(life: Applied, region: str, name: str = NAME) -> dict[str, Any]:
    answer = life.client("secretsmanager", region).get_secret_value(SecretId=name)
    return dict(json.loads(answer["SecretString"]))


def test_value_is_credentials_of_postgresql(life: Applied) -> None:
    found = value(life, PRIMARY)
    assert {key: found[key] for key in ("engine", "username", "dbname", "port")} == {
        "engine": "postgres",
        "username": "meridian",
        "dbname": "meridian",
        "port": 5432,
    }
    assert len(found["password"]) == 32
    # The host comes with the database; with one, rotation can read the value.
    assert Credentials.parse(json.dumps({"host": "database.example.com", **found})).username == "meridian"


def test_value_of_the_application_is_what_rotation_makes_a_user_from(life: Applied) -> None:
    found = value(life, PRIMARY, APPLICATION)
    (instance,) = life.client("rds", PRIMARY).describe_db_instances()["DBInstances"]
    master = life.client("secretsmanager", PRIMARY).describe_secret(SecretId=NAME)["ARN"]
    # The function does not run here: tests/rotation does the rotation that puts the password in.
    assert found == {
        "engine": "postgres",
        "host": instance["Endpoint"]["Address"],
        "port": 5432,
        "dbname": "meridian",
        "username": "app",
        "masterarn": master,
    }
    administrator = Credentials.parse(json.dumps(value(life, PRIMARY)))
    application = Credentials.parse(json.dumps(found))
    # So that the function lets the one make the other.
    for key in ("host", "port", "database"):
        assert getattr(administrator, key) == getattr(application, key)
    assert application.successor("x").username == "app" != administrator.username


@BOTH
def test_every_region_reads_the_same_value(life: Applied, name: str) -> None:
    assert all(value(life, region, name) == value(life, PRIMARY, name) for region in OTHERS)


@BOTH
def test_every_copy_is_encrypted_with_a_key_of_its_region(life: Applied, name: str) -> None:
    secret = life.client("secretsmanager", PRIMARY).describe_secret(SecretId=name)
    keys = {one["Region"]: one["KmsKeyId"] for one in secret["ReplicationStatus"]} | {PRIMARY: secret["KmsKeyId"]}
    assert sorted(keys) == sorted(THREE)
    for region, key in keys.items():
        alias = f"alias/PROD-kms-test-secrets-{region}"
        assert key == life.client("kms", region).describe_key(KeyId=alias)["KeyMetadata"]["Arn"]


def test_password_is_in_no_output_no_plan_no_log_and_no_state(life: Applied) -> None:
    password = value(life, PRIMARY)["password"]
    # JSON writes some characters in another way, so every spelling is looked for.
    spellings = {password.encode(), json.dumps(password)[1:-1].encode()}
    spellings |= {json.dumps(one.decode())[1:-1].encode() for one in set(spellings)}
    # Of the emulator's own directory only the log counts: it is asked for the password in this test.
    places = [life.life.paths.out, life.build]
    files = [file for place in places for file in place.rglob("*") if file.is_file() and ".terraform" not in file.parts]
    assert {"cdk.tf.json", "plan.json"} <= {file.name for file in files}
    assert [file for file in files for one in spellings if one in file.read_bytes()] == []
    state = json.dumps(life.target.state("platform"))
    assert "aws_secretsmanager_secret_version" in state
    assert not [one for one in spellings if one.decode() in state]


def test_binary_plan_holds_no_password_inside(life: Applied, second_plan: tuple[SavedPlan, bytes]) -> None:
    password = value(life, PRIMARY)["password"].encode()
    _, binary = second_plan
    assert password not in binary
    with ZipFile(BytesIO(binary)) as plan:
        assert not [name for name in plan.namelist() if password in plan.read(name)]


def decision(life: Applied, name: str, reader: str, account: str = ACCOUNT) -> Decision:
    policy = json.loads(life.client("secretsmanager", PRIMARY).get_resource_policy(SecretId=name)["ResourcePolicy"])
    role = f"arn:aws:iam::{account}:role/{reader}"
    request = Request(
        action="secretsmanager:GetSecretValue",
        resource=f"arn:aws:secretsmanager:{PRIMARY}:{account}:secret:{name}-123456",
        caller=Caller(identities=(role,), account_id=account),
        context={
            "aws:principalaccount": [account],
            "aws:principalarn": [role],
            "aws:principalisawsservice": ["false"],
        },
    )
    return decide(policy, request)


@BOTH
def test_nobody_outside_the_account_is_let_in(life: Applied, name: str) -> None:
    rotation = f"PROD-role-test-rotation-{PRIMARY}"
    assert decision(life, name, rotation, "999999999999") is Decision.DENIED
    assert decision(life, name, rotation) is Decision.SILENT


@pytest.mark.parametrize("region", THREE)
def test_the_master_s_secret_is_refused_to_the_application_and_not_to_rotation(life: Applied, region: str) -> None:
    assert decision(life, NAME, f"PROD-role-test-rotation-{region}") is Decision.SILENT
    assert decision(life, NAME, f"PROD-role-test-application-{region}") is Decision.DENIED
    assert decision(life, APPLICATION, f"PROD-role-test-application-{region}") is Decision.SILENT


@pytest.fixture
def written(spare_life: Applied, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Applied, str]]:
    """The secret and its first version alone, and how Terraform is told of them."""
    only(monkeypatch, "aws_secretsmanager_secret_version")
    _, plan = spare_life.target.plan("platform")
    addresses = [
        one["address"]
        for one in plan["resource_changes"]
        if one["type"] == "aws_secretsmanager_secret_version" and "database-secret_value" in one["address"]
    ]
    (target,) = [f"-target={address}" for address in addresses]
    assert terraform(spare_life, "apply", "-auto-approve", target) == 0
    yield spare_life, target
    assert terraform(spare_life, "destroy", "-auto-approve", target) == 0


def terraform(life: Applied, *arguments: str) -> int:
    return subprocess.run(
        ["terraform", *arguments, "-input=false"],
        cwd=life.build / "platform",
        env=dict(life.target.environment),
        stdout=subprocess.DEVNULL,
        check=False,
    ).returncode


def test_terraform_leaves_a_secret_alone_that_has_rotated_twice(written: tuple[Applied, str]) -> None:
    life, target = written
    secrets = life.client("secretsmanager", "eu-west-1")
    (first,) = secrets.describe_secret(SecretId=secret_arn(life))["VersionIdsToStages"]
    for password in ("second", "third"):
        secrets.put_secret_value(SecretId=secret_arn(life), SecretString=json.dumps({"password": password}))
    # What has no label any more is gone; what Terraform wrote has one of its own.
    stages = secrets.describe_secret(SecretId=secret_arn(life))["VersionIdsToStages"]
    assert stages[first] == ["MERIDIAN-DRAWN"]
    assert terraform(life, "plan", "-detailed-exitcode", target) == 0
    assert json.loads(secrets.get_secret_value(SecretId=secret_arn(life))["SecretString"]) == {"password": "third"}


def secret_arn(life: Applied) -> str:
    named = [{"Key": "name", "Values": ["PROD-secret-test-database-"]}]
    (found,) = life.client("secretsmanager", "eu-west-1").list_secrets(Filters=named)["SecretList"]
    return str(found["ARN"])
