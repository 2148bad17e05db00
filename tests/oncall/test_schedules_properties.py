"""Random schedules in all zones, compared with an obvious second implementation."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oncall.schedules import (
    Layer,
    Override,
    Restriction,
    Schedule,
    coverage,
    final_shifts,
    gaps,
    layer_shifts,
    next_handoff,
    on_call_at,
    override_shifts,
    shift_at,
)
from tests.oncall.slow_schedules import SlowSchedule, days_of_change

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

# Half-hour and negative daylight saving, skipped and repeated days, short changes.
ODD_ZONES = (
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "America/Caracas",
    "America/Nuuk",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
    "UTC",
)
ZONES = sorted(available_timezones())
ODD_DAYS = {
    "Pacific/Apia": date(2011, 12, 30),
    "Pacific/Kiritimati": date(1994, 12, 31),
    "Pacific/Kwajalein": date(1969, 9, 30),
    "America/Caracas": date(2007, 12, 9),
    "Asia/Pyongyang": date(2018, 5, 4),
}
USERS = st.integers(1, 3)
TURNS = st.one_of(
    st.sampled_from([HOUR, 8 * HOUR, 12 * HOUR, 36 * HOUR]),
    st.sampled_from([DAY, DAY, 2 * DAY, 7 * DAY, 365 * DAY]),
    st.integers(3600, 300_000).map(lambda n: n * SECOND),
)
# Many things begin when clocks change, most at a quarter of an hour, some anywhere.
OF_DAY = st.one_of(
    st.integers(0, 16).map(lambda n: n * 900),
    st.integers(0, 95).map(lambda n: n * 900),
    st.integers(0, 86399),
).map(lambda n: time(n // 3600, n // 60 % 60, n % 60))
DAILY_LENGTHS = st.one_of(
    st.integers(1, 95).map(lambda n: n * 900), st.integers(1, 86399)
)
WEEKLY_LENGTHS = st.one_of(
    st.integers(1, 167).map(lambda n: n * 3600), st.integers(1, 604799)
)


def thousands(share):
    """A part of the 2,000 schedules that a usual run tries (100,000 if thorough)."""
    examples = int(share * 1000) * settings().max_examples // 100
    return settings(max_examples=max(examples, 1), deadline=None)


@st.composite
def zones_and_days(draw):
    key = draw(st.one_of(st.sampled_from(ODD_ZONES), st.sampled_from(ZONES)))
    zone, year = ZoneInfo(key), draw(st.integers(1900, 2200))
    changes = days_of_change(zone, year)
    if key in ODD_DAYS and draw(st.booleans()):
        day = ODD_DAYS[key]
    elif changes and draw(st.integers(0, 3)):
        day = draw(st.sampled_from(changes))
    else:
        day = date(year, 1, 1) + draw(st.integers(0, 364)) * DAY
    return zone, datetime.combine(day, time(), UTC)


def moments(around):
    """Instants in the days around one."""
    quarters = st.integers(-600, 1200).map(lambda n: n * 900)
    return st.one_of(quarters, st.integers(-540_000, 1_080_000)).map(
        lambda n: around + n * SECOND
    )


@st.composite
def restrictions(draw):
    if draw(st.booleans()):
        return Restriction("daily", draw(OF_DAY), draw(DAILY_LENGTHS) * SECOND)
    length, weekday = draw(WEEKLY_LENGTHS) * SECOND, draw(st.integers(1, 7))
    return Restriction("weekly", draw(OF_DAY), length, weekday)


@st.composite
def layers(draw, around):
    turn = draw(TURNS)
    phase = draw(st.integers(-40, 40)) * turn + draw(OF_DAY).hour * HOUR
    start = draw(st.one_of(st.just(around - 400 * DAY), moments(around)))
    length = draw(st.one_of(st.none(), st.integers(1, 2_000_000)))
    return Layer(
        start=start,
        end=None if length is None else start + length * SECOND,
        virtual_start=around + min(max(phase, -800 * DAY), 800 * DAY),
        turn_length=turn,
        users=tuple(draw(st.lists(USERS, min_size=1, max_size=4))),
        restrictions=tuple(draw(st.lists(restrictions(), max_size=3))),
        zone=draw(st.one_of(st.none(), st.sampled_from(ODD_ZONES).map(ZoneInfo))),
    )


@st.composite
def overrides(draw, around):
    start = draw(moments(around))
    return Override(start, start + draw(st.integers(1, 300_000)) * SECOND, draw(USERS))


@st.composite
def schedules(draw):
    """A schedule, and a period of it that is likely to have a change of clocks."""
    zone, around = draw(zones_and_days())
    schedule = Schedule(
        zone,
        tuple(draw(st.lists(layers(around), max_size=3))),
        tuple(draw(st.lists(overrides(around), max_size=4))),
    )
    if draw(st.booleans()):
        start, quarters = around - draw(st.integers(-100, 100)) * HOUR / 4, 60
    else:
        start, quarters = around - draw(st.integers(0, 90)) * HOUR, 1000
    return schedule, start, start + draw(st.integers(1, quarters)) * HOUR / 4


def as_tuples(shifts):
    return [(shift.start, shift.end, shift.user) for shift in shifts]


@pytest.mark.promise(18)
@thousands(0.8)
@given(schedules())
def test_the_final_schedule_is_what_the_slow_one_says(case):
    schedule, start, end = case

    fast = as_tuples(final_shifts(schedule, start, end))

    assert fast == SlowSchedule(schedule, start, end).shifts(start, end)


@pytest.mark.promise(18, 20)
@thousands(0.4)
@given(schedules())
def test_everybody_is_on_call_when_the_slow_one_says(case):
    schedule, start, end = case
    slow = SlowSchedule(schedule, start - DAY, end + DAY)

    for edge in slow.boundaries(start, end):
        for at in (edge - SECOND, edge, edge + SECOND):
            assert on_call_at(schedule, at) == slow.on_call_at(at)


@thousands(0.4)
@given(schedules())
def test_uncut_shifts_are_the_slow_ones_of_a_wider_period(case):
    schedule, start, end = case
    low, high = start - 9 * DAY, end + 9 * DAY
    wide = SlowSchedule(schedule, low, high).shifts(low, high)
    expected = [shift for shift in wide if shift[0] < end and shift[1] > start]

    uncut = final_shifts(schedule, start, end, overflow=True)

    cut_to_wide = [
        (max(shift.start, low), min(shift.end, high), shift.user) for shift in uncut
    ]
    assert cut_to_wide == expected
    for shift in uncut:
        in_force = shift_at(schedule, max(shift.start, start))
        assert in_force is not None
        assert (in_force.start, in_force.user) == (shift.start, shift.user)
        assert in_force.endless == shift.endless
        assert in_force.end == shift.end or shift.endless


@thousands(0.2)
@given(schedules())
def test_each_handoff_is_the_next_change_of_the_slow_one(case):
    schedule, start, end = case
    slow = SlowSchedule(schedule, start, end)
    on_call = [(at, slow.on_call_at(at)) for at in slow.boundaries(start, end)]
    changes = [b for (_, before), (b, after) in pairwise(on_call) if before != after]

    found, at = [], start
    while (handoff := next_handoff(schedule, at)) is not None and handoff <= end:
        found.append(handoff)
        at = handoff

    assert found == changes


@thousands(0.2)
@given(schedules(), st.integers(1, 99))
def test_shifts_and_gaps_fill_the_period_however_it_is_cut(case, percent):
    schedule, start, end = case
    shifts = final_shifts(schedule, start, end)
    middle = start + (end - start) // SECOND * percent // 100 * SECOND

    parts = [
        *as_tuples(final_shifts(schedule, start, middle)),
        *as_tuples(final_shifts(schedule, middle, end)),
    ]
    open_parts = gaps(shifts, start, end)
    pieces = sorted([*open_parts, *((a, b) for a, b, _ in as_tuples(shifts))])
    covered = sum(((b - a) for a, b, _ in as_tuples(shifts)), timedelta())

    assert cut_at(as_tuples(shifts), middle) == parts
    assert [a for a, _ in pieces] == [start, *(b for _, b in pieces[:-1])]
    assert pieces[-1][1] == end
    assert coverage(shifts, start, end) == pytest.approx(100 * covered / (end - start))


def cut_at(shifts, middle):
    return [
        (a, b, user)
        for start, end, user in shifts
        for a, b in ((start, min(end, middle)), (max(start, middle), end))
        if a < b
    ]


@settings(max_examples=100, deadline=None)
@given(schedules())
@example((Schedule(ZoneInfo("UTC")), datetime(2027, 1, 1, tzinfo=UTC), None))
def test_a_layer_and_the_overrides_alone_are_schedules_of_their_own(case):
    schedule, start, _ = case
    end = start + 5 * DAY

    for layer in schedule.layers:
        alone = Schedule(schedule.zone, (layer,))
        slow = SlowSchedule(alone, start, end).shifts(start, end)
        assert as_tuples(layer_shifts(schedule, layer, start, end)) == slow
    alone = Schedule(schedule.zone, (), schedule.overrides)
    slow = SlowSchedule(alone, start, end).shifts(start, end)
    assert as_tuples(override_shifts(schedule, start, end)) == slow
