"""Who is woken by the applied platform: nobody while it is healthy and idle, and by each outage somebody once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from modules.areas.findings.marker.runtime.handler import mark
from tests.support.finding_events import Hub, config_events, inspector_events, rules, targets
from tests.support.lives import Applied
from tests.support.region_sets import THREE
from tests.support.simulation import GIB, Simulation, Told, noon

pytestmark = pytest.mark.emulator
WRITER, REPLICA, OTHER = THREE
#: What RDS publishes of an instance.
OF_A_DATABASE = (
    *("CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "FreeableMemory", "MaximumUsedTransactionIDs"),
    *("OldestReplicationSlotLag", "ReplicaLag"),
)
#: Minutes of an outage, in which all alarms on it have gone off, and until they are back.
LONG = 30


@pytest.fixture(scope="module")
def simulation(life: Applied) -> Iterator[Simulation]:
    """The platform after two healthy days."""
    with Simulation(life.emulator, THREE, WRITER, noon(days_ago=9)) as begun:
        begun.skip_hours(48)
        begun.pass_minutes(1)
        yield begun


@pytest.fixture
def healthy(simulation: Simulation) -> Iterator[Simulation]:
    """A platform that is healthy, and is so again afterwards."""
    yield simulation
    simulation.pass_minutes(LONG)
    assert simulation.pass_minutes(1) == []


def pages(told: list[Told]) -> list[tuple[str, str]]:
    """Alarms that have woken somebody, without the environment and the region that their names end in."""
    return [
        (one.region, one.alarm.removeprefix("PROD-alarm-test-").removesuffix(f"-{one.region}"))
        for one in told
        if (one.severity, one.state) == ("page", "ALARM")
    ]


def checks(life: Applied) -> dict[str, str]:
    """By region, the id of the health check of its health page; the one that counts them by ``reached``."""
    found = {}
    for one in life.client("route53", "us-east-1").list_health_checks()["HealthChecks"]:
        about = one["HealthCheckConfig"]
        if "FullyQualifiedDomainName" in about:
            found[about["FullyQualifiedDomainName"].partition(".")[0]] = one["Id"]
        elif len(about.get("ChildHealthChecks", ())) == len(THREE):
            found["reached"] = one["Id"]
    return found


def test_an_hour_of_health_tells_nobody_anything(healthy: Simulation) -> None:
    assert healthy.pass_minutes(60) == []


def test_the_usual_findings_wake_nobody_and_become_a_ticket_once(life: Applied) -> None:
    tickets: Counter[str] = Counter()
    hub, there_are = Hub(), {region: rules(life.client("events", region)) for region in THREE}
    for _ in range(3):
        for region in THREE:
            for event in hub.events(region):
                here = targets(there_are[region], event)
                # Security Hub of the home region sends what it has from the others too.
                home = targets(there_are[WRITER], event) if region != WRITER else here
                assert not [arn for arn in (*here, *home) if "-page-" in arn]
                told = {arn for arn in (*here, *home) if "-ticket-" in arn}
                assert all(f":{region}:" in arn for arn in told)
                tickets.update(dict.fromkeys((finding["Id"] for finding in event["detail"]["findings"]), len(told)))
                if [arn for arn in home if ":lambda:" in arn]:
                    mark(event, client=hub)
    assert set(tickets.values()) == {0, 1}
    for event in (*inspector_events(), *config_events()):
        assert not [arn for arn in targets(there_are[WRITER], event) if "-page-" in arn]


def test_no_healthy_host_pages_once(life: Applied, healthy: Simulation) -> None:
    # The group ends what is not healthy, and what it starts does not become so either.
    gone = {
        ("HealthyHostCount", REPLICA): 0,
        ("UnHealthyHostCount", REPLICA): 3,
        ("GroupInServiceInstances", REPLICA): 1,
        ("RequestCount", REPLICA): 500,
        ("HTTPCode_ELB_5XX_Count", REPLICA): 500,
        ("HealthCheckStatus", checks(life)[REPLICA]): 0,
        ("ChildHealthCheckHealthyCount", checks(life)["reached"]): 2,
    }
    assert pages(healthy.pass_minutes(LONG, gone)) == [("us-east-1", f"reach-{REPLICA}")]


def test_a_writer_that_is_gone_pages_once(healthy: Simulation) -> None:
    silent = dict.fromkeys(((name, WRITER) for name in OF_A_DATABASE), None)
    late = {("ReplicaLag", REPLICA): 1800, ("ReplicaLag", OTHER): 1800}
    assert pages(healthy.pass_minutes(LONG, {**silent, **late})) == [(WRITER, "database-silent")]


def test_a_keeper_that_is_silent_is_a_ticket_in_its_region(healthy: Simulation) -> None:
    told = healthy.pass_minutes(LONG, {("KeeperRan", REPLICA): None})
    assert [(one.region, one.severity, one.state) for one in told] == [(REPLICA, "ticket", "ALARM")]
    assert "failover-keeper-silent" in told[0].alarm


def test_broken_dns_pages_once(life: Applied, healthy: Simulation) -> None:
    broken = {("HealthCheckStatus", one): 0 for region, one in checks(life).items() if region != "reached"}
    broken[("ChildHealthCheckHealthyCount", checks(life)["reached"])] = 0
    nobody = dict.fromkeys((("RequestCount", region) for region in THREE), None)
    assert pages(healthy.pass_minutes(LONG, {**broken, **nobody})) == [("us-east-1", "reach-any")]


def test_a_replica_that_is_gone_pages_once(healthy: Simulation) -> None:
    silent = dict.fromkeys(((name, OTHER) for name in OF_A_DATABASE), None)
    kept = {("OldestReplicationSlotLag", WRITER): 0.5 * GIB}
    assert pages(healthy.pass_minutes(LONG, {**silent, **kept})) == [(OTHER, "database-silent")]


def test_a_replica_that_replicates_no_more_pages_once(healthy: Simulation) -> None:
    stuck = {("ReplicaLag", OTHER): 7200, ("OldestReplicationSlotLag", WRITER): 6 * GIB}
    assert pages(healthy.pass_minutes(LONG, stuck)) == [(WRITER, "database-kept-log")]


def test_backups_that_stop_page_once(healthy: Simulation) -> None:
    healthy.skip_hours(48, without_backups=[REPLICA])
    assert pages(healthy.pass_minutes(LONG)) == [(REPLICA, "backup-none")]
    healthy.skip_hours(24)


def test_a_certificate_near_its_end_pages_once(healthy: Simulation) -> None:
    healthy.skip_hours(24, days_left={OTHER: 20})
    assert pages(healthy.pass_minutes(LONG)) == []
    healthy.skip_hours(24, days_left={OTHER: 5})
    assert pages(healthy.pass_minutes(LONG)) == [(OTHER, "certificate-last-days")]
    healthy.skip_hours(24)
