"""What RDS reports as the lag of a replica, asked of a real pair of servers: why a failover goes by the loss."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from modules.areas.failover.runtime.loss import replayed_until
from tests.rotation.authority import Authority
from tests.rotation.server import Server, wait_for

pytestmark = pytest.mark.slow
#: The query of https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.Monitor.html
LAG = "SELECT extract(epoch FROM now()), extract(epoch FROM now() - pg_last_xact_replay_timestamp())"
#: Seconds for which it is watched.
WATCHED = 1.5


@pytest.fixture
def writer(authority: Authority) -> Iterator[Server]:
    with Server.run(authority.issue()) as server:
        yield server


@pytest.fixture
def replica(writer: Server, authority: Authority) -> Iterator[Server]:
    with Server.run(authority.issue(), source=writer) as server:
        yield server


def watch(replica: Server) -> list[tuple[float, float]]:
    """Lag at the beginning and at the end of some seconds, with the moment of each."""
    points = []
    for pause in (0, WATCHED):
        time.sleep(pause)
        ((at, lag),) = replica.query(LAG)
        points.append((float(at), float(lag)))
    return points


def moment(server: Server) -> float:
    ((found,),) = server.query("SELECT extract(epoch FROM clock_timestamp())")
    return float(found)


def grows_with_time(points: list[tuple[float, float]]) -> bool:
    (first, lag), (second, later) = points
    return later - lag == pytest.approx(second - first, abs=0.05)


def test_the_lag_grows_while_nothing_is_written_and_while_nobody_writes(writer: Server, replica: Server) -> None:
    # Nothing else commits meanwhile.
    writer.change(autovacuum="off")
    writer.query("CREATE TABLE kept AS SELECT generate_series(1, 10) AS number")
    before = moment(writer)
    writer.query("INSERT INTO kept VALUES (11)")
    after = moment(writer)
    position = writer.query("SELECT pg_current_wal_lsn()")
    wait_for(lambda: replica.query("SELECT pg_last_wal_replay_lsn()") >= position)

    idle = watch(replica)
    assert grows_with_time(idle)
    # It has all that there is.
    assert replica.query("SELECT pg_last_wal_receive_lsn()") == replica.query("SELECT pg_last_wal_replay_lsn()")
    assert replica.query("SELECT pg_last_wal_replay_lsn()") >= position

    writer.kill()
    lost = watch(replica)
    assert grows_with_time(lost)
    assert lost[-1][1] > idle[-1][1]

    # What it has replayed follows from any of them, and is the same before and after the loss.
    for points in (idle, lost, [*idle, *lost]):
        found = replayed_until(points)
        assert found
        assert before <= found <= after
    assert replica.query("SELECT pg_promote()") == [[True]]
    assert replica.query("SELECT count(*) FROM kept") == [[11]]
