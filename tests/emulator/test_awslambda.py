from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest

from tests.support.refusals import allows, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:dead-letters"
LOGGING = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN", "LogGroup": "/custom"}


def create(emulator: Emulator, **settings: object) -> str:
    archive = BytesIO()
    with ZipFile(archive, "w") as package:
        package.writestr("handler.py", "def handle(event, context): ...")
    name = f"function-{uuid4().hex[:8]}"
    permitted = allows(["ec2:*NetworkInterface*", "sqs:SendMessage"], "*")
    emulator.client("lambda", REGION).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="handler.handle",
        Role=role(emulator, permitted, service="lambda.amazonaws.com"),
        Code={"ZipFile": archive.getvalue()},
        **settings,
    )
    return name


def configuration(emulator: Emulator, name: str) -> dict[str, Any]:
    return emulator.client("lambda", REGION).get_function(FunctionName=name)["Configuration"]


def test_dead_letter_queue_and_logging_read_back(emulator: Emulator) -> None:
    name = create(emulator, DeadLetterConfig={"TargetArn": QUEUE}, LoggingConfig=LOGGING)
    found = configuration(emulator, name)
    assert found["DeadLetterConfig"] == {"TargetArn": QUEUE}
    assert found["LoggingConfig"] == LOGGING


def test_a_function_without_them_has_the_defaults_of_aws(emulator: Emulator) -> None:
    name = create(emulator)
    found = configuration(emulator, name)
    assert "DeadLetterConfig" not in found
    assert found["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}


def test_an_update_changes_what_it_names(emulator: Emulator) -> None:
    client = emulator.client("lambda", REGION)
    name = create(emulator, DeadLetterConfig={"TargetArn": QUEUE})
    client.update_function_configuration(
        FunctionName=name,
        LoggingConfig=LOGGING,
        TracingConfig={"Mode": "Active"},
        KMSKeyArn="arn:aws:kms:eu-central-1:123456789012:key/1",
        EphemeralStorage={"Size": 1024},
    )
    found = configuration(emulator, name)
    assert found["DeadLetterConfig"] == {"TargetArn": QUEUE}
    assert found["LoggingConfig"] == LOGGING
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert found["KMSKeyArn"].endswith("key/1")
    assert found["EphemeralStorage"] == {"Size": 1024}
    client.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in configuration(emulator, name)


def test_the_vpc_is_that_of_the_subnets(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    group_id = ec2.create_security_group(GroupName="function", Description="function", VpcId=vpc_id)["GroupId"]
    name = create(emulator, VpcConfig={"SubnetIds": [subnet_id], "SecurityGroupIds": [group_id]})
    assert configuration(emulator, name)["VpcConfig"]["VpcId"] == vpc_id


def test_a_function_is_invoked_without_docker(emulator: Emulator) -> None:
    answer = emulator.client("lambda", REGION).invoke(FunctionName=create(emulator), Payload=b"{}")
    assert (answer["StatusCode"], "FunctionError" in answer) == (200, False)
