"""When support hours are on, and how urgent an incident is then."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import support_hours, urgencies
from incidents.support_hours import SupportHours
from tests.factories import NOON

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = SupportHours(BERLIN, frozenset({1, 2, 3, 4, 5}), time(9), time(17))
NIGHTS = SupportHours(BERLIN, frozenset({5}), time(22), time(6))
ALWAYS = SupportHours(BERLIN, frozenset(range(1, 8)), time(0), time(0))


def berlin(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    local = datetime(year, month, day, hour, minute, second, tzinfo=BERLIN)
    return local.astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "at", "is_on"),
    [
        (OFFICE, berlin(2027, 3, 8, 8, 59, 59), False),
        (OFFICE, berlin(2027, 3, 8, 9), True),
        (OFFICE, berlin(2027, 3, 8, 16, 59, 59), True),
        (OFFICE, berlin(2027, 3, 8, 17), False),
        (OFFICE, berlin(2027, 3, 7, 12), False),
        # Over midnight: Friday's hours reach into Saturday, and no other day's do.
        (NIGHTS, berlin(2027, 3, 12, 23), True),
        (NIGHTS, berlin(2027, 3, 13, 5, 59), True),
        (NIGHTS, berlin(2027, 3, 13, 6), False),
        (NIGHTS, berlin(2027, 3, 12, 5), False),
        (ALWAYS, berlin(2027, 3, 13, 0), True),
        (SupportHours(BERLIN, frozenset(), time(9), time(17)), NOON, False),
    ],
)
def test_hours_are_half_open_and_belong_to_the_day_they_begin_on(hours, at, is_on):
    assert support_hours.are_on(hours, at) is is_on


def test_hours_that_begin_in_a_gap_begin_by_its_size_later():
    # In Berlin, 28 March 2027 has no 02:00 to 03:00.
    sunday = SupportHours(BERLIN, frozenset({7}), time(2, 30), time(5))

    assert support_hours.next_start(sunday, berlin(2027, 3, 28, 0)) == berlin(
        2027, 3, 28, 3, 30
    )


def test_hours_that_begin_at_a_time_that_comes_twice_begin_at_the_first():
    sunday = SupportHours(BERLIN, frozenset({7}), time(2, 30), time(5))

    assert support_hours.next_start(sunday, berlin(2027, 10, 31, 0)) == berlin(
        2027, 10, 31, 2, 30
    )


def test_the_next_start_is_a_later_one():
    friday = berlin(2027, 3, 12, 9)

    assert support_hours.next_start(OFFICE, friday) == berlin(2027, 3, 15, 9)
    assert support_hours.next_change(OFFICE, friday) == berlin(2027, 3, 12, 17)


def test_hours_that_never_end_never_begin():
    assert support_hours.next_start(ALWAYS, NOON) is None
    assert support_hours.next_change(ALWAYS, NOON) is None


@given(
    at=st.datetimes(
        datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(2029, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo"]),
    days=st.sets(st.integers(1, 7), min_size=1),
    start=st.times().map(lambda t: t.replace(microsecond=0)),
    end=st.times().map(lambda t: t.replace(microsecond=0)),
)
def test_hours_change_at_their_next_change_and_not_before(at, zone, days, start, end):
    hours = SupportHours(ZoneInfo(zone), frozenset(days), start, end)
    change = support_hours.next_change(hours, at)

    if change is None:
        return
    assert change > at
    assert support_hours.are_on(hours, change) != support_hours.are_on(hours, at)
    begins = support_hours.next_start(hours, at)
    assert begins is not None
    assert support_hours.are_on(hours, begins)


def keeps_hours(service, **fields):
    """Let the service be high in office hours and low outside of them."""
    known = {
        "urgency_rule": "use_support_hours",
        "support_time_zone": "Europe/Berlin",
        "support_days": [1, 2, 3, 4, 5],
        "support_start": time(9),
        "support_end": time(17),
        **fields,
    }
    for name, value in known.items():
        setattr(service, name, value)
    service.save()
    return service


@pytest.mark.parametrize(
    ("rule", "severity", "urgency"),
    [
        ("high", "info", "high"),
        ("low", "critical", "low"),
        ("severity_based", "critical", "high"),
        ("severity_based", "error", "high"),
        ("severity_based", "warning", "low"),
        ("severity_based", "info", "low"),
        ("severity_based", "", "high"),
    ],
)
def test_the_rule_decides_the_urgency(acme, rule, severity, urgency):
    acme.service.urgency_rule = rule

    assert urgencies.of(acme.service, severity, at=NOON) == urgency


def test_support_hours_decide_by_the_time(acme):
    service = keeps_hours(acme.service, urgency_out_of_hours="severity_based")

    assert urgencies.of(service, "info", at=berlin(2027, 3, 10, 12)) == "high"
    assert urgencies.of(service, "info", at=berlin(2027, 3, 10, 20)) == "low"
    assert urgencies.of(service, "error", at=berlin(2027, 3, 10, 20)) == "high"
