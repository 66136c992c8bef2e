import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.support.refusals import fresh_name, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"


def rotation_function(emulator: Emulator) -> str:
    """Make a function that Secrets Manager may invoke; return its ARN."""
    archive, name = BytesIO(), fresh_name("rotate")
    with ZipFile(archive, "w") as package:
        package.writestr("handler.py", "def handle(event, context): ...")
    function = emulator.client("lambda", REGION).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="handler.handle",
        Role=role(emulator, service="lambda.amazonaws.com"),
        Code={"ZipFile": archive.getvalue()},
    )
    emulator.client("lambda", REGION).add_permission(
        FunctionName=name,
        StatementId="rotation",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
    )
    return str(function["FunctionArn"])


def test_a_rotated_secret_still_has_a_current_value(emulator: Emulator) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    value = json.dumps({"password": "x"})
    before = secrets.create_secret(Name="rotated", SecretString=value)["VersionId"]
    secrets.rotate_secret(
        SecretId="rotated",
        RotationLambdaARN=rotation_function(emulator),
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    current = secrets.get_secret_value(SecretId="rotated")
    assert current["SecretString"] == value
    assert current["VersionId"] != before
    described = secrets.describe_secret(SecretId="rotated")
    assert described["RotationEnabled"]
    assert described["VersionIdsToStages"][current["VersionId"]] == ["AWSCURRENT"]
    assert secrets.get_secret_value(SecretId="rotated", VersionStage="AWSPREVIOUS")["VersionId"] == before


def test_versions_keep_labels_of_their_own_and_are_gone_without_any(emulator: Emulator) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    secrets.create_secret(Name="labelled")
    ids = {
        label: secrets.put_secret_value(
            SecretId="labelled",
            SecretString=label or "LATER",
            VersionStages=["AWSCURRENT", *([label] if label else [])],
        )["VersionId"]
        for label in ("FIRST", "SECOND", "")
    }
    for value in ("one", "two"):
        secrets.put_secret_value(SecretId="labelled", SecretString=value)
    stages = secrets.describe_secret(SecretId="labelled")["VersionIdsToStages"]
    assert stages[ids["FIRST"]] == ["FIRST"]
    assert stages[ids["SECOND"]] == ["SECOND"]
    # AWS may delete it at any time.
    assert ids[""] not in stages
    assert sorted(map(sorted, stages.values())) == [["AWSCURRENT"], ["AWSPREVIOUS"], ["FIRST"], ["SECOND"]]
    assert secrets.get_secret_value(SecretId="labelled", VersionId=ids["FIRST"])["SecretString"] == "FIRST"
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId="labelled", VersionId=ids[""])


def test_a_label_that_is_moved_takes_the_last_one_away(emulator: Emulator) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    secrets.create_secret(Name="moved", SecretString="1")
    old = secrets.put_secret_value(SecretId="moved", SecretString="2", VersionStages=["TRIED"])["VersionId"]
    secrets.update_secret_version_stage(SecretId="moved", VersionStage="TRIED", RemoveFromVersionId=old)
    assert old not in secrets.describe_secret(SecretId="moved")["VersionIdsToStages"]


def test_a_rotation_that_does_not_begin_at_once_changes_no_version(emulator: Emulator) -> None:
    secrets, function = emulator.client("secretsmanager", REGION), rotation_function(emulator)
    name = fresh_name("secret")
    secrets.create_secret(Name=name, SecretString="1")
    secrets.put_secret_value(SecretId=name, SecretString="2")
    before = secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
    rules = {"AutomaticallyAfterDays": 30}
    for _ in range(2):
        secrets.rotate_secret(SecretId=name, RotationLambdaARN=function, RotationRules=rules, RotateImmediately=False)
    found = secrets.describe_secret(SecretId=name)
    assert found["VersionIdsToStages"] == before
    assert (found["RotationEnabled"], found["RotationLambdaARN"]) == (True, function)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "2"


def test_a_rotation_that_was_cancelled_keeps_its_function_and_can_go_on(emulator: Emulator) -> None:
    secrets, function = emulator.client("secretsmanager", REGION), rotation_function(emulator)
    name = fresh_name("secret")
    secrets.create_secret(Name=name, SecretString="1")
    secrets.rotate_secret(SecretId=name, RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 30})
    assert secrets.describe_secret(SecretId=name)["NextRotationDate"]
    secrets.cancel_rotate_secret(SecretId=name)
    found = secrets.describe_secret(SecretId=name)
    assert (found["RotationEnabled"], found["RotationLambdaARN"]) == (False, function)
    assert "NextRotationDate" not in found
    secrets.rotate_secret(SecretId=name)
    found = secrets.describe_secret(SecretId=name)
    assert (found["RotationEnabled"], found["RotationLambdaARN"]) == (True, function)
