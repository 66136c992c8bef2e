"""CloudWatch: composite alarms."""

import re

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from tools.emulator.helpers.replacing import Method, replace, wrap
from tools.emulator.helpers.requests import parameter

SUPPRESSION = {
    "ActionsSuppressor": "actions_suppressor",
    "ActionsSuppressorWaitPeriod": "actions_suppressor_wait_period",
    "ActionsSuppressorExtensionPeriod": "actions_suppressor_extension_period",
}


def put_composite_alarm(response: CloudWatchResponse) -> ActionResult:
    """Put a composite alarm.

    moto's alarms have a rule and are listed as composite if it is set, but ``PutCompositeAlarm`` is missing.
    """
    answer = response.put_metric_alarm()
    (alarm,) = response.cloudwatch_backend.get_alarms_by_alarm_names([parameter(response, "AlarmName")])
    for name, attribute in SUPPRESSION.items():
        setattr(alarm, attribute, parameter(response, name))
    return answer


def delete_alarms(original: Method, backend: CloudWatchBackend, alarm_names: list[str]) -> None:
    """Delete alarms, but none that the rule of a composite alarm names.

    moto deletes those too. AWS refuses it until the rule is another, and Terraform deletes before it changes the rule.
    """
    named = {
        name
        for alarm in backend.alarms.values()
        if alarm.name not in alarm_names
        for name in re.findall(r'\("?([^")]+)"?\)', getattr(alarm, "rule", None) or "")
    }
    if kept := sorted(named.intersection(alarm_names)):
        them = "it" if len(kept) == 1 else "them"
        raise ValidationError(f"Cannot delete {','.join(kept)} as there are composite alarm(s) depending on {them}.")
    original(backend, alarm_names)


def apply() -> None:
    """Apply the patch."""
    wrap(CloudWatchBackend, "delete_alarms", delete_alarms)
    replace(CloudWatchResponse, "put_composite_alarm", put_composite_alarm)
