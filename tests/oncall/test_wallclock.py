"""The table of offsets agrees with the zone itself and with the rule of schedules."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.wallclock import moment, seconds, wall_clock
from tests.oncall.slow_schedules import days_of_change

HOUR = 3600
ZONES = sorted(available_timezones())
YEARS = (1945, 1994, 2011, 2026)


@pytest.mark.promise(18)
@settings(deadline=None)
@given(st.sampled_from(ZONES), st.integers(1900, 2200), st.data())
def test_reads_what_the_zone_shows(key, year, data):
    zone = ZoneInfo(key)
    start = seconds(datetime(year, 1, 1, tzinfo=UTC))
    clock = wall_clock(zone, start, start)

    for at in data.draw(st.lists(st.integers(start, start + 366 * 24 * HOUR))):
        shown = moment(at).astimezone(zone).replace(tzinfo=UTC)
        assert clock.read(at) == seconds(shown)


@pytest.mark.promise(18)
@pytest.mark.parametrize("year", YEARS)
def test_every_change_of_every_zone_follows_the_rule_for_instants(year):
    start, end = (seconds(datetime(y, 1, 1, tzinfo=UTC)) for y in (year, year + 1))
    for key in ZONES:
        clock = wall_clock(ZoneInfo(key), start, end)
        first, last = (bisect_left(clock.changes, at) for at in (start, end))
        for n in range(first, last):
            change, before, after = clock.changes[n], *clock.offsets[n : n + 2]
            edges = {change + before, change + after}
            for wall in {edge + step for edge in edges for step in (-1, 0, 1, 600)}:
                assert clock.instant(wall) == by_the_rule(clock, wall, change, before)


@pytest.mark.promise(18)
@pytest.mark.parametrize("year", YEARS)
def test_no_change_of_any_zone_is_missed(year):
    start, end = (seconds(datetime(y, 1, 1, tzinfo=UTC)) for y in (year, year + 1))
    for key in ZONES:
        clock = wall_clock(ZoneInfo(key), start, end)
        days = [moment(at - 1).date() for at in clock.changes if start < at <= end]
        assert tuple(days) == days_of_change(ZoneInfo(key), year)


def by_the_rule(clock, wall, change, before):
    """The first instant that shows the time, else the time with the offset before."""
    shows = [o for o in set(clock.offsets) if clock.read(wall - o) == wall]
    return min((wall - o for o in shows), default=wall - before)


def test_an_instant_without_time_zone_is_refused():
    with pytest.raises(TypeError):
        seconds(datetime(2027, 1, 1))  # noqa: DTZ001


def test_fractions_of_a_second_are_dropped_before_1970_too():
    half_past = datetime(1969, 12, 31, 23, 59, 59, 500000, tzinfo=UTC)

    assert moment(seconds(half_past)) == half_past - timedelta(milliseconds=500)


@pytest.mark.parametrize("year", [1, 2, 1900, 2200, 9998, 9999])
def test_the_ends_of_the_calendar_have_wall_clocks_too(year):
    noon = seconds(datetime(year, 7, 1, 12, tzinfo=UTC))

    for key in ("Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"):
        clock = wall_clock(ZoneInfo(key), noon, noon)
        assert clock.instant(clock.read(noon)) == noon
