import io
import zipfile
from typing import Any

import pytest

from tests.support.refusals import ACCOUNT, REGION, allows, fresh_name, refused, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

SERVICE = "lambda.amazonaws.com"
REFUSED = "InvalidParameterValueException"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"
INTERFACES = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]


def create(emulator: Emulator, role_arn: str, **more: Any) -> str:
    packed, name = io.BytesIO(), fresh_name("function")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", "")
    emulator.client("lambda", REGION).create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="main.handler",
        Role=role_arn,
        Code={"ZipFile": packed.getvalue()},
        **more,
    )
    return name


def subnet(emulator: Emulator) -> str:
    return emulator.client("ec2", REGION).describe_subnets()["Subnets"][0]["SubnetId"]  # type: ignore[no-any-return]


def test_a_role_that_trusts_lambda_is_taken(emulator: Emulator) -> None:
    create(emulator, role(emulator, service=SERVICE))


def test_a_role_that_trusts_another_service_or_is_not_there_is_refused(emulator: Emulator) -> None:
    with refused(REFUSED):
        create(emulator, role(emulator, service="ec2.amazonaws.com"))
    with refused(REFUSED):
        create(emulator, f"arn:aws:iam::{ACCOUNT}:role/nobody")


def test_a_function_in_a_vpc_needs_a_role_that_makes_interfaces_anywhere(emulator: Emulator) -> None:
    inside = {"VpcConfig": {"SubnetIds": [subnet(emulator)], "SecurityGroupIds": []}}
    create(emulator, role(emulator, allows(INTERFACES, "*"), service=SERVICE), **inside)
    for statement in (allows(INTERFACES[:2], "*"), allows(INTERFACES, f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/*")):
        with refused(REFUSED):
            create(emulator, role(emulator, statement, service=SERVICE), **inside)


def test_a_function_that_moves_into_a_vpc_needs_the_same(emulator: Emulator) -> None:
    name = create(emulator, role(emulator, service=SERVICE))
    with refused(REFUSED):
        emulator.client("lambda", REGION).update_function_configuration(
            FunctionName=name, VpcConfig={"SubnetIds": [subnet(emulator)], "SecurityGroupIds": []}
        )


def test_dead_letters_need_a_role_that_may_send_them(emulator: Emulator) -> None:
    letters = {"DeadLetterConfig": {"TargetArn": QUEUE}}
    create(emulator, role(emulator, allows("sqs:SendMessage", QUEUE), service=SERVICE), **letters)
    with refused(REFUSED):
        create(emulator, role(emulator, allows("sqs:SendMessage", f"{QUEUE}-other"), service=SERVICE), **letters)


def test_a_new_account_can_reserve_no_concurrency(emulator: Emulator) -> None:
    client = emulator.client("lambda", REGION)
    name = create(emulator, role(emulator, service=SERVICE))
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with refused(REFUSED):
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
