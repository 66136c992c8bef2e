"""CloudWatch: composite alarms."""

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from tools.emulator.patches.replacing import replace
from tools.emulator.patches.requests import parameter

SUPPRESSION = {
    "ActionsSuppressor": "actions_suppressor",
    "ActionsSuppressorWaitPeriod": "actions_suppressor_wait_period",
    "ActionsSuppressorExtensionPeriod": "actions_suppressor_extension_period",
}


def put_composite_alarm(response: CloudWatchResponse) -> ActionResult:
    """Put a composite alarm.

    moto's alarms have a rule and are listed as composite if it is set, but ``PutCompositeAlarm`` is missing. The rule
    is not evaluated: the alarm stays in the state that SetAlarmState gives it.
    """
    answer = response.put_metric_alarm()
    (alarm,) = response.cloudwatch_backend.get_alarms_by_alarm_names([parameter(response, "AlarmName")])
    for name, attribute in SUPPRESSION.items():
        setattr(alarm, attribute, parameter(response, name))
    return answer


def apply() -> None:
    """Apply the patch."""
    replace(CloudWatchResponse, "put_composite_alarm", put_composite_alarm)
