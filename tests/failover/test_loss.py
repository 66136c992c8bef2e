"""The estimate against a simulated replica: never below what was lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.areas.failover.runtime.loss import PERIOD, estimate, replayed_until

#: RDS commits at least so often, also in an idle database.
HEARTBEAT = 300
START = 1_800_000_000.0


@dataclass(frozen=True)
class Simulation:
    """A writer that commits until it is lost, and a replica that replays in the same order, some time later."""

    commits: list[float]
    delays: list[float]
    lost_at: float
    sampled_at: list[float]
    first_missed: float
    now: float

    def replayed(self, moment: float) -> float:
        """Time of the last commit that the replica has at a moment; the lag counts from it."""
        arrived, have = 0.0, START - HEARTBEAT
        for commit, delay in zip(self.commits, self.delays, strict=True):
            arrived = max(arrived, commit + delay)
            if commit > self.lost_at or arrived > moment:
                break
            have = commit
        return have

    def points(self) -> list[tuple[float, float]]:
        """As CloudWatch gives them: each bears the start of its minute."""
        return [(at // PERIOD * PERIOD, at - self.replayed(at)) for at in self.sampled_at]

    def lost(self) -> float:
        have = self.replayed(self.now)
        missing = [commit for commit in self.commits if have < commit <= self.lost_at]
        return missing[-1] - have if missing else 0.0


@st.composite
def simulations(draw: st.DrawFn) -> Simulation:
    gaps = draw(st.lists(st.floats(0.01, HEARTBEAT), min_size=1, max_size=40))
    commits, at = [], START
    for gap in gaps:
        at += gap
        commits.append(at)
    # A replica that stalls, for a query that blocks it or a link that is cut, stays behind for long.
    delays = draw(
        st.lists(st.one_of(st.floats(0, 5), st.floats(0, 5000)), min_size=len(commits), max_size=len(commits))
    )
    lost_at = draw(st.floats(START, at + HEARTBEAT))
    first_missed = lost_at + draw(st.floats(0, 2 * PERIOD))
    now = first_missed + draw(st.floats(0, 20_000))
    offset, late = draw(st.floats(0, PERIOD - 1)), draw(st.integers(0, 5))
    whole = [START // PERIOD * PERIOD + PERIOD * minute + offset for minute in range(int((now - START) // PERIOD) + 1)]
    sampled = [at for at in whole if now - 3 * 3600 <= at <= now - late * PERIOD]
    keep = draw(st.integers(1, 3))
    return Simulation(commits, delays, lost_at, sampled[::keep], first_missed, now)


@settings(max_examples=400, deadline=None)
@given(simulations())
def test_never_below_what_was_lost(simulation: Simulation) -> None:
    found = estimate(simulation.points(), now=simulation.now, answers=False, first_missed=simulation.first_missed)
    if found is None:
        assert not simulation.sampled_at
        return
    assert found.seconds >= simulation.lost() - 1e-6
    assert found.replayed_until <= simulation.replayed(simulation.now) + 1e-6


@settings(max_examples=200, deadline=None)
@given(simulations(), st.booleans())
def test_without_a_keepers_word_it_is_higher(simulation: Simulation, answers: bool) -> None:  # noqa: FBT001
    points, now = simulation.points(), simulation.now
    known = estimate(points, now=now, answers=False, first_missed=simulation.first_missed)
    unknown = estimate(points, now=now, answers=answers)
    assert (known is None) == (unknown is None)
    if known and unknown:
        assert unknown.seconds >= known.seconds


def test_a_healthy_replica_loses_about_its_lag() -> None:
    points = [(START + PERIOD * minute, 2.0) for minute in range(20)]
    lost_at = START + PERIOD * 20
    found = estimate(points, now=lost_at + 3600, answers=False, first_missed=lost_at + 30)
    assert found
    assert found.seconds == pytest.approx(92)


def test_an_idle_source_shows_up_to_a_heartbeat() -> None:
    points = [(START + PERIOD * minute, float(PERIOD * minute % HEARTBEAT)) for minute in range(20)]
    found = estimate(points, now=START + 1200, answers=False, first_missed=START + 1200)
    assert found
    assert found.seconds <= HEARTBEAT + PERIOD


def test_nothing_known() -> None:
    assert estimate([], now=START, answers=False) is None
    assert estimate([(START, -1.0)], now=START, answers=True) is None
    assert replayed_until([(START, -1.0), (START - 60, 5.0)]) == START - 65


def test_a_writer_that_goes_on_unseen_counts() -> None:
    """Its API is dark, and what it commits still arrives: then it ran longer than the keeper thought."""
    points = [(START + PERIOD * minute, 2.0) for minute in range(20)]
    found = estimate(points, now=START + 7200, answers=False, first_missed=START)
    assert found
    assert found.ended == START + PERIOD * 20
