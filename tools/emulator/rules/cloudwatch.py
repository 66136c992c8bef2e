"""CloudWatch: what a composite alarm is made of."""

import re

from moto.cloudwatch.models import cloudwatch_backends

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal

CHILD = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")]+?)"?\s*\)')
CODE = "ValidationError"


@rule("cloudwatch", "PutCompositeAlarm")
def children_exist(call: Call) -> Refusal | None:
    """Refuse a rule on alarms that are not there, by name or by ARN.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    """
    there = cloudwatch_backends[account_id()][call.region].alarms
    named = {name.rpartition(":alarm:")[2] for name in CHILD.findall(call.parameters["AlarmRule"])}
    if not (missing := sorted(named.difference(there))):
        return None
    name = call.parameters["AlarmName"]
    message = (
        f"Could not save the composite alarm {name} as alarms [{', '.join(missing)}] in the alarm rule do not exist"
    )
    return Refusal(code=CODE, message=message)


@rule("cloudwatch", "PutCompositeAlarm")
def suppressor_exists(call: Call) -> Refusal | None:
    """Refuse a suppressing alarm without the two waiting times that go with it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    """
    if not call.parameters.get("ActionsSuppressor"):
        return None
    times = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
    if all(name in call.parameters for name in times):
        return None
    return Refusal(code=CODE, message=f"ActionsSuppressor needs {' and '.join(times)}")
