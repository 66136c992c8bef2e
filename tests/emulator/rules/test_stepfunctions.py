import json

import pytest

from tests.emulator.test_stepfunctions import PASS, machine
from tests.support.refusals import ACCOUNT, REGION, allows, fresh_name, refused, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

DELIVERY = ["Create", "Get", "Update", "Delete"]
LOGS = allows(
    [
        *(f"logs:{verb}LogDelivery" for verb in DELIVERY),
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:Describe*",
    ],
    "*",
)


def test_a_machine_needs_a_role_that_it_can_assume(emulator: Emulator) -> None:
    client = emulator.client("stepfunctions", REGION)
    for arn in (role(emulator, service="lambda.amazonaws.com"), f"arn:aws:iam::{ACCOUNT}:role/absent"):
        with refused("AccessDeniedException"):
            client.create_state_machine(name=fresh_name("machine"), definition=json.dumps(PASS), roleArn=arn)


def test_logs_need_a_role_that_may_deliver_them(emulator: Emulator) -> None:
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/states/x:*"
    logging = {"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]}
    with refused("AccessDeniedException"):
        machine(emulator, PASS, loggingConfiguration=logging)
    arn = machine(emulator, PASS, LOGS, loggingConfiguration=logging)
    found = emulator.client("stepfunctions", REGION).describe_state_machine(stateMachineArn=arn)
    assert found["loggingConfiguration"] == logging
