"""What a time has come for, and what is found when it was lost."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.permissions import Actor
from incidents import actions, auditor, engine, quarantine
from incidents.models import Incident, TimelineEntry
from tests import factories
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def incident(acme) -> Incident:
    actor = Actor("web", acme.alice.membership)
    return actions.open_incident(acme.service, actor=actor, at=NOON, title="Down")


def after(incident: Incident, **length: int) -> Incident:
    engine.tick(incident.created_at + timedelta(**length))
    incident.refresh_from_db()
    return incident


def test_nothing_happens_before_its_time(incident):
    assert after(incident, minutes=29).level == 1


def test_an_unanswered_incident_goes_to_the_second_level(incident):
    fresh = after(incident, minutes=30)
    assert (fresh.level, fresh.escalate_at) == (2, NOON + 60 * MINUTE)


def test_a_policy_repeats_as_often_as_it_says(acme):
    policy = factories.policy(
        acme.account, [acme.alice.membership], name="Loop", repeats=1
    )
    service = factories.service(acme.account, policy, name="Search")
    actor = Actor("web", acme.alice.membership)
    incident = actions.open_incident(service, actor=actor, at=NOON, title="Down")

    assert after(incident, minutes=30).round == 1
    assert after(incident, minutes=60).exhausted_at == NOON + 60 * MINUTE


@pytest.mark.promise(9)
def test_when_the_policy_ends_the_owners_are_told(acme, incident):
    for minutes in (30, 60):
        after(incident, minutes=minutes)

    assert incident.exhausted_at == NOON + 60 * MINUTE
    assert incident.escalate_at is None
    alarm = incident.notifications.get(purpose="alarm")
    assert alarm.membership == acme.alice.membership


@pytest.mark.promise(9)
def test_a_level_that_reaches_nobody_is_skipped_at_once(acme):
    silent = factories.person(acme.account, "Silent")
    silent.email.delete()
    policy = factories.policy(
        acme.account, [silent.membership], [acme.bob.membership], name="Gap"
    )
    service = factories.service(acme.account, policy, name="Search")
    actor = Actor("web", acme.alice.membership)
    incident = actions.open_incident(service, actor=actor, at=NOON, title="Down")

    assert incident.level == 2
    skipped = incident.timeline.get(verb="level_skipped")
    assert skipped.details == {"level": 1}


def test_an_acknowledgement_that_was_left_lying_pages_again(acme, incident):
    actions.acknowledge(incident, actor=Actor("sms", acme.bob.membership), at=NOON)
    assert after(incident, minutes=29).status == "acknowledged"
    assert after(incident, minutes=30).status == "triggered"


def test_an_incident_resolves_itself_where_the_service_says_so(acme):
    acme.service.auto_resolve_timeout = timedelta(hours=4)
    acme.service.save()
    actor = Actor("web", acme.alice.membership)
    incident = actions.open_incident(acme.service, actor=actor, at=NOON, title="Down")
    assert after(incident, hours=4).status == "resolved"


def test_a_deleted_policy_does_not_end_a_running_chain(acme, incident):
    acme.policy.rules.all().delete()
    assert after(incident, minutes=30).level == 2


@pytest.mark.promise(6)
def test_a_chain_that_lost_its_next_step_is_repaired_and_says_so(incident):
    Incident.across_accounts.update(escalate_at=None)

    findings = auditor.audit(NOON + MINUTE)

    assert findings.repaired == 1
    assert incident.timeline.filter(verb="repaired").exists()
    assert after(incident, minutes=1).level == 2
    assert auditor.audit(NOON + MINUTE).repaired == 0


@pytest.mark.promise(7)
def test_an_incident_whose_step_keeps_failing_steps_aside_and_moves_on(acme, incident):
    actor = Actor("web", acme.alice.membership)
    healthy = actions.open_incident(acme.service, actor=actor, at=NOON, title="Other")
    good = incident.plan
    broken: dict[str, object] = {"levels": [{"targets": [{}]}, {"targets": [{}]}]}
    Incident.across_accounts.filter(pk=incident.pk).update(plan=broken)

    at = NOON + 30 * MINUTE
    for _ in range(quarantine.PATIENCE):
        engine.tick(at)
        incident.refresh_from_db()
        at = incident.escalate_at

    healthy.refresh_from_db()
    assert healthy.level == 2
    assert incident.timeline.filter(verb="repaired").exists()
    assert incident.level == 2
    assert good != incident.plan


def test_the_engine_lives_by_the_clock_of_the_database(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        assert engine.now() >= cursor.fetchone()[0]


def test_a_timeline_cannot_be_rewritten(incident):
    with pytest.raises(Exception, match="permission denied"):
        TimelineEntry.across_accounts.update(verb="resolve")
