"""Where shifts stand on the axis of a timeline, also when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall import timetable
from oncall.timelines import Axis
from oncall.timetable import Entry, Row
from oncall.views.ranges import Range, midnight

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 26, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)


def week(first: str, zone=BERLIN, now=NOW, days="7") -> Axis:
    return Range.of({"since": first, "days": days}, zone, now, is_mine=False).axis(now)


def bars(axis: Axis, *entries: Entry):
    return axis.lines([Row("final", list(entries))])[0].bars


@pytest.mark.parametrize(
    ("first", "hours", "words"),
    [
        (
            "2027-03-22",
            23,
            "Sun 28 Mar: the clocks go forward by 1 h, the day has 23 h.",
        ),
        ("2026-10-19", 25, "Sun 25 Oct: the clocks go back by 1 h, the day has 25 h."),
    ],
)
def test_a_day_is_as_wide_as_it_is_long(first, hours, words):
    axis = week(first)

    total = 6 * 24 + hours
    assert [day.length / HOUR for day in axis.days] == [24] * 6 + [hours]
    widths = [day.place.length for day in axis.days]
    assert widths == pytest.approx([2400 / total] * 6 + [100 * hours / total])
    assert axis.days[-1].place.start + widths[-1] == pytest.approx(100)
    assert axis.changes == [words]


def test_half_an_hour_of_daylight_saving_is_half_an_hour():
    axis = week("2027-04-04", ZoneInfo("Australia/Lord_Howe"), days="1")

    assert axis.days[0].length == timedelta(hours=24.5)
    assert axis.changes == [
        "Sun 4 Apr: the clocks go back by 30 min, the day has 24 h 30 min."
    ]


def test_an_ordinary_week_has_no_change_of_clocks():
    assert week("2027-03-15").changes == []


def test_the_marks_of_a_day_follow_its_clock():
    # 02:00 is skipped, so the third hour of the day is the fourth on the clock.
    places = {
        mark.text: mark.place.start for mark in week("2027-03-28", days="1").hours
    }

    assert places["03:00"] == pytest.approx(100 * 2 / 23)
    assert places["21:00"] == pytest.approx(100 * 20 / 23)
    assert week("2027-03-22").hours == []


def test_a_day_that_a_zone_skipped_is_left_out():
    axis = week("2011-12-28", ZoneInfo("Pacific/Apia"))

    assert [day.date.day for day in axis.days] == [28, 29, 31, 1, 2, 3]


def test_bars_are_cut_at_the_ends_and_say_so():
    axis = week("2027-03-15")
    inside = Entry(axis.start + 24 * HOUR, axis.start + 48 * HOUR, None)
    over = Entry(axis.start - HOUR, axis.end + HOUR, None)
    outside = Entry(axis.end, axis.end + HOUR, None)

    first, second = bars(axis, inside, over, outside)

    assert (first.place.start, first.place.length) == pytest.approx((100 / 7, 100 / 7))
    assert (first.goes_before, first.goes_after) == (False, False)
    assert (second.place.start, second.place.length) == (0, 100)
    assert (second.goes_before, second.goes_after) == (True, True)


def test_now_is_on_the_axis_only_when_it_is_shown():
    place = week("2027-03-26", days="1").now_place
    assert place
    assert place.start == pytest.approx(50)
    assert week("2027-03-27", days="1").now_place is None


def test_styles_are_numbers_that_every_browser_reads():
    assert week("2027-03-15").days[1].place.style == "--start:14.2857;--length:14.2857"


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({"days": "1"}, "2027-03-26", "2027-03-26"),
        ({"days": "7"}, "2027-03-21", "2027-03-27"),
        ({"days": "month"}, "2027-03-01", "2027-03-31"),
        ({"days": "month", "since": "2028-02-17"}, "2028-02-01", "2028-02-29"),
        ({"days": "400", "since": "soon"}, "2027-03-21", "2027-04-03"),
    ],
)
def test_a_range_begins_where_people_expect_it(query, first, last):
    found = Range.of(query, BERLIN, NOW, is_mine=False)

    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_months_follow_each_other():
    found = Range.of({"days": "month"}, BERLIN, NOW, is_mine=False)

    assert found.earlier.isoformat() == "2027-02-01"
    assert found.later.isoformat() == "2027-04-01"


def test_a_midnight_that_is_skipped_is_when_the_day_begins():
    # Beirut: clocks go from 00:00 to 01:00.
    assert midnight(date(2027, 3, 28), ZoneInfo("Asia/Beirut")) == datetime(
        2027, 3, 27, 22, tzinfo=UTC
    )


def test_gaps_between_shifts_are_entries_of_nobody():
    start, end = NOW, NOW + 4 * HOUR
    shift = Entry(start + HOUR, start + 2 * HOUR, None)

    found = timetable.filled([shift], start, end)

    assert [(one.start, one.end) for one in found] == [
        (start, start + HOUR),
        (start + HOUR, start + 2 * HOUR),
        (start + 2 * HOUR, end),
    ]
