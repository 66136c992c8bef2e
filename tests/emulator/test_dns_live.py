"""Records, health checks and what they look at, read from the emulator."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.refusals import fresh_name
from tools.dns import Question, answer, is_healthy, one_answer
from tools.dns_live import LiveWorld, region_of, zone_of
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

FIRST, SECOND = "eu-central-1", "eu-west-1"


def check(emulator: Emulator, **config: Any) -> str:
    made = emulator.client("route53", FIRST).create_health_check(
        CallerReference=fresh_name("check"), HealthCheckConfig=config
    )
    return str(made["HealthCheck"]["Id"])


def hold_alarm(emulator: Emulator, region: str) -> str:
    """An alarm that says that a region is held out of DNS, and goes on saying it when it hears nothing more."""
    name = fresh_name("held")
    emulator.client("cloudwatch", region).put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName="Held",
        Dimensions=[{"Name": "Name", "Value": name}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    return name


def hold(emulator: Emulator, region: str, name: str, value: float, *, ago: float = 0) -> None:
    datum = {
        "MetricName": "Held",
        "Dimensions": [{"Name": "Name", "Value": name}],
        "Timestamp": time.time() - ago,
        "Value": value,
    }
    emulator.client("cloudwatch", region).put_metric_data(Namespace="Test", MetricData=[datum])


def state(emulator: Emulator, region: str, name: str) -> str:
    (alarm,) = emulator.client("cloudwatch", region).describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarm["StateValue"])


def test_an_alarm_that_ignores_missing_data_keeps_its_state(emulator: Emulator) -> None:
    name = hold_alarm(emulator, SECOND)
    hold(emulator, SECOND, name, 1)
    assert state(emulator, SECOND, name) == "ALARM"
    # A metric of other dimensions has every alarm looked at, and this one has none of its data in the last minutes.
    other = hold_alarm(emulator, SECOND)
    hold(emulator, SECOND, other, 0)
    assert (state(emulator, SECOND, name), state(emulator, SECOND, other)) == ("ALARM", "OK")
    hold(emulator, SECOND, name, 0)
    hold(emulator, SECOND, other, 1)
    assert state(emulator, SECOND, other) == "ALARM"


def test_an_alarm_keeps_its_state_when_its_data_is_old(emulator: Emulator) -> None:
    name, other = hold_alarm(emulator, SECOND), hold_alarm(emulator, SECOND)
    emulator.client("cloudwatch", SECOND).set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="held")
    hold(emulator, SECOND, name, 1, ago=600)
    hold(emulator, SECOND, other, 0)
    assert (state(emulator, SECOND, name), state(emulator, SECOND, other)) == ("ALARM", "OK")


def test_a_check_follows_an_alarm_and_remembers_it_while_its_region_is_dark(emulator: Emulator) -> None:
    name = hold_alarm(emulator, SECOND)
    held = check(
        emulator,
        Type="CLOUDWATCH_METRIC",
        AlarmIdentifier={"Region": SECOND, "Name": name},
        InsufficientDataHealthStatus="LastKnownStatus",
    )
    page = check(emulator, Type="HTTPS", FullyQualifiedDomainName=f"{FIRST}.example.com", Port=443)
    both = check(emulator, Type="CALCULATED", ChildHealthChecks=[held, page], HealthThreshold=2)
    domain = f"{fresh_name('zone')}.example"
    emulator.client("route53", FIRST).create_hosted_zone(Name=domain, CallerReference=domain)
    zone = zone_of(emulator.client, domain)
    world = LiveWorld(emulator.client)
    question = Question(zone=zone, world=world, nearest=())

    # A new check of an alarm without data is healthy.
    assert is_healthy(question, both)
    hold(emulator, SECOND, name, 1)
    assert not is_healthy(question, both)
    world.dark = (SECOND,)
    assert not is_healthy(question, both)
    assert is_healthy(Question(zone=zone, world=_dark(emulator), nearest=()), both)
    world.dark = (FIRST,)
    assert not is_healthy(question, page)


def _dark(emulator: Emulator) -> LiveWorld:
    """Return a world that never saw the alarm before its region went dark."""
    world = LiveWorld(emulator.client)
    world.dark = (SECOND,)
    return world


def load_balancer(emulator: Emulator, region: str) -> tuple[str, str]:
    """Make a load balancer with an empty target group; return its DNS name and the group's ARN."""
    ec2, elbv2 = emulator.client("ec2", region), emulator.client("elbv2", region)
    subnets = ec2.describe_subnets()["Subnets"][:2]
    name = fresh_name("lb")[:20]
    made = elbv2.create_load_balancer(Name=name, Subnets=[one["SubnetId"] for one in subnets], Scheme="internal")[
        "LoadBalancers"
    ][0]
    group = elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="ip")[
        "TargetGroups"
    ][0]["TargetGroupArn"]
    elbv2.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return str(made["DNSName"]), str(group)


def test_records_are_answered_by_the_health_of_their_load_balancers(emulator: Emulator) -> None:
    domain = f"{fresh_name('zone')}.example"
    route53 = emulator.client("route53", FIRST)
    zone_id = route53.create_hosted_zone(Name=domain, CallerReference=domain)["HostedZone"]["Id"]
    changes, groups = [], {}
    for region, role in ((FIRST, "PRIMARY"), (SECOND, "SECONDARY")):
        name, groups[region] = load_balancer(emulator, region)
        target = {"HostedZoneId": "Z215JYRZR1TBD5", "DNSName": name, "EvaluateTargetHealth": True}
        record = {"Name": domain, "Type": "A", "SetIdentifier": region, "Failover": role, "AliasTarget": target}
        changes.append({"Action": "CREATE", "ResourceRecordSet": record})
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})

    zone = zone_of(emulator.client, domain)
    world = LiveWorld(emulator.client)
    question = Question(zone=zone, world=world, nearest=())

    def region() -> str:
        return region_of([one_answer(question, domain)])

    def register(region: str) -> None:
        elbv2 = emulator.client("elbv2", region)
        elbv2.register_targets(TargetGroupArn=groups[region], Targets=[{"Id": "172.31.0.9"}])

    # Without any target nobody is well, so everybody counts as well.
    assert region() == FIRST
    register(SECOND)
    assert region() == SECOND
    register(FIRST)
    assert region() == FIRST
    world.dark = (FIRST,)
    assert region() == SECOND
    assert answer(question, f"absent.{domain}") == {}


def test_a_zone_that_is_not_there_is_an_error(emulator: Emulator) -> None:
    with pytest.raises(LookupError, match=r"no hosted zone absent\.example"):
        zone_of(emulator.client, "absent.example")
    with pytest.raises(ValueError, match="no one region"):
        region_of(["1.2.3.4"])
