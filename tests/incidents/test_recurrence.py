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


def after_the_first(one: Series) -> tuple[datetime, datetime]:
    """Name the second occurrence."""
    return after(one, one.starts_at, one.ends_at)


def after(one: Series, start: datetime, at: datetime) -> tuple[datetime, datetime]:
    """Name the occurrence that follows one that there is for sure."""
    found = following(one, start, at=at)
    assert found is not None
    return found


def series(start: datetime, *, repeats: str, last_day: date | None = None) -> Series:
    """Two hours on the wall of Berlin, again and again."""
    return Series(start, start + 2 * HOUR, repeats, BERLIN, last_day)


@pytest.mark.parametrize(
    ("repeats", "day"),
    [("daily", (3, 28)), ("weekly", (4, 3)), ("monthly", (4, 27))],
)
def test_it_comes_again_at_the_same_time_on_the_wall(repeats, day):
    every = series(berlin(2027, 3, 27, 20), repeats=repeats)
    start, end = after_the_first(every)

    # The clocks of Berlin go forward on 28 March.
    month, date_ = day
    assert start == berlin(2027, month, date_, 20)
    assert end == berlin(2027, month, date_, 22)


def test_a_day_without_its_hour_moves_one_occurrence_and_no_later_one():
    daily = series(berlin(2027, 3, 27, 2, 30), repeats="daily")
    moved, _end = after_the_first(daily)
    next_one, _end = after(daily, moved, moved)

    assert moved == berlin(2027, 3, 28, 3, 30)
    assert next_one == berlin(2027, 3, 29, 2, 30)


def test_an_occurrence_that_the_clock_skips_does_not_take_place():
    # From 02:10 to 03:05 on the wall: 03:10 would be after its end.
    daily = Series(
        berlin(2027, 3, 27, 2, 10), berlin(2027, 3, 27, 3, 5), "daily", BERLIN
    )
    start, _end = after_the_first(daily)

    assert start == berlin(2027, 3, 29, 2, 10)


def test_a_short_month_has_it_on_its_last_day_and_the_next_one_not():
    monthly = series(berlin(2027, 1, 31, 20), repeats="monthly")
    february, _end = after_the_first(monthly)
    march, _end = after(monthly, february, february)

    assert february == berlin(2027, 2, 28, 20)
    assert march == berlin(2027, 3, 31, 20)


def test_occurrences_that_were_missed_are_left_out():
    daily = series(berlin(2027, 1, 1, 20), repeats="daily")

    found = following(daily, daily.starts_at, at=berlin(2029, 6, 15, 21))

    assert found == (berlin(2029, 6, 15, 20), berlin(2029, 6, 15, 22))


def test_none_follows_after_the_last_day():
    weekly = series(berlin(2027, 3, 1, 20), repeats="weekly", last_day=date(2027, 3, 8))
    second = after_the_first(weekly)

    assert second is not None
    assert second[0] == berlin(2027, 3, 8, 20)
    assert following(weekly, second[0], at=second[1]) is None
