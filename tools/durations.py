"""How long steps took when they last ended well, to tell how long they may take now."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tools.files import write_text

#: What is over sooner is nobody's concern.
SHORTEST_SECONDS = 2.0
_MINUTE, _HOUR = 60, 3600
#: Steps that have to be done before their pace says anything, and from which on the last ones are waited for.
_LEAST_STEPS, _LEAST_SHARE, _MOST_SHARE = 5, 0.2, 0.8


@dataclass(frozen=True, kw_only=True)
class Duration:
    """How long something took.

    Parameters
    ----------
    seconds : float
        How long.
    steps : int
        How many steps it had; 0 where they are not counted.
    """

    seconds: float
    steps: int = 0


class Durations:
    """The durations of the last run of each step, in a file.

    Parameters
    ----------
    file : Path or None
        The file. Without one nothing is known, and nothing kept.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def last(self, name: str) -> Duration | None:
        """Return how long a step took; nothing if it is not known, or was short."""
        found = self._read().get(name)
        with suppress(TypeError, ValueError, KeyError, AttributeError):
            if found and (seconds := float(found["seconds"])) >= SHORTEST_SECONDS:
                return Duration(seconds=seconds, steps=int(found["steps"]))
        return None

    def keep(self, name: str, duration: Duration) -> None:
        """Note how long a step took. A file that cannot be written is no reason to end."""
        if self._file is None:
            return
        content = {**self._read(), name: {"seconds": round(duration.seconds, 1), "steps": duration.steps}}
        with suppress(OSError):
            write_text(self._file, f"{json.dumps(content, indent=1)}\n")

    def _read(self) -> Mapping[str, dict[str, float]]:
        if self._file is None:
            return {}
        with suppress(OSError, ValueError):
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return content if isinstance(content, dict) else {}
        return {}


def of_place(build: Path) -> Durations:
    """Return the durations of what is built in a directory, such as `build/aws`."""
    return Durations(build / "durations.json")


def left(elapsed: float, *, done: int = 0, total: int = 0, last: Duration | None = None) -> float | None:
    """Return how many seconds something may still take; nothing if nobody knows.

    Parameters
    ----------
    elapsed : float
        Seconds until now.
    done, total : int
        Steps that are done, and all of them; 0 if they are not known.
    last : Duration, optional
        How long it took last time. With steps, as long for each of them now.
    """
    if total and last and last.steps:
        expected: float | None = last.seconds * total / last.steps
    elif max(_LEAST_STEPS, total * _LEAST_SHARE) <= done <= total * _MOST_SHARE:
        expected = elapsed * total / done
    else:
        expected = last.seconds if last and not total else None
    # What takes longer than it should is not about to end.
    return expected - elapsed if expected and expected > elapsed else None


def in_words(seconds: float) -> str:
    """Return seconds as people say them: `42 s`, `3 min 20 s`, `1 h 5 min`."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def left_in_words(seconds: float | None) -> str:
    """Return `, about 40 s left`, rounded to what anybody can know; nothing if it is not known."""
    if seconds is None:
        return ""
    if seconds >= 2 * _MINUTE:
        return f", about {in_words(round(seconds / _MINUTE) * _MINUTE).removesuffix(' 0 s')} left"
    step = 10 if seconds >= _MINUTE else 5
    return f", about {in_words(max(step, round(seconds / step) * step))} left"
