from typing import Any

import pytest

from tests.support.refusals import fresh_name
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "us-east-1"


def make(emulator: Emulator, **config: Any) -> str:
    made = emulator.client("route53", REGION).create_health_check(
        CallerReference=fresh_name("check"), HealthCheckConfig=config
    )
    return str(made["HealthCheck"]["Id"])


def config(emulator: Emulator, check: str) -> dict[str, Any]:
    found = emulator.client("route53", REGION).get_health_check(HealthCheckId=check)
    return dict(found["HealthCheck"]["HealthCheckConfig"])


def test_a_check_on_an_alarm_keeps_it(emulator: Emulator) -> None:
    alarm = {"Region": "us-west-2", "Name": "held"}
    check = make(emulator, Type="CLOUDWATCH_METRIC", AlarmIdentifier=alarm)
    found = config(emulator, check)
    assert (found["AlarmIdentifier"], found["InsufficientDataHealthStatus"]) == (alarm, "LastKnownStatus")
    assert not {"Port", "RequestInterval", "FailureThreshold"} & set(found)
    other = {"Region": "us-west-2", "Name": "other"}
    emulator.client("route53", REGION).update_health_check(
        HealthCheckId=check, AlarmIdentifier=other, InsufficientDataHealthStatus="Unhealthy"
    )
    found = config(emulator, check)
    assert (found["AlarmIdentifier"], found["InsufficientDataHealthStatus"]) == (other, "Unhealthy")
    emulator.client("route53", REGION).update_health_check(HealthCheckId=check, Inverted=True)
    assert config(emulator, check) == {**found, "Inverted": True}


def test_an_update_leaves_what_it_does_not_name(emulator: Emulator) -> None:
    child = make(emulator, Type="HTTPS", FullyQualifiedDomainName="a.example.com", Port=443)
    check = make(emulator, Type="CALCULATED", ChildHealthChecks=[child], HealthThreshold=1)
    emulator.client("route53", REGION).update_health_check(HealthCheckId=check, HealthThreshold=0)
    found = config(emulator, check)
    assert (found["ChildHealthChecks"], found["HealthThreshold"]) == ([child], 0)
