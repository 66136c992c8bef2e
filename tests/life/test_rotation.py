"""The rotation function on the embedded AWS, which keeps functions but does not run them; tests/rotation does."""

from __future__ import annotations

import base64
import hashlib
import json
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from modules.areas.rotation import runtime
from modules.areas.rotation.bundle import build_bundle
from modules.areas.rotation.certificates import rds_certificates
from tests.support.lives import Applied
from tests.support.region_sets import THREE

pytestmark = pytest.mark.emulator
ACCOUNT = "123456789012"
HOME, *OTHERS = THREE
SECRETS = {
    "SecretsManager": f"PROD-secret-test-database-{HOME}",
    "SecretsManagerForTheApplication": f"PROD-secret-test-application-{HOME}",
}
REGIONS = pytest.mark.parametrize("region", THREE)


def name(region: str) -> str:
    return f"PROD-lambda-test-rotation-{region}"


def configuration(life: Applied, region: str) -> dict[str, Any]:
    return dict(life.client("lambda", region).get_function(FunctionName=name(region))["Configuration"])


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The zip of what tests/rotation runs, built anew."""
    folder = tmp_path_factory.mktemp("bundle")
    certificates, target = folder / "certificates.pem", folder / "rotation.zip"
    certificates.write_text(rds_certificates())
    build_bundle(
        target,
        runtime=Path(runtime.__file__).parent,
        site_packages=Path(sysconfig.get_path("purelib")),
        distributions=["pg8000"],
        ca_bundle=certificates,
    )
    return target.read_bytes()


@REGIONS
def test_the_deployed_zip_is_the_one_that_was_tested(life: Applied, tested: bytes, region: str) -> None:
    found = configuration(life, region)
    assert found["CodeSha256"] == base64.b64encode(hashlib.sha256(tested).digest()).decode()
    assert found["CodeSize"] == len(tested)


@REGIONS
def test_the_deployed_function_is_encrypted_traced_and_keeps_failed_calls(life: Applied, region: str) -> None:
    found = configuration(life, region)
    key = life.client("kms", region).describe_key(KeyId=f"alias/PROD-kms-test-functions-{region}")["KeyMetadata"]["Arn"]
    assert found["KMSKeyArn"] == key
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert found["LoggingConfig"]["LogGroup"] == f"PROD-logs-test-rotation-{region}"
    queue = f"PROD-sqs-test-rotation-dead-letters-{region}"
    assert found["DeadLetterConfig"]["TargetArn"] == f"arn:aws:sqs:{region}:{ACCOUNT}:{queue}"


@REGIONS
def test_only_secrets_manager_may_call_it_for_the_copies_of_the_secrets_in_its_region(
    life: Applied, region: str
) -> None:
    policy = json.loads(life.client("lambda", region).get_policy(FunctionName=name(region))["Policy"])
    statements = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert statements.keys() == SECRETS.keys()
    for sid, secret in SECRETS.items():
        own = life.client("secretsmanager", HOME).describe_secret(SecretId=secret)["ARN"]
        assert statements[sid]["Principal"] == {"Service": "secretsmanager.amazonaws.com"}
        assert statements[sid]["Condition"] == {
            "ArnLike": {"AWS:SourceArn": own.replace(f":{HOME}:", f":{region}:")},
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
        }


@pytest.mark.parametrize("name_of_secret", SECRETS.values())
def test_every_secret_rotates_with_the_function_of_its_own_region(life: Applied, name_of_secret: str) -> None:
    secret = life.client("secretsmanager", HOME).describe_secret(SecretId=name_of_secret)
    assert secret["RotationEnabled"] is True
    assert secret["RotationLambdaARN"] == configuration(life, HOME)["FunctionArn"]
    assert secret["RotationRules"]["AutomaticallyAfterDays"] == 30
