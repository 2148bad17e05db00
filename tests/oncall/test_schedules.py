"""Who is on call when: the worked examples of the rules, and what they leave unsaid."""

from datetime import UTC, datetime

import pytest

from oncall.schedules import (
    Override,
    Shift,
    coverage,
    final_shifts,
    gaps,
    layer_shifts,
    next_handoff,
    on_call_at,
    override_shifts,
    shift_at,
)
from tests.oncall.rotas import (
    ANA,
    BEN,
    CEM,
    DAY,
    DEE,
    HOUR,
    WEEK,
    at,
    daily,
    final,
    layer,
    schedule,
    shift,
    weekly,
)

# The worked examples


@pytest.fixture
def berlin():
    return schedule(
        "Europe/Berlin",
        layer((ANA, BEN), DAY, "2027-05-18T09:00+02:00"),
        layer((CEM,), WEEK, "2027-05-18T09:00+02:00", daily("12:00", 2 * HOUR)),
        overrides=(
            Override(at("2027-05-20T13:00+02:00"), at("2027-05-20T15:00+02:00"), DEE),
        ),
    )


def test_example_1_a_lunch_layer_and_an_override(berlin):
    shifts = final(berlin, "2027-05-20T00:00+02:00", "2027-05-21T12:00+02:00")

    assert shifts == [
        shift(BEN, "2027-05-20T00:00+02:00", "2027-05-20T09:00+02:00"),
        shift(ANA, "2027-05-20T09:00+02:00", "2027-05-20T12:00+02:00"),
        shift(CEM, "2027-05-20T12:00+02:00", "2027-05-20T13:00+02:00"),
        shift(DEE, "2027-05-20T13:00+02:00", "2027-05-20T15:00+02:00"),
        shift(ANA, "2027-05-20T15:00+02:00", "2027-05-21T09:00+02:00"),
        shift(BEN, "2027-05-21T09:00+02:00", "2027-05-21T12:00+02:00"),
    ]


def test_example_2a_daily_turns_keep_the_time_of_day():
    sydney = schedule(
        "Australia/Sydney", layer((ANA, BEN), DAY, "2028-09-29T07:00+10:00")
    )

    shifts = final(sydney, "2028-09-30T07:00+10:00", "2028-10-02T07:00+11:00")

    assert shifts == [
        shift(BEN, "2028-09-30T07:00+10:00", "2028-10-01T07:00+11:00"),
        shift(ANA, "2028-10-01T07:00+11:00", "2028-10-02T07:00+11:00"),
    ]
    assert shifts[0].end - shifts[0].start == 23 * HOUR


def test_example_2b_turns_of_hours_are_elapsed_time():
    sydney = schedule(
        "Australia/Sydney", layer((ANA, BEN, CEM), 8 * HOUR, "2028-09-30T19:00+10:00")
    )

    assert final(sydney, "2028-09-30T19:00+10:00", "2028-10-01T20:00+11:00") == [
        shift(ANA, "2028-09-30T19:00+10:00", "2028-10-01T04:00+11:00"),
        shift(BEN, "2028-10-01T04:00+11:00", "2028-10-01T12:00+11:00"),
        shift(CEM, "2028-10-01T12:00+11:00", "2028-10-01T20:00+11:00"),
    ]


def test_example_3a_a_missing_handoff_moves_forward_by_the_gap():
    denver = schedule(
        "America/Denver", layer((ANA, BEN), DAY, "2028-03-10T02:15-07:00")
    )

    assert final(denver, "2028-03-11T02:15-07:00", "2028-03-14T02:15-06:00") == [
        shift(BEN, "2028-03-11T02:15-07:00", "2028-03-12T03:15-06:00"),
        shift(ANA, "2028-03-12T03:15-06:00", "2028-03-13T02:15-06:00"),
        shift(BEN, "2028-03-13T02:15-06:00", "2028-03-14T02:15-06:00"),
    ]


def test_example_3b_of_two_equal_times_the_first_is_the_handoff():
    denver = schedule(
        "America/Denver", layer((ANA, BEN), DAY, "2028-11-03T01:15-06:00")
    )

    assert final(denver, "2028-11-04T01:15-06:00", "2028-11-06T01:15-07:00") == [
        shift(BEN, "2028-11-04T01:15-06:00", "2028-11-05T01:15-06:00"),
        shift(ANA, "2028-11-05T01:15-06:00", "2028-11-06T01:15-07:00"),
    ]


def test_example_4_a_weekend_in_which_the_clocks_go_back():
    auckland = schedule(
        "Pacific/Auckland",
        layer(
            (ANA, BEN), WEEK, "2028-03-22T10:00+13:00", weekly(5, "18:00", 62 * HOUR)
        ),
    )
    start, end = at("2028-03-29T00:00+13:00"), at("2028-04-05T00:00+12:00")

    shifts = final_shifts(auckland, start, end)

    assert shifts == [shift(BEN, "2028-03-31T18:00+13:00", "2028-04-03T08:00+12:00")]
    assert round(coverage(shifts, start, end), 3) == 37.278


def test_example_5_windows_across_midnight_with_a_handoff_inside():
    tokyo = schedule(
        "Asia/Tokyo",
        layer(
            (ANA, BEN, ANA, CEM),
            2 * DAY,
            "2027-09-01T21:00+09:00",
            daily("20:00", 6 * HOUR),
            start="2027-09-08T12:00+09:00",
        ),
    )
    start, end = at("2027-09-08T00:00+09:00"), at("2027-09-11T00:00+09:00")

    shifts = final_shifts(tokyo, start, end)

    assert shifts == [
        shift(CEM, "2027-09-08T20:00+09:00", "2027-09-09T02:00+09:00"),
        shift(CEM, "2027-09-09T20:00+09:00", "2027-09-09T21:00+09:00"),
        shift(ANA, "2027-09-09T21:00+09:00", "2027-09-10T02:00+09:00"),
        shift(ANA, "2027-09-10T20:00+09:00", "2027-09-11T00:00+09:00"),
    ]
    assert round(coverage(shifts, start, end), 3) == 22.222


@pytest.fixture
def halifax():
    return schedule(
        "America/Halifax",
        layer(
            (ANA, BEN),
            12 * HOUR,
            "2027-03-08T08:00-04:00",
            end="2027-03-14T18:30-03:00",
        ),
    )


def test_example_6_a_layer_that_ends(halifax):
    start, end = at("2027-03-13T23:00-04:00"), at("2027-03-14T20:00-03:00")

    shifts = final_shifts(halifax, start, end)

    assert shifts == [
        shift(BEN, "2027-03-13T23:00-04:00", "2027-03-14T09:00-03:00"),
        shift(ANA, "2027-03-14T09:00-03:00", "2027-03-14T18:30-03:00"),
    ]
    assert coverage(shifts, start, end) == 92.5


def test_example_6_with_overflow_shows_the_true_start(halifax):
    start, end = "2027-03-13T23:00-04:00", "2027-03-14T20:00-03:00"

    assert final(halifax, start, end, overflow=True) == [
        shift(BEN, "2027-03-13T20:00-04:00", "2027-03-14T09:00-03:00"),
        shift(ANA, "2027-03-14T09:00-03:00", "2027-03-14T18:30-03:00"),
    ]


# Layers and overrides over each other


def test_the_last_layer_wins_and_lets_through_what_it_leaves_open():
    utc = schedule(
        "UTC",
        layer((ANA,), DAY, "2027-01-01T00:00Z"),
        layer((BEN,), DAY, "2027-01-01T00:00Z", daily("08:00", 8 * HOUR)),
        layer((CEM,), DAY, "2027-01-11T12:00Z", end="2027-01-11T14:00Z"),
    )

    assert final(utc, "2027-01-11T00:00Z", "2027-01-12T00:00Z") == [
        shift(ANA, "2027-01-11T00:00Z", "2027-01-11T08:00Z"),
        shift(BEN, "2027-01-11T08:00Z", "2027-01-11T12:00Z"),
        shift(CEM, "2027-01-11T12:00Z", "2027-01-11T14:00Z"),
        shift(BEN, "2027-01-11T14:00Z", "2027-01-11T16:00Z"),
        shift(ANA, "2027-01-11T16:00Z", "2027-01-12T00:00Z"),
    ]


def test_the_same_user_in_two_layers_has_one_shift():
    utc = schedule(
        "UTC",
        layer((ANA,), DAY, "2027-01-01T00:00Z", daily("08:00", 4 * HOUR)),
        layer((ANA,), DAY, "2027-01-01T00:00Z", daily("10:00", 4 * HOUR)),
        overrides=(Override(at("2027-01-11T14:00Z"), at("2027-01-11T15:00Z"), ANA),),
    )

    assert final(utc, "2027-01-11T00:00Z", "2027-01-12T00:00Z") == [
        shift(ANA, "2027-01-11T08:00Z", "2027-01-11T15:00Z"),
    ]


def test_of_overlapping_overrides_the_later_one_covers_only_its_part():
    older = Override(at("2027-01-11T08:00Z"), at("2027-01-11T18:00Z"), ANA)
    newer = Override(at("2027-01-11T12:00Z"), at("2027-01-11T13:00Z"), BEN)
    start, end = at("2027-01-11T00:00Z"), at("2027-01-12T00:00Z")

    utc = schedule("UTC", overrides=(older, newer))
    assert final_shifts(utc, start, end) == [
        shift(ANA, "2027-01-11T08:00Z", "2027-01-11T12:00Z"),
        shift(BEN, "2027-01-11T12:00Z", "2027-01-11T13:00Z"),
        shift(ANA, "2027-01-11T13:00Z", "2027-01-11T18:00Z"),
    ]
    assert override_shifts(utc, start, end) == final_shifts(utc, start, end)

    utc = schedule("UTC", overrides=(newer, older))
    assert final_shifts(utc, start, end) == [
        shift(ANA, "2027-01-11T08:00Z", "2027-01-11T18:00Z"),
    ]


def test_an_override_needs_neither_layers_nor_their_users():
    utc = schedule(
        "UTC",
        layer((ANA,), DAY, "2027-06-01T00:00Z"),
        overrides=(Override(at("2027-01-11T12:00Z"), at("2027-01-11T13:00Z"), DEE),),
    )

    assert on_call_at(utc, at("2027-01-11T12:30Z")) == DEE
    assert on_call_at(utc, at("2027-01-11T13:00Z")) is None


def test_an_override_that_does_not_end_after_its_start_covers_nothing():
    backwards = Override(at("2027-01-11T13:00Z"), at("2027-01-11T12:00Z"), DEE)
    empty = Override(at("2027-01-11T12:30Z"), at("2027-01-11T12:30Z"), DEE)
    utc = schedule(
        "UTC",
        layer((ANA,), DAY, "2027-01-01T00:00Z"),
        overrides=(backwards, empty),
    )

    assert on_call_at(utc, at("2027-01-11T12:30Z")) == ANA


def test_a_layer_alone_knows_neither_precedence_nor_overrides(berlin):
    base, _ = berlin.layers
    start, end = at("2027-05-20T12:00+02:00"), at("2027-05-20T18:00+02:00")

    assert layer_shifts(berlin, base, start, end) == [
        shift(ANA, "2027-05-20T12:00+02:00", "2027-05-20T18:00+02:00")
    ]
    assert layer_shifts(berlin, base, start, end, overflow=True) == [
        shift(ANA, "2027-05-20T09:00+02:00", "2027-05-21T09:00+02:00")
    ]


# Rendering


def test_with_overflow_what_merely_touches_the_period_is_left_out(berlin):
    start, end = "2027-05-20T13:00+02:00", "2027-05-20T15:00+02:00"

    assert final(berlin, start, end, overflow=True) == [
        shift(DEE, "2027-05-20T13:00+02:00", "2027-05-20T15:00+02:00")
    ]


def test_with_overflow_a_joined_shift_is_followed_through_all_its_parts():
    utc = schedule(
        "UTC",
        layer((ANA,), DAY, "2020-01-01T00:00Z", end="2027-06-01T00:00Z"),
        layer((ANA, ANA), HOUR, "2026-12-01T00:00Z", daily("08:00", HOUR)),
        overrides=(Override(at("2027-05-31T00:00Z"), at("2028-01-01T00:00Z"), ANA),),
    )

    assert final(utc, "2027-01-11T00:00Z", "2027-01-12T00:00Z", overflow=True) == [
        # Of the upper layer nothing is left after the override but its windows.
        shift(ANA, "2020-01-01T00:00Z", "2028-01-01T00:00Z"),
    ]


def test_with_overflow_shifts_inside_of_the_period_are_left_as_they_are(berlin):
    start, end = "2027-05-20T10:00+02:00", "2027-05-20T14:00+02:00"

    assert final(berlin, start, end, overflow=True) == [
        shift(ANA, "2027-05-20T09:00+02:00", "2027-05-20T12:00+02:00"),
        shift(CEM, "2027-05-20T12:00+02:00", "2027-05-20T13:00+02:00"),
        shift(DEE, "2027-05-20T13:00+02:00", "2027-05-20T15:00+02:00"),
    ]


def test_the_zone_in_which_instants_are_written_means_nothing(berlin):
    local = final(berlin, "2027-05-20T00:00+02:00", "2027-05-21T12:00+02:00")

    assert final(berlin, "2027-05-20T03:30+05:30", "2027-05-21T05:00-05:00") == local


def test_shifts_are_in_utc_so_that_they_can_be_compared_and_subtracted(berlin):
    shifts = final(berlin, "2027-05-20T00:00+02:00", "2027-05-21T12:00+02:00")

    assert {edge.tzinfo for s in shifts for edge in (s.start, s.end)} == {UTC}


@pytest.mark.parametrize("end", ["2027-05-20T00:00Z", "2027-05-19T00:00Z"])
def test_an_empty_period_has_no_shifts_and_no_coverage(berlin, end):
    start = at("2027-05-20T00:00Z")

    assert final_shifts(berlin, start, at(end), overflow=True) == []
    with pytest.raises(ValueError, match="must end after its start"):
        coverage([], start, at(end))


def test_coverage_counts_only_what_lies_in_the_period(halifax):
    start, end = at("2027-03-13T23:00-04:00"), at("2027-03-14T20:00-03:00")
    uncut = final_shifts(halifax, start, end, overflow=True)

    assert coverage(uncut, start, end) == 92.5
    assert coverage([], start, end) == 0


def test_gaps_are_what_nobody_covers(halifax):
    start, end = at("2027-03-13T23:00-04:00"), at("2027-03-14T20:00-03:00")
    shifts = final_shifts(halifax, start, end)

    assert gaps(shifts, start, end) == [(at("2027-03-14T18:30-03:00"), end)]
    assert gaps([], start, end) == [(start, end)]
    assert gaps(shifts, start, shifts[-1].end) == []


def test_a_naive_instant_is_refused(berlin):
    with pytest.raises(TypeError):
        on_call_at(berlin, datetime(2027, 5, 20))  # noqa: DTZ001


# One instant


def test_the_shift_in_force_has_its_true_start_and_end(berlin):
    found = shift_at(berlin, at("2027-05-20T14:59:59+02:00"))

    assert found == shift(DEE, "2027-05-20T13:00+02:00", "2027-05-20T15:00+02:00")


def test_at_the_end_of_a_shift_the_next_one_is_in_force(berlin):
    found = shift_at(berlin, at("2027-05-20T15:00+02:00"))

    assert found == shift(ANA, "2027-05-20T15:00+02:00", "2027-05-21T09:00+02:00")


def test_nobody_has_no_shift(halifax):
    assert shift_at(halifax, at("2027-03-14T18:30-03:00")) is None
    assert on_call_at(halifax, at("2027-03-14T18:30-03:00")) is None


def test_somebody_who_is_always_on_call_has_an_endless_shift():
    start = "1990-01-01T00:00Z"
    always = schedule("Europe/Berlin", layer((ANA,), DAY, start))
    by_windows = schedule(
        "Europe/Berlin",
        layer(
            (ANA, ANA), DAY, start, daily("00:00", 12 * HOUR), daily("12:00", 12 * HOUR)
        ),
    )

    for permanent in (always, by_windows):
        found = shift_at(permanent, at("2027-05-20T00:00Z"))
        assert found is not None
        assert found.endless
        assert (found.start, found.user) == (at(start), ANA)
        assert found.end > at("2126-01-01T00:00Z")
        assert next_handoff(permanent, at("2027-05-20T00:00Z")) is None


def test_an_override_of_many_years_has_an_end():
    long = Override(at("2001-01-01T00:00Z"), at("2051-01-01T00:00Z"), DEE)

    found = shift_at(schedule("UTC", overrides=(long,)), at("2027-05-20T00:00Z"))

    assert found == Shift(long.start, long.end, DEE)


def test_the_next_handoff_is_to_nobody_or_from_nobody_too(halifax):
    before, inside, after = (
        at("2027-03-01T00:00-04:00"),
        at("2027-03-14T09:00-03:00"),
        at("2027-03-14T18:30-03:00"),
    )

    assert next_handoff(halifax, before) == at("2027-03-08T08:00-04:00")
    assert next_handoff(halifax, inside) == after
    assert next_handoff(halifax, after) is None


def test_a_schedule_without_layers_has_nobody():
    empty = schedule("UTC")

    assert on_call_at(empty, at("2027-03-01T00:00Z")) is None
    assert next_handoff(empty, at("2027-03-01T00:00Z")) is None
    assert final(empty, "2027-03-01T00:00Z", "2028-03-01T00:00Z", overflow=True) == []
