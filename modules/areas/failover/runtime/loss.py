"""What a failover would lose, from what the replica and the keepers have reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Seconds between two datapoints of RDS, and between two runs of a keeper.
PERIOD = 60
#: Seconds for which CloudWatch is asked. Nothing in that time means that nothing is known.
REACH = 3 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class Loss:
    """The most that can be lost.

    Parameters
    ----------
    replayed_until
        Everything that was committed up to this moment is at the replica, in seconds since 1970.
    ended
        The writer has committed nothing after this moment, as far as the estimate knows.
    seconds
        Writes of at most so many seconds are lost.
    """

    replayed_until: float
    ended: float
    seconds: float


def replayed_until(points: Iterable[tuple[float, float]]) -> float | None:
    """Moment up to which the replica has replayed, at least; ``None`` if nothing is known.

    ``ReplicaLag`` of PostgreSQL is the time since the last replayed transaction. It grows by a second a second while
    nothing is replayed: when the source is lost, and when it is idle. So the lag says little, and the time of a
    datapoint minus its lag says what the replica has. A datapoint bears the start of its minute, so the true moment is
    never earlier.

    Parameters
    ----------
    points
        Datapoints of ``ReplicaLag`` with the statistic ``Maximum``, as time and seconds, in any order. Negative values
        mean that RDS knows nothing.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.Monitor.html
    """
    return max((time - lag for time, lag in points if lag >= 0), default=None)


def estimate(
    points: Iterable[tuple[float, float]], *, now: float, answers: bool, first_missed: float | None = None
) -> Loss | None:
    """Estimate what is lost if the replica takes over now. It errs upwards only.

    A writer that answers may commit until now. One that is silent is taken to have stopped before a keeper first asked
    in vain; without that moment, before now. A writer that nobody reaches and that goes on all the same, in a region
    that is cut off, loses what it commits after that too.

    Parameters
    ----------
    points
        Datapoints of ``ReplicaLag``, see ``replayed_until``.
    now
        Seconds since 1970.
    answers
        Whether the writer's region answers.
    first_missed
        When a keeper first got no answer of it, if it has answered that keeper until then.

    Returns
    -------
    Loss or None
        ``None`` if no lag was reported: then nobody knows.
    """
    kept = list(points)
    until = replayed_until(kept)
    if until is None:
        return None
    if answers or first_missed is None:
        ended = now
    else:
        ended = min(now, max(first_missed, _last_movement(kept, since=first_missed) + PERIOD))
    return Loss(replayed_until=until, ended=ended, seconds=max(0.0, ended - until))


def _last_movement(points: list[tuple[float, float]], *, since: float) -> float:
    """Time of the last datapoint that showed something newly replayed: the writer still ran shortly before.

    Of what lies before the first datapoint only that counts which was committed after ``since``.
    """
    moved, newest = 0.0, since
    for place, (time, lag) in enumerate(sorted(point for point in points if point[1] >= 0)):
        until = time - lag
        if until > newest + 1:
            moved = time
        newest = until if place == 0 else max(newest, until)
    return moved
