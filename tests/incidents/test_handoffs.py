"""Notices of hand-offs: each is told once, in time, and only if it is true."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts import handoff_rules, onboarding, tenancy
from accounts.models import HandOffRule, User
from accounts.permissions import Actor
from incidents import engine, handoffs
from incidents.models import HandOff, Notification
from oncall import overrides, rotations
from oncall.handoffs import Boundary, boundaries
from oncall.models import Schedule
from tests import factories
from tests.oncall import rotas
from tests.oncall.rotas import ANA, BEN

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Alice and Bob take turns of a week; this one is Bob's, the next begins Alice's.
FRIDAY = datetime(2027, 3, 12, 12, tzinfo=UTC)
MONDAY = datetime(2027, 3, 15, tzinfo=UTC)


def rule(person, minutes: int = 1440, when: str = "start") -> HandOffRule:
    return person.membership.handoff_rules.create(
        account=person.membership.account,
        contact_method=person.email,
        when=when,
        minutes_ahead=minutes,
    )


def told(person) -> list[str]:
    found = Notification.across_accounts.filter(
        purpose="notice", contact_method=person.email
    )
    return [notice.content["subject"] for notice in found.order_by("id")]


def web(world) -> Actor:
    return Actor("web", world.alice.membership)


def override(world, schedule, person, starts_at, ends_at, at=FRIDAY):
    return overrides.create(
        schedule,
        actor=web(world),
        at=at,
        membership=person.membership,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def hands_over_at(world, schedule, hour: int, at: datetime) -> None:
    """Move the weekly hand-off to another hour of Monday, by an edit."""
    draft = rotations.draft_of(schedule)
    (layer,) = draft.layers
    start = datetime(2027, 1, 4, hour, tzinfo=UTC)
    moved = replace(layer, rotation_virtual_start=start)
    rotations.update(
        schedule, actor=web(world), at=at, draft=replace(draft, layers=(moved,))
    )


@pytest.fixture
def schedule(acme) -> Schedule:
    return factories.schedule(acme.account, acme.alice.membership, acme.bob.membership)


def test_whoever_joins_is_told_a_day_ahead_by_email(db):
    owner = User.objects.create_user("olga@example.com", name="Olga")
    account = onboarding.create_account(name="New", owner=owner, at=FRIDAY)

    (made,) = account.handoff_rules.all()

    assert handoff_rules.words(made) == "24 hours before a shift starts"
    assert made.contact_method.address == "olga@example.com"


def test_a_notice_is_sent_at_its_time_and_once(acme, schedule):
    rule(acme.alice)

    for at in (FRIDAY, MONDAY - DAY - timedelta(seconds=1)):
        engine.tick(at)
        assert told(acme.alice) == []
    for _ in range(3):
        engine.tick(MONDAY - DAY)

    (subject,) = told(acme.alice)
    assert subject == (
        "You go on call for Primary on Monday 15 March 2027, 00:00 UTC (UTC+00:00)"
    )
    assert told(acme.bob) == []


def test_a_notice_says_until_when_from_whom_and_how_to_be_covered(acme, schedule):
    rule(acme.alice)
    acme.alice.membership.time_zone = "Europe/Berlin"
    acme.alice.membership.save()

    engine.tick(MONDAY - HOUR)

    content = Notification.across_accounts.get(purpose="notice").content
    first, until, before, cover = content["lines"]
    assert "Monday 15 March 2027, 01:00 Europe/Berlin (UTC+01:00)" in first
    assert "Monday 22 March 2027, 01:00 Europe/Berlin (UTC+01:00)" in until
    assert before == "You take over from Bob."
    assert f"/schedules/{schedule.public_id}/overrides/new/?since=2027-03-15" in cover
    assert content["link"].endswith("/on-call/mine/")


def test_the_end_of_a_shift_names_who_takes_over(acme, schedule):
    rule(acme.bob, 0, "end")

    engine.tick(MONDAY - timedelta(seconds=1))
    assert told(acme.bob) == []
    engine.tick(MONDAY)

    assert told(acme.bob) == ["You are off call for Primary"]
    content = Notification.across_accounts.get(purpose="notice").content
    assert "Alice takes over." in content["lines"]


def test_the_end_of_a_shift_warns_of_a_gap(acme, schedule):
    rule(acme.bob, 60, "end")
    schedule.layers.update(ends_at=MONDAY)

    engine.tick(MONDAY - HOUR)

    content = Notification.across_accounts.get(purpose="notice").content
    assert "Nobody is on call for Primary after that." in content["lines"]


def test_a_shift_that_moves_before_its_notice_is_told_at_the_new_time_only(
    acme, schedule
):
    rule(acme.alice)
    engine.tick(FRIDAY)

    hands_over_at(acme, schedule, 9, FRIDAY)
    engine.tick(MONDAY - DAY)
    assert told(acme.alice) == []
    engine.tick(MONDAY - DAY + 9 * HOUR)

    assert ["09:00" in subject for subject in told(acme.alice)] == [True]


def test_a_shift_that_moves_after_its_notice_is_told_again_and_back_is_not(
    acme, schedule
):
    rule(acme.alice)
    engine.tick(MONDAY - DAY)

    hands_over_at(acme, schedule, 9, MONDAY - DAY + HOUR)
    engine.tick(MONDAY - DAY + 9 * HOUR)
    hands_over_at(acme, schedule, 0, MONDAY - DAY + 10 * HOUR)
    for hours in (10, 23, 24):
        engine.tick(MONDAY - DAY + hours * HOUR)

    first, second = told(acme.alice)
    assert "00:00" in first
    assert "09:00" in second


def test_an_edit_past_the_verbs_sends_nothing_that_is_not_true(acme, schedule):
    rule(acme.alice)
    engine.tick(MONDAY - DAY - timedelta(minutes=5))
    assert HandOff.across_accounts.filter(outcome="").exists()

    # By hand in the database, so that nobody asks for a new plan.
    schedule.layers.all().delete()
    engine.tick(MONDAY - DAY)

    assert told(acme.alice) == []
    assert not HandOff.across_accounts.filter(outcome="").exists()


def test_an_override_tells_who_covers_at_once_and_not_who_is_covered(acme, schedule):
    rule(acme.alice)
    rule(acme.bob)
    at = MONDAY - DAY - HOUR
    engine.tick(at)

    # Bob goes on, so nothing changes for him on Monday.
    override(acme, schedule, acme.bob, MONDAY, MONDAY + 12 * HOUR, at=at)
    engine.tick(MONDAY - DAY)
    assert told(acme.alice) == []
    engine.tick(MONDAY - DAY + 12 * HOUR)

    assert told(acme.bob) == []
    assert ["12:00" in subject for subject in told(acme.alice)] == [True]


def test_a_removed_override_gives_the_notice_back(acme, schedule):
    rule(acme.alice)
    at = MONDAY - DAY - HOUR
    covered = override(acme, schedule, acme.bob, MONDAY, MONDAY + 12 * HOUR, at=at)
    engine.tick(at)

    overrides.remove(covered, actor=web(acme), at=at)
    engine.tick(MONDAY - DAY)

    assert ["00:00" in subject for subject in told(acme.alice)] == [True]


def test_whoever_is_put_on_call_shortly_before_is_told_at_once(acme, schedule):
    rule(acme.alice)
    override(acme, schedule, acme.alice, FRIDAY + HOUR, FRIDAY + 3 * HOUR)

    engine.tick(FRIDAY)

    assert ["13:00" in subject for subject in told(acme.alice)] == [True]


def test_shifts_of_one_person_that_touch_are_one(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    rule(acme.alice)
    rule(acme.alice, 0, "end")
    override(acme, schedule, acme.alice, MONDAY, MONDAY + DAY)

    engine.tick(MONDAY - DAY)
    engine.tick(MONDAY)

    assert told(acme.alice) == []


@pytest.mark.parametrize(
    ("night", "zone"),
    [("2027-03-28", "Europe/Berlin"), ("2027-10-31", "Europe/Berlin")],
)
def test_a_day_ahead_is_24_hours_also_when_the_clocks_change(acme, night, zone):
    schedule = factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership
    )
    Schedule.across_accounts.update(time_zone=zone)
    nine = datetime.fromisoformat(f"{night}T09:00").replace(tzinfo=ZoneInfo(zone))
    starts_at = nine.astimezone(UTC)
    schedule.layers.update(
        starts_at=starts_at - 7 * DAY, rotation_virtual_start=starts_at
    )
    rule(acme.alice)
    acme.alice.membership.time_zone = zone
    acme.alice.membership.save()

    engine.tick(starts_at - DAY - timedelta(seconds=1))
    assert told(acme.alice) == []
    engine.tick(starts_at - DAY)

    offset = nine.strftime("%z")
    (subject,) = told(acme.alice)
    assert f"09:00 {zone} (UTC{offset[:3]}:{offset[3:]})" in subject


def test_after_an_outage_one_notice_speaks_for_all_that_were_missed(acme, schedule):
    for minutes in (1440, 720, 60):
        rule(acme.alice, minutes)

    engine.tick(MONDAY - timedelta(minutes=30))

    assert len(told(acme.alice)) == 1
    outcomes = HandOff.across_accounts.values_list("outcome", flat=True)
    assert sorted(outcomes) == ["repetition", "repetition", "told"]


def test_after_an_outage_a_fresh_shift_is_told_and_an_old_one_is_not(acme, schedule):
    rule(acme.alice)
    engine.tick(FRIDAY + DAY)

    engine.tick(MONDAY + HOUR)
    assert told(acme.alice) == []
    Schedule.across_accounts.update(handoffs_planned_until=None)
    HandOff.across_accounts.all().delete()
    engine.tick(MONDAY + timedelta(minutes=59))

    assert told(acme.alice) == ["You are on call for Primary"]


def test_a_new_rule_counts_at_once_and_a_removed_one_no_more(acme, schedule):
    engine.tick(MONDAY - HOUR)
    mine = Actor("web", acme.alice.membership)
    made = handoff_rules.add(
        acme.alice.email,
        when="start",
        minutes_ahead=30,
        actor=mine,
        at=MONDAY - HOUR,
    )
    engine.tick(MONDAY - HOUR)
    assert HandOff.across_accounts.filter(outcome="").count() == 1

    handoff_rules.remove(made, actor=mine, at=MONDAY - HOUR)
    engine.tick(MONDAY)

    assert told(acme.alice) == []


def test_the_same_rule_made_again_does_not_tell_again(acme, schedule):
    made = rule(acme.alice)
    engine.tick(MONDAY - DAY)
    made.delete()
    rule(acme.alice)

    engine.tick(MONDAY - DAY + HOUR)

    assert len(told(acme.alice)) == 1


def test_whoever_left_and_an_address_out_of_use_are_not_told(acme, schedule):
    rule(acme.alice)
    rule(acme.bob, 0, "end")
    acme.alice.email.disabled_at = FRIDAY
    acme.alice.email.save()
    acme.bob.membership.deactivated_at = FRIDAY
    acme.bob.membership.save()

    engine.tick(MONDAY)

    assert not Notification.across_accounts.filter(purpose="notice").exists()
    outcomes = set(HandOff.across_accounts.values_list("outcome", flat=True))
    assert outcomes == {"unreachable"}


def test_nothing_is_planned_for_a_suspended_account(acme, schedule):
    rule(acme.alice)
    acme.account.suspended_at = FRIDAY
    acme.account.save()

    engine.tick(MONDAY - DAY)

    assert not HandOff.across_accounts.exists()


def test_a_schedule_that_fails_does_not_stop_the_others_or_the_pages(acme, schedule):
    rule(acme.alice)
    broken = factories.schedule(acme.account, acme.alice.membership, name="Broken")
    Schedule.across_accounts.filter(pk=broken.pk).update(time_zone="Mars/Olympus")

    engine.tick(MONDAY - DAY)

    assert ["Primary" in subject for subject in told(acme.alice)] == [True]
    broken.refresh_from_db()
    # It steps aside for some minutes.
    assert broken.handoffs_planned_until is not None
    handoffs.sweep(MONDAY - DAY + timedelta(minutes=4))
    later = broken.handoffs_planned_until
    broken.refresh_from_db()
    assert broken.handoffs_planned_until == later


def test_a_planned_schedule_is_left_alone_for_an_hour(acme, schedule):
    rule(acme.alice)
    handoffs.sweep(FRIDAY)
    schedule.refresh_from_db()
    planned = schedule.handoffs_planned_until

    handoffs.sweep(FRIDAY + HOUR)
    schedule.refresh_from_db()
    assert schedule.handoffs_planned_until == planned
    handoffs.sweep(FRIDAY + HOUR + timedelta(seconds=1))
    schedule.refresh_from_db()

    assert schedule.handoffs_planned_until > planned


def test_an_idle_sweep_asks_few_questions(acme, django_assert_max_num_queries):
    for number in range(30):
        factories.schedule(acme.account, acme.alice.membership, name=str(number))
    for _ in range(30):
        handoffs.sweep(FRIDAY)
    assert not Schedule.across_accounts.filter(handoffs_planned_until=None).exists()

    # Three questions, and what opens and closes two transactions.
    with django_assert_max_num_queries(14):
        handoffs.sweep(FRIDAY)


@pytest.mark.django_db(transaction=True)
def test_two_engines_at_once_tell_once():
    with tenancy.all_accounts():
        world = _world_of_two()
    start = threading.Barrier(4)

    def run() -> None:
        start.wait()
        handoffs.sweep(MONDAY - DAY)
        connection.close()

    engines = [threading.Thread(target=run) for _ in range(4)]
    for one in engines:
        one.start()
    for one in engines:
        one.join(timeout=30)

    # What a busy row kept one engine from, the next tick does.
    handoffs.sweep(MONDAY - DAY)
    with tenancy.all_accounts():
        assert len(told(world)) == 1
        assert HandOff.across_accounts.filter(outcome="told").count() == 1


def _world_of_two() -> factories.Person:
    account = factories.account("Acme")
    alice = factories.person(account, "Alice")
    bob = factories.person(account, "Bob")
    factories.schedule(account, alice.membership, bob.membership)
    rule(alice)
    return alice


def test_boundaries_are_where_somebody_comes_or_goes():
    layer = rotas.layer((ANA, BEN), rotas.DAY, "2027-03-27T09:00+01:00")
    berlin = rotas.schedule("Europe/Berlin", layer)

    found = list(
        boundaries(
            berlin,
            rotas.at("2027-03-28T09:00+02:00"),
            rotas.at("2027-03-29T09:00+02:00"),
        )
    )

    # After 23 hours, for the clocks went forward; the end is not within the range.
    change = rotas.at("2027-03-28T09:00+02:00")
    assert found == [Boundary(change, ANA, "end"), Boundary(change, BEN, "start")]
