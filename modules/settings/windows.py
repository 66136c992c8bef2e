"""Windows of time, in UTC, as RDS writes them."""

from __future__ import annotations

import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = len(DAYS) * DAY_MINUTES
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
SHORTEST_MINUTES = 30
LONGEST_MAINTENANCE_MINUTES = DAY_MINUTES

TIME = r"([01]\d|2[0-3]):([0-5]\d)"
DAILY = re.compile(rf"{TIME}-{TIME}")
WEEKLY = re.compile(rf"({'|'.join(DAYS)}):{TIME}-({'|'.join(DAYS)}):{TIME}")

#: First minute of the day or week, and the number of minutes.
Window = tuple[int, int]


def daily(text: str) -> Window | None:
    """Window of every day, such as ``03:00-04:00``, or nothing if ``text`` is none."""
    found = DAILY.fullmatch(text)
    if not found:
        return None
    begin, end = (int(found[hour]) * 60 + int(found[hour + 1]) for hour in (1, 3))
    return begin, (end - begin) % DAY_MINUTES


def weekly(text: str) -> Window | None:
    """Window of every week, such as ``sun:05:00-sun:06:00``, or nothing if ``text`` is none."""
    found = WEEKLY.fullmatch(text)
    if not found:
        return None
    begin, end = (
        DAYS.index(found[day]) * DAY_MINUTES + int(found[day + 1]) * 60 + int(found[day + 2]) for day in (1, 4)
    )
    return begin, (end - begin) % WEEK_MINUTES


def overlap(every_day: Window, every_week: Window) -> bool:
    """Whether the two share a minute on any day."""
    day_begin, day_length = every_day
    week_begin, week_length = every_week
    begins = [day * DAY_MINUTES + day_begin for day in range(len(DAYS))]
    # Counted from the one that begins first, round the week, either may run into the other.
    return any(
        (begin - week_begin) % WEEK_MINUTES < week_length or (week_begin - begin) % WEEK_MINUTES < day_length
        for begin in begins
    )
