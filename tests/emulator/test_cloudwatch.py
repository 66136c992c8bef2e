import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


def test_a_composite_alarm_reads_back_and_goes(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch", "eu-central-1")
    topic = "arn:aws:sns:eu-central-1:123456789012:alarms"
    rule = 'ALARM("a") OR ALARM("b")'
    cloudwatch.put_composite_alarm(
        AlarmName="composite",
        AlarmDescription="something is wrong",
        AlarmRule=rule,
        AlarmActions=[topic],
        OKActions=[topic],
        ActionsEnabled=True,
        ActionsSuppressor="maintenance",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=120,
        Tags=[{"Key": "Owner", "Value": "platform"}],
    )
    answer = cloudwatch.describe_alarms(AlarmNames=["composite"], AlarmTypes=["CompositeAlarm"])
    (alarm,) = answer["CompositeAlarms"]
    assert answer["MetricAlarms"] == []
    assert (alarm["AlarmRule"], alarm["AlarmDescription"]) == (rule, "something is wrong")
    assert alarm["AlarmActions"] == alarm["OKActions"] == [topic]
    assert alarm["InsufficientDataActions"] == []
    assert alarm["ActionsEnabled"]
    assert (alarm["ActionsSuppressor"], alarm["ActionsSuppressorWaitPeriod"]) == ("maintenance", 60)
    assert alarm["ActionsSuppressorExtensionPeriod"] == 120
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "Owner", "Value": "platform"}]
    cloudwatch.put_composite_alarm(AlarmName="composite", AlarmRule='ALARM("a")')
    (changed,) = cloudwatch.describe_alarms(AlarmNames=["composite"])["CompositeAlarms"]
    assert (changed["AlarmRule"], "ActionsSuppressor" in changed) == ('ALARM("a")', False)
    cloudwatch.delete_alarms(AlarmNames=["composite"])
    assert cloudwatch.describe_alarms(AlarmNames=["composite"])["CompositeAlarms"] == []
