"""What the engine lost is found and repaired; what cannot be worked steps aside."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor
from incidents import actions, auditor, engine, health, opening, paging, quarantine
from incidents.models import Assignment, Incident, Notification
from tests import factories
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
TOOL = Actor("event", name="Tool")


@pytest.fixture
def incident(acme) -> Incident:
    return actions.open_incident(acme.service, actor=TOOL, at=NOON, title="Down")


def pages(incident: Incident) -> list[tuple[int, int, str]]:
    found = incident.notifications.filter(purpose="page").order_by("delay_minutes")
    return list(found.values_list("episode", "delay_minutes", "status"))


@pytest.mark.promise(6)
def test_row_6_pages_that_were_lost_are_planned_again(acme, incident):
    factories.rule(acme.alice.email, 15)
    second = actions.open_incident(acme.service, actor=TOOL, at=NOON, title="Two")
    incident.notifications.all().delete()
    second.notifications.filter(delay_minutes=15).delete()

    assert auditor.audit(NOON + MINUTE).repaired == 2

    assert (1, 0, "planned") in pages(incident)
    assert pages(second) == [(1, 0, "planned"), (1, 15, "planned")]
    late = second.notifications.get(delay_minutes=15)
    assert late.send_at == NOON + 15 * MINUTE
    assert incident.timeline.filter(verb="repaired").exists()
    assert auditor.audit(NOON + MINUTE).repaired == 0


@pytest.mark.promise(6)
def test_row_6_pages_that_are_there_are_left_alone(acme, incident):
    incident.notifications.update(status="sent", sent_at=NOON)
    assert auditor.audit(NOON + MINUTE).repaired == 0
    assert pages(incident) == [(1, 0, "sent")]


@pytest.mark.promise(6)
def test_row_6_lost_pages_of_what_was_answered_stay_lost(acme, incident):
    actions.acknowledge(incident, actor=Actor("web", acme.bob.membership), at=NOON)
    incident.notifications.all().delete()
    assert auditor.audit(NOON + MINUTE).repaired == 0
    assert pages(incident) == []


@pytest.mark.promise(6)
def test_row_6_a_page_whose_people_are_lost_too_is_given_up_and_goes_on(incident):
    incident.notifications.all().delete()
    Assignment.across_accounts.all().delete()
    assert auditor.audit(NOON + MINUTE).repaired == 1
    assert auditor.audit(NOON + MINUTE).repaired == 0
    engine.tick(NOON + 30 * MINUTE)
    incident.refresh_from_db()
    assert incident.level == 2


@pytest.mark.promise(6)
def test_row_6_a_delivery_that_was_moved_far_away_is_due_again(incident):
    Notification.across_accounts.update(send_at=NOON + timedelta(days=2))
    assert auditor.audit(NOON + MINUTE).repaired == 1
    assert incident.notifications.get().send_at == NOON + MINUTE
    assert incident.timeline.filter(verb="repaired").exists()


@pytest.mark.promise(6)
def test_row_6_a_page_of_a_late_rule_is_not_moved(acme, incident):
    acme.alice.email.notification_rules.update(delay_minutes=120)
    late = actions.open_incident(acme.service, actor=TOOL, at=NOON, title="Late")
    assert auditor.audit(NOON + MINUTE).repaired == 0
    assert late.notifications.get().send_at == NOON + 120 * MINUTE


@pytest.mark.promise(6)
def test_row_6_a_low_urgency_incident_of_which_nobody_was_told_is_repaired(acme):
    low = actions.open_incident(
        acme.service, actor=TOOL, at=NOON, title="Disk", urgency="low"
    )
    low.notifications.all().delete()
    assert auditor.audit(NOON + MINUTE).repaired == 1
    assert pages(low) == [(1, 0, "planned")]


@pytest.mark.promise(6)
def test_row_6_a_low_urgency_incident_whose_pages_failed_goes_on(acme):
    incident = actions.open_incident(
        acme.service, actor=TOOL, at=NOON, title="Slow", urgency="low"
    )
    incident.notifications.update(status="failed")

    auditor.audit(NOON + MINUTE)
    engine.tick(NOON + MINUTE)

    incident.refresh_from_db()
    assert incident.level == 2
    assert incident.notifications.filter(status="planned").exists()


@pytest.mark.promise(6)
def test_row_6_operators_see_what_was_repaired(incident):
    assert [line.is_good for line in health.repairs()] == [True]
    incident.timeline.create(
        account=incident.account, verb="repaired", at=engine.now(), via="engine"
    )
    (line,) = health.repairs()
    assert (line.value, line.is_good) == ("1", False)


def opened(world, count: int) -> list[Incident]:
    drafts = [opening.Draft(f"Down {n}", "high") for n in range(count)]
    return opening.open_many(world.service, drafts, actor=TOOL, at=NOON)


def poison(incident: Incident) -> None:
    broken: dict[str, object] = {"levels": [{"targets": [{}]}, {"targets": [{}]}]}
    Incident.across_accounts.filter(pk=incident.pk).update(plan=broken)


def until_quarantined(incident: Incident, column: str) -> None:
    """Tick as often as it takes to lose patience with one timer."""
    for _ in range(quarantine.PATIENCE):
        at = getattr(incident, column)
        engine.tick(at)
        incident.refresh_from_db()


@pytest.mark.promise(7)
def test_row_7_a_poison_row_in_a_batch_keeps_no_other_from_its_step(acme):
    first, *healthy = opened(acme, 9)
    poison(first)
    engine.tick(NOON + 30 * MINUTE)
    for incident in healthy:
        incident.refresh_from_db()
    assert {incident.level for incident in healthy} == {2}
    first.refresh_from_db()
    assert (first.level, first.failures) == (1, 1)


@pytest.mark.promise(7)
def test_row_7_an_escalation_that_keeps_failing_ends_with_the_owners(acme, incident):
    poison(incident)
    until_quarantined(incident, "escalate_at")
    assert incident.level == 2
    until_quarantined(incident, "escalate_at")
    assert incident.exhausted_at is not None
    assert incident.escalate_at is None
    alarm = incident.notifications.get(purpose="alarm")
    assert alarm.membership == acme.alice.membership


@pytest.mark.promise(7)
@pytest.mark.parametrize("column", ["snoozed_until", "acknowledgement_expires_at"])
def test_row_7_a_rest_whose_end_keeps_failing_ends_all_the_same(acme, incident, column):
    actions.acknowledge(incident, actor=Actor("web", acme.bob.membership), at=NOON)
    timers = {"acknowledgement_expires_at": None, column: NOON + MINUTE}
    Incident.across_accounts.update(**timers)
    good = incident.plan
    poison(incident)
    incident.refresh_from_db()
    until_quarantined(incident, column)
    assert (incident.status, getattr(incident, column)) == ("triggered", None)

    Incident.across_accounts.update(plan=good)
    engine.tick(incident.escalate_at)
    incident.refresh_from_db()
    assert incident.level == 2


@pytest.mark.promise(7)
def test_row_7_operators_are_told_of_a_quarantine(incident, caplog):
    poison(incident)
    until_quarantined(incident, "escalate_at")
    assert "Quarantined escalate_at" in caplog.text
    entry = incident.timeline.get(verb="repaired")
    assert entry.details == {"what": "escalate_at", "quarantined": True}


@pytest.mark.promise(7)
def test_row_7_a_sweep_that_fails_keeps_no_other_from_its_work(incident, caplog):
    def broken(at) -> int:
        raise RuntimeError("broken")

    assert engine.tick(NOON + 30 * MINUTE, (broken, *engine.SWEEPS)) == 1
    assert "The sweep broken failed" in caplog.text


def test_a_whole_batch_steps_in_one_go(acme, django_assert_max_num_queries):
    opened(acme, 50)
    with django_assert_max_num_queries(45):
        engine.escalate_due(NOON + 30 * MINUTE)
    assert set(acme.account.incidents.values_list("level", "episode", "pages")) == {
        (2, 2, 1)
    }


def test_the_policies_of_a_batch_end_together(acme):
    opened(acme, 5)
    for minutes in (30, 60):
        engine.tick(NOON + minutes * MINUTE)
    assert set(acme.account.incidents.values_list("exhausted_at", flat=True)) == {
        NOON + 60 * MINUTE
    }
    assert acme.account.notifications.filter(purpose="alarm").count() == 5


def test_a_batch_that_reaches_nobody_is_looked_at_again(acme):
    opened(acme, 4)
    nobody = {"levels": [], "name": "Gone"}
    Incident.across_accounts.update(unreached_at=NOON, plan=nobody)
    at = NOON + 30 * MINUTE
    engine.tick(at)
    due = acme.account.incidents.values_list("escalate_at", flat=True)
    assert set(due) == {at + paging.LOOK_AGAIN}
    # They were told when it began.
    assert not acme.account.notifications.filter(purpose="alarm").exists()
