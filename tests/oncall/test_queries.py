"""Who is on call and whom a level pages, as the engine and the pages ask for it."""

from datetime import timedelta

from accounts.models import Membership
from oncall import escalation, queries
from tests import factories
from tests.factories import NOON


def override(schedule, member: Membership, hours: int = 2):
    return schedule.account.schedule_overrides.create(
        schedule=schedule,
        membership=member,
        starts_at=NOON - timedelta(hours=1),
        ends_at=NOON + timedelta(hours=hours),
    )


def leaves(member: Membership) -> None:
    member.deactivated_at = NOON
    member.save()


def level(*targets: escalation.Target) -> escalation.Level:
    return escalation.Level(timedelta(minutes=30), targets)


def user(member: Membership) -> escalation.Target:
    return escalation.Target("user", member.pk)


def on(schedule) -> escalation.Target:
    return escalation.Target("schedule", schedule.pk)


def test_the_member_whose_turn_it_is_is_on_call(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)

    found = queries.on_call(acme.account, [schedule.pk], NOON)

    assert found == {schedule.pk: acme.alice.membership}


def test_an_override_that_runs_is_on_call_and_one_that_is_over_is_not(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    override(schedule, acme.bob.membership)

    during = queries.on_call(acme.account, [schedule.pk], NOON)
    after = queries.on_call(acme.account, [schedule.pk], NOON + timedelta(hours=2))

    assert during == {schedule.pk: acme.bob.membership}
    assert after == {schedule.pk: acme.alice.membership}


def test_nobody_is_on_call_for_an_empty_schedule_or_after_leaving(acme):
    empty = factories.schedule(acme.account, name="Empty")
    left = factories.schedule(acme.account, acme.bob.membership)
    leaves(acme.bob.membership)

    found = queries.on_call(acme.account, [empty.pk, left.pk], NOON)

    assert found == {empty.pk: None, left.pk: None}


def test_a_schedule_of_another_account_is_not_seen(acme, globex):
    theirs = factories.schedule(globex.account, globex.mallory.membership)

    assert queries.load(acme.account, [theirs.pk]) == {}
    assert queries.on_call(acme.account, [theirs.pk], NOON) == {theirs.pk: None}
    assert queries.people_of(acme.account, level(on(theirs)), NOON) == []


def test_more_schedules_do_not_take_more_queries(acme, django_assert_num_queries):
    for number in range(6):
        schedule = factories.schedule(
            acme.account, acme.alice.membership, name=f"Schedule {number}"
        )
        override(schedule, acme.bob.membership)
    ids = [schedule.pk for schedule in acme.account.schedules.all()]

    with django_assert_num_queries(4):
        queries.load(acme.account, ids, NOON, NOON + timedelta(days=1))
    with django_assert_num_queries(5):
        queries.on_call(acme.account, ids, NOON)


def test_a_level_reaches_its_people_and_who_is_on_call_with_the_reason(acme):
    schedule = factories.schedule(acme.account, acme.bob.membership)

    reached = queries.people_of(
        acme.account, level(user(acme.alice.membership), on(schedule)), NOON
    )

    assert reached == [
        queries.Reached(acme.alice.membership, {}),
        queries.Reached(
            acme.bob.membership,
            {"schedule": "Primary", "schedule_id": schedule.public_id},
        ),
    ]


def test_a_member_who_is_named_twice_is_reached_once(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)

    reached = queries.people_of(
        acme.account, level(on(schedule), user(acme.alice.membership)), NOON
    )

    assert [found.membership for found in reached] == [acme.alice.membership]
    assert reached[0].reason["schedule"] == "Primary"


def test_who_left_and_what_was_deleted_since_the_snapshot_is_passed_over(acme):
    gone = factories.schedule(acme.account, acme.alice.membership, name="Gone")
    targets = level(
        on(gone), user(acme.bob.membership), escalation.Target("user", 999_999_999)
    )
    gone.delete()
    leaves(acme.bob.membership)

    assert queries.people_of(acme.account, targets, NOON) == []


def test_many_levels_take_as_many_queries_as_one(acme, django_assert_num_queries):
    first = factories.schedule(acme.account, acme.alice.membership, name="First")
    second = factories.schedule(acme.account, acme.bob.membership, name="Second")

    with django_assert_num_queries(5):
        reached = queries.people_of_levels(
            acme.account, [level(on(first)), level(on(second)), level()], NOON
        )

    names = [[found.membership.name for found in people] for people in reached]
    assert names == [["Alice"], ["Bob"], []]


def test_a_level_of_people_alone_takes_one_query(acme, django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.people_of(acme.account, level(user(acme.alice.membership)), NOON)


def test_a_plan_is_a_snapshot_of_the_policy(acme, django_assert_num_queries):
    schedule = factories.schedule(acme.account, acme.bob.membership)
    policy = factories.policy(
        acme.account,
        [acme.alice.membership],
        [schedule, acme.bob.membership],
        name="Payments",
        delay=5,
        repeats=2,
    )

    with django_assert_num_queries(3):
        plan = queries.plan_of(policy)

    assert (plan.policy_id, plan.name, plan.repeats) == (policy.pk, "Payments", 2)
    assert [level.delay for level in plan.levels] == [timedelta(minutes=5)] * 2
    assert [target.name for target in plan.levels[1].targets] == ["Primary", "Bob"]
    assert escalation.Plan.from_json(plan.as_json()) == plan


def test_a_policy_of_another_account_has_no_plan(acme, globex):
    assert queries.plans_of(acme.account, [globex.policy.pk]) == {}


def test_shifts_name_their_people_also_those_who_left(acme):
    schedule = factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership
    )
    leaves(acme.bob.membership)
    since, until = NOON, NOON + timedelta(days=7)

    loaded = queries.load(acme.account, [schedule.pk], since, until)[schedule.pk]
    found = queries.shifts(acme.account, loaded, since, until)

    assert [shift.membership.name for shift in found] == ["Bob", "Alice"]
    assert (found[0].start, found[-1].end) == (since, until)
    assert not found[0].membership.is_active
