from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


def put_alarms(cloudwatch: Any, *names: str) -> None:
    for name in names:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=[{"Name": "QueueName", "Value": "queue"}],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )


def test_a_composite_alarm_reads_back_and_goes(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch", "eu-central-1")
    put_alarms(cloudwatch, "a", "b")
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


def test_an_alarm_that_a_composite_one_is_made_of_stays(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch", "eu-central-1")
    put_alarms(cloudwatch, "part", "other")
    cloudwatch.put_composite_alarm(AlarmName="whole", AlarmRule='ALARM("part")')
    with pytest.raises(ClientError, match="Cannot delete part as there are composite alarm"):
        cloudwatch.delete_alarms(AlarmNames=["part"])
    cloudwatch.delete_alarms(AlarmNames=["other"])
    cloudwatch.put_composite_alarm(AlarmName="whole", AlarmRule="FALSE")
    cloudwatch.delete_alarms(AlarmNames=["part"])
    cloudwatch.delete_alarms(AlarmNames=["whole"])
    assert cloudwatch.describe_alarms(AlarmNames=["part", "other", "whole"])["MetricAlarms"] == []


def test_a_composite_alarm_of_alarms_that_are_not_there_is_refused(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch", "eu-central-1")
    put_alarms(cloudwatch, "there")
    arn = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:there"
    cloudwatch.put_composite_alarm(AlarmName="of-there", AlarmRule=f'ALARM("there") OR OK({arn})')
    with pytest.raises(ClientError, match=r"as alarms \[gone\] in the alarm rule do not exist"):
        cloudwatch.put_composite_alarm(AlarmName="of-gone", AlarmRule='ALARM("there") OR ALARM("gone")')
    with pytest.raises(ClientError, match="ActionsSuppressorWaitPeriod"):
        cloudwatch.put_composite_alarm(AlarmName="x", AlarmRule='ALARM("there")', ActionsSuppressor="there")
