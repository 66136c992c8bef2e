import pytest

from modules.settings.windows import cron, daily, on_every_day, overlap, time_of_day, too_near, weekly


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("00:00-00:30", (0, 30)),
        ("23:45-00:15", (1425, 30)),
        ("02:00-03:00", (120, 60)),
        ("24:00-00:30", None),
        ("2:00-3:00", None),
        ("sun:02:00-sun:03:00", None),
    ],
)
def test_window_of_every_day_is_its_first_minute_and_its_length(text: str, window: tuple[int, int] | None) -> None:
    assert daily(text) == window


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("mon:00:00-mon:01:00", (0, 60)),
        ("sun:23:30-mon:00:30", (10050, 60)),
        ("sat:01:00-sat:00:00", (7260, 10020)),
        ("Sun:01:00-Sun:02:00", None),
        ("02:00-03:00", None),
    ],
)
def test_window_of_every_week_is_its_first_minute_and_its_length(text: str, window: tuple[int, int] | None) -> None:
    assert weekly(text) == window


@pytest.mark.parametrize(
    ("every_day", "every_week", "shared"),
    [
        ("02:00-03:00", "sun:04:00-sun:05:00", False),
        ("02:00-03:00", "sun:03:00-sun:04:00", False),
        ("02:00-03:00", "sun:01:00-sun:02:00", False),
        ("02:00-03:00", "sun:02:59-sun:03:59", True),
        ("02:00-03:00", "sun:01:01-sun:02:01", True),
        ("23:30-00:30", "mon:00:00-mon:00:30", True),
        ("00:00-00:30", "sun:23:45-mon:00:15", True),
        ("12:00-12:30", "wed:11:00-wed:13:00", True),
        ("11:00-13:00", "wed:12:00-wed:12:30", True),
    ],
)
def test_windows_that_share_a_minute_overlap(every_day: str, every_week: str, *, shared: bool) -> None:
    one, other = daily(every_day), weekly(every_week)
    assert one
    assert other
    assert overlap(one, other) is shared


@pytest.mark.parametrize(
    ("begins", "window", "met"),
    [
        ("sun:06:00-sun:07:00", "sun:08:01-sun:09:00", False),
        ("sun:06:00-sun:07:00", "sun:08:00-sun:09:00", True),
        ("sun:06:00-sun:07:00", "sun:05:00-sun:06:00", True),
        ("sun:06:00-sun:07:00", "sun:05:00-sun:05:59", False),
        ("sun:23:30-mon:00:30", "mon:01:30-mon:02:30", True),
        ("mon:00:00-mon:01:00", "sun:22:00-mon:00:00", True),
        ("mon:00:00-mon:01:00", "tue:00:00-tue:01:00", False),
    ],
)
def test_backups_begin_neither_in_a_window_nor_in_the_hour_before(begins: str, window: str, *, met: bool) -> None:
    start, closed = weekly(begins), weekly(window)
    assert start
    assert closed
    assert too_near(start, closed) is met


def test_window_of_every_day_is_one_of_each_day() -> None:
    assert on_every_day((120, 60)) == [(120 + 1440 * day, 60) for day in range(7)]


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("06:30", 390), ("24:00", None), ("6:00", None)])
def test_time_of_day_is_its_minute(text: str, minute: int | None) -> None:
    assert time_of_day(text) == minute


def test_weeks_of_cron_open_on_sunday() -> None:
    assert cron((390, 60), every_day=True) == "cron(30 6 * * ? *)"
    assert [cron((1440 * day, 60), every_day=False)[13] for day in range(7)] == ["2", "3", "4", "5", "6", "7", "1"]
