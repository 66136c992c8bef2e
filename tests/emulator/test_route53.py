from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

ALARM = {"AlarmName": "no-host", "ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 2, "Threshold": 1}
METRIC = {"Namespace": "AWS/ApplicationELB", "MetricName": "HealthyHostCount", "Period": 60}


def following(name: str, silence: str = "Unhealthy") -> dict[str, Any]:
    alarm = {"AlarmIdentifier": {"Region": "eu-west-1", "Name": name}}
    return {"Type": "CLOUDWATCH_METRIC", **alarm, "InsufficientDataHealthStatus": silence}


def test_a_health_check_says_which_alarm_it_follows_and_asks_no_endpoint(emulator: Emulator) -> None:
    emulator.client("cloudwatch", "eu-west-1").put_metric_alarm(**ALARM, **METRIC, Statistic="Minimum")
    route53 = emulator.client("route53", "us-east-1")
    made = route53.create_health_check(CallerReference="follow", HealthCheckConfig=following("no-host"))["HealthCheck"]

    def config() -> dict[str, Any]:
        return dict(route53.get_health_check(HealthCheckId=made["Id"])["HealthCheck"]["HealthCheckConfig"])

    expected = {**following("no-host"), "Inverted": False, "Disabled": False}
    assert config() == made["HealthCheckConfig"] == expected
    changed = following("no-host", "Healthy")
    changed.pop("Type")
    route53.update_health_check(HealthCheckId=made["Id"], **changed)
    assert config() == {**expected, "InsufficientDataHealthStatus": "Healthy"}
    route53.update_health_check(HealthCheckId=made["Id"], Inverted=True)
    assert config() == {**expected, "InsufficientDataHealthStatus": "Healthy", "Inverted": True}

    above = {"Type": "CALCULATED", "ChildHealthChecks": [made["Id"]], "HealthThreshold": 1}
    parent = route53.create_health_check(CallerReference="above", HealthCheckConfig=above)["HealthCheck"]
    assert parent["HealthCheckConfig"].items() >= above.items()
    assert "RequestInterval" not in parent["HealthCheckConfig"]


@pytest.mark.parametrize(
    ("statistic", "fault"),
    [
        ({"Statistic": "Minimum"}, "does not exist in eu-west-1"),
        ({"ExtendedStatistic": "p99"}, "percentile"),
    ],
)
def test_rejects_an_alarm_that_cannot_be_followed(emulator: Emulator, statistic: dict[str, str], fault: str) -> None:
    # Another name, so that only the region is wrong of the first.
    region = "eu-west-2" if "Statistic" in statistic else "eu-west-1"
    alarm = {**ALARM, "AlarmName": f"in-{region}"}
    emulator.client("cloudwatch", region).put_metric_alarm(**alarm, **METRIC, **statistic)
    route53 = emulator.client("route53", "us-east-1")
    with pytest.raises(ClientError, match=fault):
        route53.create_health_check(CallerReference=region, HealthCheckConfig=following(f"in-{region}"))
