"""Turns and windows of a layer, also where clocks change and in far years."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from oncall.schedules import (
    Override,
    Restriction,
    final_shifts,
    gaps,
    next_handoff,
    on_call_at,
)
from tests.oncall.rotas import (
    ANA,
    BEN,
    CEM,
    DAY,
    DEE,
    HOUR,
    SECOND,
    WEEK,
    at,
    daily,
    final,
    layer,
    schedule,
    shift,
    weekly,
)

# Clocks


def test_in_a_skipped_day_a_turn_has_no_length():
    apia = schedule(
        "Pacific/Apia", layer((ANA, BEN, CEM), DAY, "2011-12-28T09:00-10:00")
    )

    # Ana has the 28th, Ben the 29th; Cem's 30th does not exist, and the 31st is Ana's.
    assert final(apia, "2011-12-28T09:00-10:00", "2012-01-01T09:00+14:00") == [
        shift(ANA, "2011-12-28T09:00-10:00", "2011-12-29T09:00-10:00"),
        shift(BEN, "2011-12-29T09:00-10:00", "2011-12-31T09:00+14:00"),
        shift(ANA, "2011-12-31T09:00+14:00", "2012-01-01T09:00+14:00"),
    ]


def test_in_a_skipped_day_a_window_opens_when_the_next_one_does():
    apia = schedule(
        "Pacific/Apia",
        layer((ANA,), DAY, "2011-12-01T00:00-10:00", weekly(5, "09:00", 2 * HOUR)),
    )

    # Friday the 30th, 09:00, moved forward by the 24 hours of the gap.
    assert final(apia, "2011-12-29T00:00-10:00", "2012-01-04T00:00+14:00") == [
        shift(ANA, "2011-12-31T09:00+14:00", "2011-12-31T11:00+14:00"),
    ]


def test_half_an_hour_of_daylight_saving_is_half_an_hour():
    lord_howe = schedule(
        "Australia/Lord_Howe", layer((ANA, BEN), DAY, "2027-10-01T02:15+10:30")
    )

    # From 02:00 to 02:30 on 3 October.
    assert final(lord_howe, "2027-10-02T02:15+10:30", "2027-10-04T02:15+11:00") == [
        shift(BEN, "2027-10-02T02:15+10:30", "2027-10-03T02:45+11:00"),
        shift(ANA, "2027-10-03T02:45+11:00", "2027-10-04T02:15+11:00"),
    ]


def test_negative_daylight_saving_is_a_change_like_any_other():
    dublin = schedule("Europe/Dublin", layer((ANA, BEN), DAY, "2027-10-29T01:30+01:00"))

    assert final(dublin, "2027-10-30T01:30+01:00", "2027-11-01T01:30+00:00") == [
        shift(BEN, "2027-10-30T01:30+01:00", "2027-10-31T01:30+01:00"),
        shift(ANA, "2027-10-31T01:30+01:00", "2027-11-01T01:30+00:00"),
    ]


def test_a_virtual_start_counts_as_what_the_wall_showed():
    denver = schedule(
        "America/Denver", layer((ANA, BEN), DAY, "2028-03-12T02:15-07:00")
    )

    # 02:15-07:00 is 03:15 on the wall: the rotation hands over at 03:15 from then on.
    assert next_handoff(denver, at("2028-03-13T00:00-06:00")) == at(
        "2028-03-13T03:15-06:00"
    )


def test_a_window_that_a_gap_swallows_is_no_window():
    denver = schedule(
        "America/Denver",
        layer((ANA,), DAY, "2028-03-01T00:00-07:00", daily("02:50", HOUR / 4)),
    )

    # 02:50 becomes 03:50, its end 03:05 does exist and lies before.
    assert final(denver, "2028-03-11T00:00-07:00", "2028-03-14T00:00-06:00") == [
        shift(ANA, "2028-03-11T02:50-07:00", "2028-03-11T03:05-07:00"),
        shift(ANA, "2028-03-13T02:50-06:00", "2028-03-13T03:05-06:00"),
    ]


def test_a_window_lasts_to_the_same_time_in_a_night_with_a_change():
    berlin = schedule(
        "Europe/Berlin",
        layer((ANA,), DAY, "2027-03-01T00:00+01:00", daily("20:00", 12 * HOUR)),
    )

    assert final(berlin, "2027-03-27T12:00+01:00", "2027-03-28T12:00+02:00") == [
        shift(ANA, "2027-03-27T20:00+01:00", "2027-03-28T08:00+02:00"),
    ]


def test_both_halves_of_a_repeated_hour_are_told_apart():
    denver = schedule(
        "America/Denver",
        layer((ANA,), DAY, "2028-11-01T00:00-06:00", daily("01:00", HOUR / 2)),
    )
    zone = ZoneInfo("America/Denver")
    first, second = (datetime(2028, 11, 5, 1, 15, tzinfo=zone, fold=f) for f in (0, 1))

    # The window ends at the first 01:30; 01:15 comes back half an hour later.
    assert on_call_at(denver, first) == ANA
    assert on_call_at(denver, second) is None
    assert len(final_shifts(denver, first, second)) == 1


def test_a_window_is_found_though_the_clock_shows_less_at_the_end_of_the_period():
    denver = schedule(
        "America/Denver",
        layer((ANA,), DAY, "2028-11-01T00:00-06:00", daily("01:20", HOUR / 3)),
    )

    assert final(denver, "2028-11-05T01:10-06:00", "2028-11-05T01:10-07:00") == [
        shift(ANA, "2028-11-05T01:20-06:00", "2028-11-05T01:40-06:00"),
    ]
    assert on_call_at(denver, at("2028-11-05T01:20-07:00")) is None


def test_the_window_of_a_skipped_new_years_eve_opens_on_new_years_day():
    kiritimati = schedule(
        "Pacific/Kiritimati",
        layer((ANA,), DAY, "1994-12-01T00:00Z", weekly(6, "15:00", 2 * HOUR)),
    )

    # Saturday 31 December 1994 did not take place there.
    assert final(kiritimati, "1995-01-01T00:00Z", "1995-01-05T00:00Z") == [
        shift(ANA, "1995-01-01T15:00+14:00", "1995-01-01T17:00+14:00"),
    ]


def test_a_window_before_a_skipped_day_may_end_late_on_the_day_after():
    apia = schedule(
        "Pacific/Apia",
        layer((ANA,), DAY, "2011-12-01T00:00Z", weekly(5, "23:00", WEEK - 2 * HOUR)),
        layer((BEN,), DAY, "2011-12-01T00:00Z", daily("23:00", DAY - HOUR)),
    )

    # Thursday's window ends on Friday at 22:00, which became Saturday at 22:00.
    assert final(apia, "2011-12-31T00:00+14:00", "2011-12-31T22:30+14:00") == [
        shift(BEN, "2011-12-31T00:00+14:00", "2011-12-31T22:00+14:00"),
    ]


# Turns


def test_before_the_virtual_start_the_rotation_runs_backwards():
    utc = schedule(
        "UTC",
        layer(
            (ANA, BEN, CEM), DAY, "2027-01-10T00:00+00:00", start="2027-01-08T00:00Z"
        ),
    )

    assert final(utc, "2027-01-07T00:00Z", "2027-01-11T00:00Z") == [
        shift(BEN, "2027-01-08T00:00Z", "2027-01-09T00:00Z"),
        shift(CEM, "2027-01-09T00:00Z", "2027-01-10T00:00Z"),
        shift(ANA, "2027-01-10T00:00Z", "2027-01-11T00:00Z"),
    ]


def test_two_turns_of_the_same_user_in_a_row_are_one_shift():
    utc = schedule("UTC", layer((ANA, ANA, BEN), DAY, "2027-01-10T00:00Z"))

    assert final(utc, "2027-01-10T00:00Z", "2027-01-13T00:00Z") == [
        shift(ANA, "2027-01-10T00:00Z", "2027-01-12T00:00Z"),
        shift(BEN, "2027-01-12T00:00Z", "2027-01-13T00:00Z"),
    ]


def test_the_rotation_goes_on_where_it_is_hidden():
    utc = schedule(
        "UTC",
        layer((ANA, BEN, CEM), DAY, "2027-01-10T00:00Z"),
        overrides=(Override(at("2027-01-10T12:00Z"), at("2027-01-12T12:00Z"), DEE),),
    )

    assert [s.user for s in final(utc, "2027-01-10T00:00Z", "2027-01-13T00:00Z")] == [
        ANA,
        DEE,
        CEM,
    ]


def test_a_layer_whose_users_are_all_gone_lets_the_lower_one_through():
    utc = schedule(
        "UTC",
        layer((ANA,), DAY, "2027-01-10T00:00Z"),
        layer((), DAY, "2027-01-10T00:00Z"),
    )

    assert on_call_at(utc, at("2027-01-11T00:00Z")) == ANA


# Restrictions


def test_windows_across_the_end_of_the_week_stay_open():
    utc = schedule(
        "UTC",
        layer((ANA,), WEEK, "2027-01-01T00:00Z", weekly(7, "22:00", 10 * HOUR)),
    )

    # 10 January 2027 is a Sunday.
    assert final(utc, "2027-01-11T00:00Z", "2027-01-17T00:00Z") == [
        shift(ANA, "2027-01-11T00:00Z", "2027-01-11T08:00Z"),
    ]


def test_overlapping_windows_are_one():
    utc = schedule(
        "UTC",
        layer(
            (ANA,),
            WEEK,
            "2027-01-01T00:00Z",
            daily("09:00", 3 * HOUR),
            daily("11:00", 2 * HOUR),
            weekly(1, "13:00", HOUR),
        ),
    )

    assert final(utc, "2027-01-11T00:00Z", "2027-01-13T00:00Z") == [
        shift(ANA, "2027-01-11T09:00Z", "2027-01-11T14:00Z"),
        shift(ANA, "2027-01-12T09:00Z", "2027-01-12T13:00Z"),
    ]


def test_the_longest_windows_leave_a_second_open():
    everyday = layer((ANA,), DAY, "2027-01-01T00:00Z", daily("06:00", DAY - SECOND))
    every_week = layer(
        (ANA,), DAY, "2027-01-01T00:00Z", weekly(3, "06:00", WEEK - SECOND)
    )
    start, end = at("2027-02-01T00:00Z"), at("2027-02-15T00:00Z")

    for only, open_seconds in ((everyday, 14), (every_week, 2)):
        shifts = final_shifts(schedule("UTC", only), start, end)
        left = gaps(shifts, start, end)
        assert [b - a for a, b in left] == [SECOND] * open_seconds


def test_weekdays_are_local_to_the_schedule():
    tokyo = schedule(
        "Asia/Tokyo",
        layer((ANA,), WEEK, "2027-01-01T00:00Z", weekly(1, "00:00", 8 * HOUR)),
    )

    # Monday morning in Tokyo is Sunday in UTC.
    assert on_call_at(tokyo, at("2027-01-10T16:00Z")) == ANA
    assert on_call_at(tokyo, at("2027-01-11T01:00Z")) is None


def test_a_weekly_restriction_without_a_weekday_is_refused():
    unclear = Restriction("weekly", time(9), HOUR)
    utc = schedule("UTC", layer((ANA,), DAY, "2027-01-01T00:00Z", unclear))

    with pytest.raises(ValueError, match="needs a weekday"):
        on_call_at(utc, at("2027-01-11T01:00Z"))


# Far away


@pytest.mark.parametrize("year", [1900, 1969, 2038, 2100, 2200, 9990])
def test_far_years_render_like_next_week(year):
    zone = ZoneInfo("Europe/Berlin")
    berlin = schedule(
        "Europe/Berlin",
        layer(
            (ANA, BEN),
            DAY,
            "2027-05-18T09:00+02:00",
            daily("08:00", 2 * HOUR),
            start="1800-01-01T00:00Z",
        ),
    )
    morning = datetime(year, 7, 5, 8, 30, tzinfo=zone)
    turn = (morning.date() - date(2027, 5, 18)).days

    shifts = final_shifts(berlin, morning, morning + DAY, overflow=True)

    hours = [(s.start.astimezone(zone).hour, s.end - s.start) for s in shifts]
    assert hours == [(8, HOUR), (9, HOUR), (8, HOUR)]
    users = [(ANA, BEN)[n % 2] for n in (turn - 1, turn, turn)]
    assert [s.user for s in shifts] == users
