"""When a recurring window takes place again."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents.recurrence import Series, following

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def berlin(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    local = datetime(year, month, day, hour, minute, second, tzinfo=BERLIN)
    return local.astimezone(UTC)


def series(start: datetime, *, repeats: str, last_day: date | None = None) -> Series:
    """Two hours on the wall of Berlin, again and again."""
    return Series(start, start + 2 * HOUR, repeats, BERLIN, last_day)


@pytest.mark.parametrize(
    ("repeats", "day"),
    [("daily", (2027, 3, 28)), ("weekly", (2027, 4, 3)), ("monthly", (2027, 4, 27))],
)
def test_it_comes_again_at_the_same_time_on_the_wall(repeats, day):
    every = series(berlin(2027, 3, 27, 20), repeats=repeats)
    start, end = following(every, every.starts_at, at=every.ends_at)

    # The clocks of Berlin go forward on 28 March.
    assert start == berlin(*day, 20)
    assert end == berlin(*day, 22)


def test_a_day_without_its_hour_moves_one_occurrence_and_no_later_one():
    daily = series(berlin(2027, 3, 27, 2, 30), repeats="daily")
    moved, _end = following(daily, daily.starts_at, at=daily.ends_at)
    next_one, _end = following(daily, moved, at=moved)

    assert moved == berlin(2027, 3, 28, 3, 30)
    assert next_one == berlin(2027, 3, 29, 2, 30)


def test_an_occurrence_that_the_clock_skips_does_not_take_place():
    # From 02:10 to 03:05 on the wall: 03:10 would be after its end.
    daily = Series(
        berlin(2027, 3, 27, 2, 10), berlin(2027, 3, 27, 3, 5), "daily", BERLIN
    )
    start, _end = following(daily, daily.starts_at, at=daily.ends_at)

    assert start == berlin(2027, 3, 29, 2, 10)


def test_a_short_month_has_it_on_its_last_day_and_the_next_one_not():
    monthly = series(berlin(2027, 1, 31, 20), repeats="monthly")
    february, _end = following(monthly, monthly.starts_at, at=monthly.ends_at)
    march, _end = following(monthly, february, at=february)

    assert february == berlin(2027, 2, 28, 20)
    assert march == berlin(2027, 3, 31, 20)


def test_occurrences_that_were_missed_are_left_out():
    daily = series(berlin(2027, 1, 1, 20), repeats="daily")

    found = following(daily, daily.starts_at, at=berlin(2029, 6, 15, 21))

    assert found == (berlin(2029, 6, 15, 20), berlin(2029, 6, 15, 22))


def test_none_follows_after_the_last_day():
    weekly = series(berlin(2027, 3, 1, 20), repeats="weekly", last_day=date(2027, 3, 8))
    second = following(weekly, weekly.starts_at, at=weekly.ends_at)

    assert second is not None
    assert second[0] == berlin(2027, 3, 8, 20)
    assert following(weekly, second[0], at=second[1]) is None
