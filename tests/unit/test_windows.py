import pytest

from modules.settings.windows import daily, overlap, weekly


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
