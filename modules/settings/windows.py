"""Time windows in UTC, in the format of RDS, which AWS Backup must avoid."""

from __future__ import annotations

import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES
WEEK_MINUTES = len(DAYS) * DAY_MINUTES
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
SHORTEST_MINUTES = 30
LONGEST_MAINTENANCE_MINUTES = DAY_MINUTES

TIME = r"([01]\d|2[0-3]):([0-5]\d)"
DAILY = re.compile(rf"{TIME}-{TIME}")
WEEKLY = re.compile(rf"({'|'.join(DAYS)}):{TIME}-({'|'.join(DAYS)}):{TIME}")

#: First minute of the day or week, and the number of minutes.
Window = tuple[int, int]


def time_of_day(text: str) -> int | None:
    """Minute of the day of a time such as ``06:00``; ``None`` if ``text`` is not a time."""
    found = re.fullmatch(TIME, text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def daily(text: str) -> Window | None:
    """Daily window such as ``03:00-04:00``; ``None`` if ``text`` is not a window."""
    found = DAILY.fullmatch(text)
    if not found:
        return None
    begin, end = (int(found[hour]) * 60 + int(found[hour + 1]) for hour in (1, 3))
    return begin, (end - begin) % DAY_MINUTES


def weekly(text: str) -> Window | None:
    """Weekly window such as ``sun:05:00-sun:06:00``; ``None`` if ``text`` is not a window."""
    found = WEEKLY.fullmatch(text)
    if not found:
        return None
    begin, end = (
        DAYS.index(found[day]) * DAY_MINUTES + int(found[day + 1]) * 60 + int(found[day + 2]) for day in (1, 4)
    )
    return begin, (end - begin) % WEEK_MINUTES


def on_every_day(window: Window) -> list[Window]:
    """The seven windows of a week for a daily window."""
    begin, length = window
    return [(day * DAY_MINUTES + begin, length) for day in range(len(DAYS))]


def overlap(every_day: Window, every_week: Window) -> bool:
    """Whether the daily and the weekly window share a minute."""
    week_begin, week_length = every_week
    # Either may start first and run into the other, also across the end of the week.
    return any(
        (begin - week_begin) % WEEK_MINUTES < week_length or (week_begin - begin) % WEEK_MINUTES < length
        for begin, length in on_every_day(every_day)
    )


def too_near(start: Window, window: Window) -> bool:
    """Whether a backup that starts within ``start`` can meet ``window`` of RDS, or the hour before it.

    Both are windows of a week. AWS Backup starts no backup of a database in such a window or in the hour before.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html
    """
    (begin, length), (other, other_length) = start, window
    closed, closed_length = other - HOUR_MINUTES, other_length + HOUR_MINUTES
    # Their ends are included: RDS may start and end late.
    return (closed - begin) % WEEK_MINUTES <= length or (begin - closed) % WEEK_MINUTES <= closed_length


def cron(start: Window, *, every_day: bool) -> str:
    """Cron expression of AWS Backup for the beginning of ``start``: every day, or on its day of the week.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html
    """
    day, minute = divmod(start[0], DAY_MINUTES)
    time = f"{minute % 60} {minute // 60}"
    # Days of the week are 1 for Sunday to 7.
    return f"cron({time} * * ? *)" if every_day else f"cron({time} ? * {(day + 1) % len(DAYS) + 1} *)"
