"""What is wrong with who is on call: gaps, people, overrides and second bookings."""

from datetime import UTC, datetime, timedelta

import pytest

from oncall import coverage, queries
from tests import factories

START = datetime(2027, 5, 17, 9, tzinfo=UTC)
DAY = timedelta(days=1)
UNTIL = START + 14 * DAY


def concerns(acme, schedule, since=START, until=UNTIL):
    planned = queries.load(acme.account, [schedule.pk], since, until)[schedule.pk]
    subject = coverage.Subject(acme.account, planned, since, until, schedule)
    return coverage.concerns(subject)


def kinds(found):
    return [concern.kind for concern in found]


def override(schedule, person, start, end):
    return schedule.overrides.create(
        account=schedule.account,
        membership=person.membership,
        starts_at=START + start * DAY,
        ends_at=START + end * DAY,
    )


def test_a_schedule_that_is_fine_has_no_concerns(acme):
    schedule = factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership
    )

    assert concerns(acme, schedule) == []


def test_gaps_are_found_in_the_period_only(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    schedule.layers.update(ends_at=START + 10 * DAY)

    (gap,) = concerns(acme, schedule)

    assert gap.kind == "gap"
    assert gap.is_serious
    assert [(one.start, one.end) for one in gap.occasions] == [
        (START + 10 * DAY, UNTIL)
    ]
    assert concerns(acme, schedule, until=START + 10 * DAY) == []


def test_two_people_who_override_the_same_time_are_named(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    override(schedule, acme.alice, 2, 4)
    override(schedule, acme.bob, 1, 3)

    (overlap,) = concerns(acme, schedule)

    (occasion,) = overlap.occasions
    assert (occasion.start, occasion.end) == (START + 2 * DAY, START + 3 * DAY)
    # The one that was made later is on call.
    assert occasion.membership == acme.bob.membership
    assert occasion.hidden == acme.alice.membership


def test_overrides_that_touch_or_are_of_one_person_do_not_overlap(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    override(schedule, acme.alice, 1, 3)
    override(schedule, acme.alice, 2, 4)
    override(schedule, acme.bob, 4, 5)

    assert concerns(acme, schedule) == []


def test_somebody_on_two_schedules_at_once_is_named(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    other = factories.schedule(acme.account, acme.bob.membership, name="Nights")
    override(other, acme.alice, 5, 6)

    (double,) = concerns(acme, schedule)

    assert (double.kind, double.schedule, double.membership) == (
        "double",
        other,
        acme.alice.membership,
    )
    assert [(one.start, one.end) for one in double.occasions] == [
        (START + 5 * DAY, START + 6 * DAY)
    ]
    assert kinds(concerns(acme, other)) == ["double"]


@pytest.mark.parametrize("spoil", ["unverified", "disabled", "gone"])
def test_somebody_whom_no_page_reaches_is_named(acme, spoil):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    if spoil == "gone":
        acme.alice.email.delete()
    elif spoil == "disabled":
        acme.alice.membership.contact_methods.update(disabled_at=START)
    else:
        acme.alice.membership.contact_methods.update(verified_at=None)

    (concern,) = concerns(acme, schedule)

    assert (concern.kind, concern.membership) == (
        "unreachable",
        acme.alice.membership,
    )


def test_somebody_who_left_is_named_once(acme):
    schedule = factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership
    )
    acme.account.memberships.filter(pk=acme.bob.membership.pk).update(
        deactivated_at=START
    )

    (left,) = concerns(acme, schedule)

    assert (left.kind, left.membership) == ("left", acme.bob.membership)


def test_more_people_and_schedules_take_no_more_queries(
    acme, django_assert_max_num_queries
):
    people = [
        factories.person(acme.account, f"Person{number}").membership
        for number in range(12)
    ]
    schedule = factories.schedule(acme.account, *people)
    for number in range(12):
        other = factories.schedule(acme.account, *people, name=f"Other {number}")
        override(other, acme.bob, 1, 2)
    planned = queries.load(acme.account, [schedule.pk], START, UNTIL)[schedule.pk]
    subject = coverage.Subject(acme.account, planned, START, UNTIL, schedule)

    with django_assert_max_num_queries(9):
        assert len(coverage.concerns(subject)) >= 12
