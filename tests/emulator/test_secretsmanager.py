import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.support.refusals import role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"


def test_a_replica_keeps_the_key_that_it_was_given(emulator: Emulator) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    key = "arn:aws:kms:eu-west-1:123456789012:key/1"
    replicas = [{"Region": "eu-west-1", "KmsKeyId": key}, {"Region": "eu-north-1"}]
    name = secrets.create_secret(Name="replicated", AddReplicaRegions=replicas)["Name"]
    status = secrets.describe_secret(SecretId=name)["ReplicationStatus"]
    assert {entry["Region"]: entry["KmsKeyId"] for entry in status} == {
        "eu-west-1": key,
        "eu-north-1": "alias/aws/secretsmanager",
    }


def test_arn_of_a_replica_differs_in_its_region_alone(emulator: Emulator) -> None:
    home = emulator.client("secretsmanager", REGION)
    made = home.create_secret(Name=f"copied-{REGION}", SecretString="x", AddReplicaRegions=[{"Region": "eu-west-1"}])
    arn = made["ARN"].replace(f":{REGION}:", ":eu-west-1:")
    assert arn.count(REGION) == 1
    found = emulator.client("secretsmanager", "eu-west-1").get_secret_value(SecretId=arn)
    assert (found["ARN"], found["SecretString"]) == (arn, "x")
    home.remove_regions_from_replication(SecretId=made["ARN"], RemoveReplicaRegions=["eu-west-1"])
    home.delete_secret(SecretId=made["ARN"], ForceDeleteWithoutRecovery=True)


def test_a_rotated_secret_still_has_a_current_value(emulator: Emulator) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    archive = BytesIO()
    with ZipFile(archive, "w") as package:
        package.writestr("handler.py", "def handle(event, context): ...")
    function = emulator.client("lambda", REGION).create_function(
        FunctionName="rotate",
        Runtime="python3.13",
        Handler="handler.handle",
        Role=role(emulator, service="lambda.amazonaws.com"),
        Code={"ZipFile": archive.getvalue()},
    )
    emulator.client("lambda", REGION).add_permission(
        FunctionName="rotate",
        StatementId="rotation",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
    )
    value = json.dumps({"password": "x"})
    before = secrets.create_secret(Name="rotated", SecretString=value)["VersionId"]
    secrets.rotate_secret(
        SecretId="rotated",
        RotationLambdaARN=function["FunctionArn"],
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
