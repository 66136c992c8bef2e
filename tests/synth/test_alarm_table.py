"""Every alarm in one table: the output is held to it, and the table of `docs/alarms.md` too."""

import re

import pytest

from modules.settings.failover import keeper_of
from tests.support.alarm_table import Line, line_of, measured_by, read
from tests.support.alarms import alarms
from tests.support.region_sets import THREE, TWO
from tests.support.synthesized import Stack, platform
from tools.paths import ROOT

#: The home region of one of them is the region of Route 53's metrics, and that of the other is not.
SETS = pytest.mark.parametrize("regions", [THREE, TWO], ids=len)

#: What every region has; REGION stands for each of the other regions.
EVERYWHERE = read("""
alb-errors                | > 1 %           | 60 s    | 5 of 5   | notBreaching | page   |
    IF(hosts > 0, IF(requests > 100, 100 * (FILL(own, 0) + FILL(targets, 0)) / requests, 0), 0) of
    Sum RequestCount, Sum HTTPCode_ELB_5XX_Count, Sum HTTPCode_Target_5XX_Count, Minimum HealthyHostCount
alb-latency               | > 2 s           | 60 s    | 5 of 5   | notBreaching | page   | p99 TargetResponseTime
alb-no-healthy-host       | < 1             | 60 s    | 2 of 2   | breaching    | ticket | Minimum HealthyHostCount
alb-rejected              | > 0             | 60 s    | 1 of 1   | notBreaching | ticket | Sum RejectedConnectionCount
alb-unhealthy-hosts       | > 0             | 60 s    | 10 of 10 | notBreaching | ticket | Maximum UnHealthyHostCount
alerts-page-undelivered   | > 0             | 60 s    | 1 of 1   | notBreaching | ticket |
    Sum NumberOfNotificationsFailed
alerts-ticket-undelivered | > 0             | 60 s    | 1 of 1   | notBreaching | ticket |
    Sum NumberOfNotificationsFailed
asg-at-maximum            | > 0             | 60 s    | 15 of 15 | notBreaching | ticket |
    IF(wanted >= most, 1, 0) of Minimum GroupDesiredCapacity, Minimum GroupMaxSize
asg-below-floor           | > 0             | 60 s    | 10 of 10 | ignore       | page   |
    IF(hosts > 0, IF(running < floor, 1, 0), 0) of
    Minimum GroupInServiceInstances, Minimum GroupMinSize, Minimum HealthyHostCount
backup-copies             | > 0             | 3600 s  | 1 of 1   | notBreaching | ticket | Sum NumberOfCopyJobsFailed
backup-expired            | > 0             | 3600 s  | 1 of 1   | notBreaching | ticket | Sum NumberOfBackupJobsExpired
backup-failed             | > 0             | 3600 s  | 1 of 1   | notBreaching | ticket | Sum NumberOfBackupJobsFailed
backup-left-over          | > 0             | 3600 s  | 1 of 1   | notBreaching | ticket |
    Sum NumberOfRecoveryPointsExpired
backup-none               | < 1             | 3600 s  | 36 of 36 | notBreaching | page   |
    IF(alive > 0, FILL(completed, 0), 1) of Sum NumberOfBackupJobsCompleted, SampleCount CPUUtilization
certificate-last-days     | < 7 days        | 86400 s | 1 of 1   | ignore       | page   | Minimum DaysToExpiry
certificate-near-expiry   | < 30 days       | 86400 s | 1 of 1   | ignore       | ticket | Minimum DaysToExpiry
database-connections      | > 675           | 60 s    | 5 of 5   | notBreaching | page   | Maximum DatabaseConnections
database-cpu              | > 80 %          | 60 s    | 15 of 15 | notBreaching | ticket | Average CPUUtilization
database-deadlocks        | > 0             | 60 s    | 5 of 5   | notBreaching | ticket |
    DB_PERF_INSIGHTS('RDS', 'ID', 'db.Concurrency.deadlocks.avg')
database-kept-log         | > 5 GiB         | 60 s    | 5 of 5   | notBreaching | page   |
    Maximum OldestReplicationSlotLag
database-memory           | < 256 MiB       | 60 s    | 15 of 15 | notBreaching | ticket | Minimum FreeableMemory
database-replica-lag      | > 360 s         | 60 s    | 5 of 5   | notBreaching | ticket | Maximum ReplicaLag
database-storage          | < 10 GiB        | 60 s    | 5 of 5   | notBreaching | page   | Minimum FreeStorageSpace
database-transactions     | > 1,000,000,000 | 60 s    | 5 of 5   | notBreaching | page   |
    Maximum MaximumUsedTransactionIDs
events-undelivered        | > 0             | 300 s   | 1 of 1   | notBreaching | ticket | MAX of Sum FailedInvocations
events-undelivered-2      | > 0             | 300 s   | 1 of 1   | notBreaching | ticket | MAX of Sum FailedInvocations
network-nat-drops         | > 100           | 300 s   | 3 of 3   | notBreaching | ticket | MAX of Sum PacketsDropCount
network-nat-ports         | > 0             | 60 s    | 5 of 5   | notBreaching | page   |
    MAX of Sum ErrorPortAllocation
rotation-dead-letters     | > 0             | 60 s    | 1 of 1   | notBreaching | ticket |
    Maximum ApproximateNumberOfMessagesVisible
rotation-duration         | > 80 % of its timeout | 60 s | 1 of 1 | notBreaching | ticket | Maximum Duration
rotation-errors           | > 0             | 60 s    | 1 of 1   | notBreaching | ticket | Sum Errors
rotation-throttles        | > 0             | 60 s    | 5 of 5   | notBreaching | ticket | Sum Throttles
sessions-lag-to-REGION    | > 60,000 ms     | 300 s   | 2 of 2   | ignore       | ticket | Average ReplicationLatency
sessions-read-throttled   | > 0             | 60 s    | 3 of 7   | notBreaching | page   |
    FILL(events, 0) of Sum ReadThrottleEvents
sessions-system-errors    | > 0             | 60 s    | 3 of 7   | notBreaching | page   |
    FILL(deleteitem, 0) + FILL(getitem, 0) + FILL(putitem, 0) + FILL(query, 0) + FILL(updateitem, 0) of Sum SystemErrors
sessions-write-throttled  | > 0             | 60 s    | 3 of 7   | notBreaching | page   |
    FILL(events, 0) of Sum WriteThrottleEvents
storage-failures-to-REGION | > 0            | 300 s   | 1 of 1   | notBreaching | ticket |
    Sum OperationsFailedReplication
storage-lag-from-REGION   | > 900 s         | 60 s    | 5 of 5   | ignore       | ticket | Maximum ReplicationLatency
""")
SILENT = {
    "writer": read("database-silent | < 1 | 60 s | 5 of 5 | breaching | page | SampleCount CPUUtilization"),
    "replica": read("database-silent | < 1 | 60 s | 15 of 15 | breaching | page | SampleCount CPUUtilization"),
}
#: What only the home region has.
HOME = read("""
findings-marker-dead-letters | > 0       | 60 s    | 1 of 1   | notBreaching | ticket |
    Maximum ApproximateNumberOfMessagesVisible
findings-marker-duration | > 80 % of its timeout | 60 s | 1 of 1 | notBreaching | ticket | Maximum Duration
findings-marker-errors    | > 0          | 60 s    | 1 of 1   | notBreaching | ticket | Sum Errors
findings-marker-throttles | > 0          | 60 s    | 5 of 5   | notBreaching | ticket | Sum Throttles
trail-alerting            | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum alerting
trail-bucket-policies     | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum bucket-policies
trail-config              | > 0          | 300 s   | 1 of 1   | notBreaching | page   | Sum config
trail-failed-logins       | > 3          | 300 s   | 1 of 1   | notBreaching | ticket | Sum failed-logins
trail-functions           | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum functions
trail-gateways            | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum gateways
trail-iam                 | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum iam
trail-keys                | > 0          | 300 s   | 1 of 1   | notBreaching | page   | Sum keys
trail-logins              | > 0          | 300 s   | 1 of 1   | notBreaching | page   | Sum logins
trail-network-acls        | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum network-acls
trail-no-mfa              | > 0          | 300 s   | 1 of 1   | notBreaching | page   | Sum no-mfa
trail-resource-policies   | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum resource-policies
trail-root                | > 0          | 300 s   | 1 of 1   | notBreaching | page   | Sum root
trail-route-tables        | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum route-tables
trail-security-groups     | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum security-groups
trail-silenced            | > 0          | 300 s   | 1 of 1   | notBreaching | page   | Sum silenced
trail-state-reads         | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum state-reads
trail-state-writes        | > 0          | 300 s   | 1 of 1   | notBreaching | page   | Sum state-writes
trail-trail               | > 0          | 300 s   | 1 of 1   | notBreaching | page   | Sum trail
trail-unauthorized        | > 10         | 300 s   | 1 of 1   | notBreaching | ticket | Sum unauthorized
trail-vpc                 | > 0          | 300 s   | 1 of 1   | notBreaching | ticket | Sum vpc
""")
#: What is where Route 53 has its metrics.
ROUTE_53 = read("""
reach-REGION | > 0 | 60 s | 3 of 3 | ignore | page |
    IF(reached >= 1, IF(own < 1, 1, 0), 0) of Minimum HealthCheckStatus, Minimum ChildHealthCheckHealthyCount
reach-any    | < 1 | 60 s | 3 of 3 | ignore | page | Minimum ChildHealthCheckHealthyCount
""")
#: What every region has where there are several.
FAILOVER = read("""
failover-act-dead-letters | > 0 | 60 s | 1 of 1 | notBreaching | ticket |
    Maximum ApproximateNumberOfMessagesVisible
failover-act-duration | > 80 % of its timeout | 60 s | 1 of 1 | notBreaching | ticket | Maximum Duration
failover-act-errors | > 0 | 60 s | 1 of 1 | notBreaching | ticket | Sum Errors
failover-act-throttles | > 0 | 60 s | 5 of 5 | notBreaching | ticket | Sum Throttles
failover-look-dead-letters | > 0 | 60 s | 1 of 1 | notBreaching | ticket |
    Maximum ApproximateNumberOfMessagesVisible
failover-look-duration | > 80 % of its timeout | 60 s | 1 of 1 | notBreaching | ticket | Maximum Duration
failover-look-errors | > 0 | 60 s | 1 of 1 | notBreaching | ticket | Sum Errors
failover-look-throttles | > 0 | 60 s | 5 of 5 | notBreaching | ticket | Sum Throttles
failover-keeper-silent | < 1 | 60 s | 5 of 5 | breaching | ticket | SampleCount KeeperRan
""")
#: What a region has for each region that it keeps.
KEEPER = read("""
failover-held-REGION | > 0 | 60 s | 1 of 1 | ignore | ticket | Maximum RegionHeld
failover-running-REGION | > 30 minutes | 60 s | 1 of 1 | notBreaching | page | Maximum RunningMinutes
""")
Table = dict[str, tuple[Line, str]]


def expected(region: str, home: str, regions: tuple[str, ...] = ()) -> Table:
    kept = [other for other in regions if keeper_of(other, regions, home=regions[0]) == region]
    return {
        **(FAILOVER if len(regions) > 1 else {}),
        **(KEEPER if len(regions) > 1 and kept else {}),
        **(EVERYWHERE | SILENT["writer" if region == home else "replica"]),
        **(HOME if region == home else {}),
        **(ROUTE_53 if region == "us-east-1" else {}),
    }


def found(stack: Stack, region: str, regions: tuple[str, ...], table: Table) -> Table:
    """The alarms of a region, as lines of a table."""
    lines: Table = {}
    for alarm in alarms(stack, region):
        name = alarm.body["alarm_name"].removeprefix("PROD-alarm-test-").removesuffix(f"-{region}")
        name = re.sub(rf"-({'|'.join(regions)})$", "-REGION", name)
        assert name in table, name
        line = line_of(stack, alarm, table[name][0]), measured_by(stack, alarm)
        # Alarms that differ by another region alone are alike.
        assert lines.setdefault(name, line) == line
    return lines


@SETS
def test_alarms_are_those_of_the_table(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        table = expected(region, regions[0], regions)
        assert found(stack, region, regions, table) == table


@pytest.mark.slow
def test_alarms_of_one_region_lack_those_between_regions() -> None:
    stack, regions = platform("us-east-1"), ("us-east-1",)
    table = {name: one for name, one in expected(*regions, *regions).items() if "REGION" not in name}
    # Where there is one check there is none that counts them.
    table["reach-any"] = table["reach-any"][0], "Minimum HealthCheckStatus"
    assert found(stack, *regions, regions, table) == table


def of_the_page() -> dict[str, tuple[Line, str]]:
    """The lines of `docs/alarms.md`, by what is in its first column, and why they are so."""
    page = (ROOT / "docs" / "alarms.md").read_text(encoding="utf-8")
    rows = page.partition("## Every alarm")[2].partition("\n## ")[0].splitlines()
    lines: dict[str, tuple[Line, str]] = {}
    for row in rows:
        if row.startswith("| `"):
            names, *figures, why = (cell.strip() for cell in row.strip("|").split(" | "))
            for name in re.findall(r"`([\w-]+)`( of a replica)?", names):
                assert "".join(name) not in lines
                lines["".join(name)] = Line(*figures), why
    return lines


def test_page_has_the_same_table() -> None:
    replicas = {"database-silent of a replica": SILENT["replica"]["database-silent"]}
    table = EVERYWHERE | SILENT["writer"] | replicas | HOME | ROUTE_53 | FAILOVER | KEEPER
    page = of_the_page()
    assert {name: line for name, (line, _) in page.items()} == {name: line for name, (line, _) in table.items()}
    # Figures that are in a formula are on the page too.
    for name, (_, measured) in table.items():
        assert set(re.findall(r"\b\d{2,}\b", measured)) <= set(re.findall(r"\d+", page[name][1])), name
