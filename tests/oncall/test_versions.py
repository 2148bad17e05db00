"""Edits of a schedule leave the past as it was, and every version can come back."""

from datetime import UTC, datetime, time, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Actor, NotPermitted
from oncall import overrides, queries, rotations, schedules, versions
from oncall.models import ScheduleVersion
from oncall.refusals import NotAllowed
from tests import factories
from tests.factories import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = datetime(2027, 3, 1, 8, tzinfo=UTC)
FAR = (START - 10 * DAY, NOON + 60 * DAY)


def by(person):
    return Actor("api", person.membership)


def layer(*people, turn=DAY, **fields):
    return rotations.Layer(
        **{
            "starts_at": START,
            "rotation_virtual_start": START,
            "turn_length": turn,
            "people": tuple(person.membership for person in people),
            **fields,
        }
    )


def draft(*layers, zone="Europe/Berlin", name="Primary"):
    return rotations.Draft(name, zone, layers)


def create(acme, *layers):
    return rotations.create(
        acme.account, actor=by(acme.alice), at=NOON, draft=draft(*layers)
    )


def update(acme, schedule, at, *layers, zone="Europe/Berlin", **options):
    return rotations.update(
        schedule,
        actor=by(acme.alice),
        at=at,
        draft=draft(*layers, zone=zone),
        **options,
    )


def loaded(schedule, since=None, until=None):
    return queries.load(schedule.account, [schedule.pk], since, until)[schedule.pk]


def shifts(schedule, since, until):
    return schedules.final_shifts(loaded(schedule), since, until)


def who(schedule, at):
    return queries.on_call(schedule.account, [schedule.pk], at)[schedule.pk]


def test_the_first_version_answers_the_time_before_it_was_made(acme):
    schedule = create(acme, layer(acme.alice))

    assert who(schedule, START) == acme.alice.membership
    (first,) = versions.of(schedule)
    assert (first.number, first.effective_at, first.by) == (
        1,
        None,
        acme.alice.membership,
    )
    assert first.summary == "Created"


def test_an_edit_counts_from_now_on(acme):
    schedule = create(acme, layer(acme.alice))

    edited = update(acme, schedule, NOON, layer(acme.bob))

    assert who(edited, NOON - timedelta(seconds=1)) == acme.alice.membership
    assert who(edited, NOON) == acme.bob.membership
    assert [(s.start, s.end, s.user) for s in shifts(edited, START, NOON + HOUR)] == [
        (START, NOON, acme.alice.membership.pk),
        (NOON, NOON + HOUR, acme.bob.membership.pk),
    ]


def test_a_shift_that_an_edit_leaves_alone_stays_one(acme):
    schedule = create(acme, layer(acme.alice))

    edited = update(acme, schedule, NOON, layer(acme.alice, name="Renamed"))

    shift = schedules.shift_at(loaded(edited), NOON)
    assert shift is not None
    assert (shift.start, shift.endless) == (START, True)


def test_a_schedule_that_was_never_remembered_keeps_its_past_too(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)

    edited = update(acme, schedule, NOON, layer(acme.bob))

    assert who(edited, NOON - HOUR) == acme.alice.membership
    assert [version.number for version in versions.of(edited)] == [2, 1]


def test_a_layer_that_was_removed_is_still_there_in_the_past(acme):
    schedule = create(acme, layer(acme.alice), layer(acme.bob, name="Nights"))
    low, _ = rotations.draft_of(schedule).layers

    edited = update(acme, schedule, NOON, low)

    assert who(edited, NOON - HOUR) == acme.bob.membership
    assert who(edited, NOON) == acme.alice.membership


def test_an_edit_may_count_from_later_on_and_is_planned_until_then(acme):
    schedule = create(acme, layer(acme.alice))
    later = NOON + 2 * DAY

    edited = update(acme, schedule, NOON, layer(acme.bob), effective_at=later)

    assert who(edited, NOON + DAY) == acme.alice.membership
    assert who(edited, later) == acme.bob.membership
    planned, first = versions.of(edited)
    assert planned.is_planned(NOON)
    assert not planned.is_in_force(NOON)
    assert first.is_in_force(NOON)
    assert planned.is_in_force(later)
    assert not planned.is_planned(later)


def test_a_planned_edit_is_replaced_by_the_next_one(acme):
    schedule = create(acme, layer(acme.alice))
    planned = update(acme, schedule, NOON, layer(acme.bob), effective_at=NOON + 2 * DAY)

    edited = update(acme, planned, NOON + DAY, layer(acme.alice, name="Again"))

    assert who(edited, NOON + 3 * DAY) == acme.alice.membership
    assert [version.was_replaced for version in versions.of(edited)] == [
        False,
        True,
        False,
    ]
    assert not any(found.is_planned(NOON + DAY) for found in versions.of(edited))


def test_a_later_plan_leaves_an_earlier_one_in_force(acme):
    schedule = create(acme, layer(acme.alice))
    update(acme, schedule, NOON, layer(acme.bob), effective_at=NOON + DAY)

    edited = update(
        acme, schedule, NOON, layer(acme.alice), effective_at=NOON + 2 * DAY
    )

    found = [who(edited, NOON + n * DAY) for n in range(3)]
    assert [member.name for member in found] == ["Alice", "Bob", "Alice"]


def test_the_past_cannot_be_chosen(acme):
    schedule = create(acme, layer(acme.alice))

    with pytest.raises(ValidationError, match="The past is not changed"):
        update(acme, schedule, NOON, layer(acme.bob), effective_at=NOON - HOUR)

    assert who(schedule, NOON) == acme.alice.membership
    assert len(versions.of(schedule)) == 1


def test_an_edit_of_an_older_version_than_the_newest_is_refused(acme):
    schedule = create(acme, layer(acme.alice))
    update(acme, schedule, NOON, layer(acme.bob), based_on=1)

    with pytest.raises(NotAllowed, match="Somebody else has changed Primary"):
        update(acme, schedule, NOON + HOUR, layer(acme.alice), based_on=1)

    assert who(schedule, NOON + HOUR) == acme.bob.membership
    update(acme, schedule, NOON + HOUR, layer(acme.alice), based_on=2)
    assert who(schedule, NOON + HOUR) == acme.alice.membership


def test_a_version_comes_back_from_now_on_as_a_new_one(acme):
    window = schedules.Restriction("weekly", time(18), 62 * HOUR, 5)
    schedule = create(
        acme, layer(acme.alice), layer(acme.bob, restrictions=(window,), turn=7 * DAY)
    )
    update(acme, schedule, NOON, layer(acme.bob), zone="Asia/Tokyo")

    restored = versions.restore(schedule, 1, actor=by(acme.alice), at=NOON + DAY)

    third, second, first = versions.of(restored)
    assert (third.number, third.effective_at) == (3, NOON + DAY)
    assert first.draft.layers[1].restrictions == (window,)
    assert restored.time_zone == "Europe/Berlin"
    assert who(restored, NOON) == acme.bob.membership
    period = (NOON + DAY, NOON + 30 * DAY)
    assert schedules.final_shifts(loaded(restored), *period) == schedules.final_shifts(
        rotations.as_schedule(first.draft), *period
    )
    assert second.draft.time_zone == "Asia/Tokyo"


def test_a_version_that_is_not_there_cannot_come_back(acme, globex):
    schedule = create(acme, layer(acme.alice))

    with pytest.raises(ScheduleVersion.DoesNotExist):
        versions.restore(schedule, 7, actor=by(acme.alice), at=NOON)
    with pytest.raises(NotPermitted):
        versions.restore(schedule, 1, actor=by(acme.bob), at=NOON)


def test_the_past_keeps_the_wall_clock_of_its_zone(acme):
    nine = schedules.Restriction("daily", time(9), HOUR)
    windows = layer(acme.alice, restrictions=(nine,))
    schedule = create(acme, windows)

    edited = update(acme, schedule, NOON, windows, zone="Asia/Tokyo")

    found = shifts(edited, NOON - DAY, NOON + 2 * DAY)
    assert [shift.start.hour for shift in found] == [8, 0, 0]


def test_overrides_hold_over_every_version(acme):
    schedule = create(acme, layer(acme.alice))
    overrides.create(
        schedule,
        actor=by(acme.alice),
        at=NOON,
        membership=acme.bob.membership,
        starts_at=NOON - HOUR,
        ends_at=NOON + HOUR,
    )

    edited = update(acme, schedule, NOON, layer(acme.alice, name="Renamed"))

    bob, alice = acme.bob.membership.pk, acme.alice.membership.pk
    found = shifts(edited, NOON - 2 * HOUR, NOON + 2 * HOUR)
    assert [shift.user for shift in found] == [alice, bob, alice]
    assert (found[1].start, found[1].end) == (NOON - HOUR, NOON + HOUR)


def test_summaries_say_what_changed(acme):
    schedule = create(acme, layer(acme.alice))
    (stays,) = rotations.draft_of(schedule).layers
    update(acme, schedule, NOON, stays, layer(acme.bob), zone="Asia/Tokyo")
    low, high = rotations.draft_of(schedule).layers
    update(acme, schedule, NOON, high, low)
    update(acme, schedule, NOON, layer(acme.bob))
    update(acme, schedule, NOON, *rotations.draft_of(schedule).layers)

    assert [version.summary for version in versions.of(schedule)][::-1] == [
        "Created",
        "Time zone is Asia/Tokyo; Bob joined; 1 layer added",
        "Time zone is Europe/Berlin; Order of the layers changed",
        "Alice left; 1 layer added; 2 layers removed",
        "Nothing changed",
    ]


def test_edits_do_not_take_more_queries(acme, django_assert_num_queries):
    ids = []
    for number in range(4):
        schedule = factories.schedule(
            acme.account, acme.alice.membership, name=f"Schedule {number}"
        )
        for day in range(number):
            update(acme, schedule, NOON + day * DAY, layer(acme.bob))
        ids.append(schedule.pk)

    with django_assert_num_queries(5):
        queries.load(acme.account, ids)
    with django_assert_num_queries(6):
        queries.on_call(acme.account, ids, NOON - HOUR)
    with django_assert_num_queries(5):
        # Nobody asks for the past: versions are not even looked for.
        queries.on_call(acme.account, ids, NOON + 9 * DAY)


def test_versions_that_were_replaced_before_are_not_loaded(acme):
    schedule = create(acme, layer(acme.alice))
    for day in range(5):
        update(acme, schedule, NOON + day * DAY, layer(acme.bob))

    found = loaded(schedule, since=NOON + 3 * DAY, until=NOON + 4 * DAY)

    assert [layer.start for layer in found.layers] == [NOON + 3 * DAY, NOON + 4 * DAY]


def test_a_version_is_never_changed(acme):
    create(acme, layer(acme.alice))

    with pytest.raises(Exception, match="permission denied"):
        ScheduleVersion.across_accounts.update(number=9)


def test_the_migration_gives_what_is_there_its_first_version(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedule_restrictions.create(
        layer=schedule.layers.get(),
        kind="daily",
        start_time=time(9),
        duration=8 * HOUR,
    )
    before = shifts(schedule, *FAR)
    migration = import_module("oncall.migrations.0003_first_versions")

    with connection.schema_editor(atomic=False) as editor:
        migration._remember(apps, editor)
    update(acme, schedule, FAR[1], layer(acme.bob))

    assert shifts(schedule, *FAR) == before


LAYERS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["alice", "bob"]), min_size=1, max_size=3),
        st.sampled_from([5 * HOUR, DAY, 7 * DAY]),
        st.integers(-50, 200),
        st.one_of(st.none(), st.integers(1, 300)),
        st.one_of(st.none(), st.integers(0, 23)),
    ),
    max_size=2,
)
EDITS = st.lists(
    st.tuples(
        LAYERS,
        st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "America/Denver"]),
        # Hours until the edit, until it counts (none: at once), what it does.
        st.integers(0, 90),
        st.one_of(st.none(), st.integers(0, 120)),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def drawn(acme, found):
    people, turn, start, length, opens = found
    starts_at = START + start * HOUR
    windows = () if opens is None else (opens,)
    return layer(
        *(acme.people[name] for name in people),
        turn=turn,
        starts_at=starts_at,
        rotation_virtual_start=starts_at - 3 * HOUR,
        ends_at=None if length is None else starts_at + length * HOUR,
        restrictions=tuple(
            schedules.Restriction("daily", time(hour), 7 * HOUR) for hour in windows
        ),
    )


@settings(
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(LAYERS, EDITS)
def test_the_past_before_any_edit_is_the_past_after_it(acme, first, edits):
    schedule = create(acme, *(drawn(acme, found) for found in first))
    at = NOON
    for layers, zone, wait, delay, restores in edits:
        at += wait * HOUR
        effective_at = None if delay is None else at + delay * HOUR
        counts = at if restores else effective_at or at
        before = shifts(schedule, FAR[0], counts)

        if restores:
            versions.restore(schedule, 1, actor=by(acme.alice), at=at)
        else:
            wanted = (drawn(acme, found) for found in layers)
            update(acme, schedule, at, *wanted, zone=zone, effective_at=effective_at)

        assert shifts(schedule, FAR[0], counts) == before
