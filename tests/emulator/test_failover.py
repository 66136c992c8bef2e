"""Failovers between three regions of the emulator, driven from here: what `make drill`, which has two, cannot show."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.advance import STEPS, advance
from modules.areas.failover.runtime.keeper import keep
from modules.areas.failover.runtime.promotion import MARGIN
from modules.areas.failover.runtime.traffic import is_fenced
from tests.emulator.failover import HOME, SOUTH, WEST, Standing
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
REQUEST: dict[str, Any] = {"id": "a", "origin": HOME, "target": WEST, "by": "me"}
ALL = ["look", *[step.__name__ for step in STEPS]]


@pytest.fixture
def standing(emulator: Emulator) -> Iterator[Standing]:
    found = Standing(emulator)
    for region in found.platform.places:
        keep(region, found.world(region))
    yield found
    found.find_again()


def test_planned_waits_until_the_replica_has_everything(standing: Standing) -> None:
    began = standing.now()
    did, end = standing.drive({**REQUEST, "planned": True})
    assert did == ALL
    assert end["state"] == "done"
    text = "\n".join(end["statement"])
    assert "is: nothing that was committed is lost" in text
    # RDS commits every five minutes in a database where nobody else does.
    assert "the replica has not replayed everything yet" in standing.waited
    assert standing.now() - began < 420
    record = journal.load(standing.world(), standing.platform.places[HOME].keeper, standing.world().instance_arn(HOME))
    assert record
    assert record.steps["drain"]["replayed_until"] > record.steps["fence"]["at"] + MARGIN
    assert is_fenced(standing.world(), HOME)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in standing.instance(WEST)
    host = standing.instance(WEST)["Endpoint"]["Address"]
    assert (standing.hosts(WEST), standing.primaries(WEST)) == ({host}, {WEST})
    # The third region follows the new secrets, and its replica still the old writer.
    assert (standing.hosts(SOUTH), standing.primaries(SOUTH)) == ({host}, {WEST})
    assert HOME in standing.instance(SOUTH)["ReadReplicaSourceDBInstanceIdentifier"]
    assert f"the secrets in {SOUTH} follow them" in text
    assert f"is not: current: the replica in {SOUTH}, which replicates the old writer" in text


def test_a_third_region_that_is_dark_follows_when_it_is_back(standing: Standing) -> None:
    standing.lose(HOME, SOUTH)
    keep(WEST, standing.world())
    _, end = standing.drive(REQUEST)
    assert end["state"] == "done"
    assert any(line.startswith(f"  is not: following: the secrets in {SOUTH}") for line in end["statement"])
    standing.lose(HOME)
    assert standing.primaries(SOUTH) == {HOME}
    # The keeper of the region that has the record sees to it.
    assert keep(WEST, standing.world())["spread"] == [SOUTH]
    assert standing.hosts(SOUTH) == standing.hosts(WEST)
    assert standing.primaries(SOUTH) == {WEST}
    assert not any("following" in line for line in standing.drive(REQUEST)[1]["statement"])


def test_primary_secrets_of_a_third_region_stay_primary_there(emulator: Emulator) -> None:
    standing = Standing(emulator, secrets_in=SOUTH)
    for region in standing.platform.places:
        keep(region, standing.world(region))
    standing.lose(HOME)
    keep(WEST, standing.world())
    _, end = standing.drive(REQUEST)
    standing.find_again()
    assert end["state"] == "done"
    host = standing.instance(WEST)["Endpoint"]["Address"]
    for region in (WEST, SOUTH):
        assert (standing.hosts(region), standing.primaries(region)) == ({host}, {SOUTH})
    rotated = standing.client("secretsmanager", SOUTH).describe_secret(SecretId=standing.platform.secrets[0])
    assert rotated["RotationEnabled"]


@pytest.mark.parametrize("mode", ["close", "hang"])
def test_a_region_that_closes_or_hangs_costs_seconds(standing: Standing, mode: str) -> None:
    """The five calls to it wait, and nothing else: some 45 seconds if it hangs."""
    standing.lose(HOME, mode=mode)
    began = time.monotonic()
    assert standing.drive({**REQUEST, "force_reason": "it hangs"})[1]["state"] == "done"
    assert time.monotonic() - began < 90
    # Each call is tried twice.
    assert sum(standing.emulator.unanswered().values()) <= 10


def test_a_replica_that_is_backed_up_is_waited_for(standing: Standing) -> None:
    standing.lose(HOME)
    keep(WEST, standing.world())
    # It begins after the look.
    assert advance(REQUEST, standing.world())["did"] == "look"
    name = standing.platform.places[WEST].instance
    rds = standing.client("rds", WEST)
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-backup")
    assert standing.drive(REQUEST)[1]["state"] == "done"
    assert "the replica is backing-up" in standing.waited
    assert "ReadReplicaSourceDBInstanceIdentifier" not in standing.instance(WEST)
