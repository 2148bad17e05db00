"""The verbs, each with what it refuses."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor, NotPermitted
from incidents import actions, changes, states, timers
from incidents.models import Incident, Notification
from tests import factories
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def alice(acme) -> Actor:
    return Actor("web", acme.alice.membership)


@pytest.fixture
def incident(acme, alice) -> Incident:
    return actions.open_incident(
        acme.service, actor=alice, at=NOON, title="Checkout is down"
    )


def pages(incident: Incident, status: str = "planned") -> list[tuple[str, str]]:
    rows = incident.notifications.filter(purpose="page", status=status)
    return sorted((row.membership.name, row.kind) for row in rows)


def verbs(incident: Incident) -> list[str]:
    return [entry.verb for entry in incident.timeline.order_by("id")]


def test_an_opened_incident_pages_its_first_level(acme, incident):
    assert incident.number == 1
    assert incident.status == "triggered"
    assert incident.escalate_at == NOON + 30 * MINUTE
    assert pages(incident) == [("Alice", "email")]
    assert verbs(incident) == ["trigger", "level_started"]
    assert [a.membership for a in incident.assignments.all()] == [acme.alice.membership]


def test_an_observer_may_not_open_an_incident(acme):
    oscar = factories.person(acme.account, "Oscar", role="observer")

    with pytest.raises(NotPermitted):
        actions.open_incident(
            acme.service, actor=Actor("web", oscar.membership), at=NOON, title="No"
        )


def test_numbers_are_dense_in_an_account(acme, globex, alice):
    first = actions.open_incident(acme.service, actor=alice, at=NOON, title="One")
    second = actions.open_incident(acme.service, actor=alice, at=NOON, title="Two")
    other = actions.open_incident(
        globex.service,
        actor=Actor("web", globex.mallory.membership),
        at=NOON,
        title="Theirs",
    )
    assert (first.number, second.number, other.number) == (1, 2, 1)


def test_an_acknowledgement_stops_the_escalation_and_the_pages(acme, incident, alice):
    factories.rule(acme.alice.email, 15)

    fresh = actions.acknowledge(incident, actor=alice, at=NOON + MINUTE)

    assert fresh.status == "acknowledged"
    assert fresh.escalate_at is None
    assert fresh.acknowledgement_expires_at == NOON + 31 * MINUTE
    assert pages(fresh) == []
    assert pages(fresh, "cancelled") == [("Alice", "email")]


def test_a_resolved_incident_cannot_be_acknowledged(incident, alice):
    actions.resolve(incident, actor=alice, at=NOON)

    with pytest.raises(states.NotAllowed, match="cannot acknowledge a resolved"):
        actions.acknowledge(incident, actor=alice, at=NOON)


def test_an_escalation_hands_the_incident_to_the_next_level(acme, incident, alice):
    fresh = actions.escalate(incident, actor=alice, at=NOON + MINUTE)

    assert fresh.level == 2
    assert [a.membership for a in fresh.assignments.all()] == [acme.bob.membership]
    assert pages(fresh) == [("Bob", "email")]
    assert pages(fresh, "cancelled") == [("Alice", "email")]


def test_an_escalation_past_the_last_level_is_refused(incident, alice):
    actions.escalate(incident, actor=alice, at=NOON)

    with pytest.raises(states.NotAllowed, match="No further level"):
        actions.escalate(incident, actor=alice, at=NOON)


def test_a_low_urgency_incident_does_not_escalate(acme, alice):
    incident = actions.open_incident(
        acme.service, actor=alice, at=NOON, title="Disk", urgency="low"
    )
    assert incident.escalate_at is None
    with pytest.raises(states.NotAllowed, match="low-urgency"):
        actions.escalate(incident, actor=alice, at=NOON)


def test_raising_the_urgency_starts_the_paging(acme, alice):
    incident = actions.open_incident(
        acme.service, actor=alice, at=NOON, title="Disk", urgency="low"
    )
    fresh = actions.change_urgency(
        incident, actor=alice, at=NOON + MINUTE, urgency="high"
    )
    assert fresh.escalate_at == NOON + 31 * MINUTE
    urgencies = fresh.notifications.filter(status="planned")
    assert [row.urgency for row in urgencies] == ["high"]


def test_an_unacknowledged_incident_pages_its_level_again(acme, incident, alice):
    actions.acknowledge(incident, actor=alice, at=NOON)

    fresh = actions.unacknowledge(incident, actor=alice, at=NOON + MINUTE)

    assert fresh.status == "triggered"
    assert fresh.level == 1
    assert fresh.escalate_at == NOON + 31 * MINUTE
    assert pages(fresh) == [("Alice", "email")]


def test_whoever_acknowledged_is_paged_again_after_the_timeout(acme, incident):
    actions.acknowledge(
        incident, actor=Actor("sms", acme.bob.membership), at=NOON + MINUTE
    )
    fresh = timers.expire_acknowledgement(incident, at=NOON + 31 * MINUTE)

    assert pages(fresh) == [("Alice", "email"), ("Bob", "email")]


def test_a_reassigned_incident_pages_only_the_new_person(acme, incident, alice):
    fresh = actions.reassign(
        incident, actor=alice, at=NOON, people=[acme.bob.membership]
    )
    assert pages(fresh) == [("Bob", "email")]
    assert fresh.level == 0


def test_a_reassignment_to_nobody_is_refused_and_changes_nothing(incident, alice):
    with pytest.raises(states.NotAllowed, match="to whom"):
        actions.reassign(incident, actor=alice, at=NOON)
    incident.refresh_from_db()
    assert verbs(incident) == ["trigger", "level_started"]


def test_a_snoozed_incident_rests_and_then_pages_again(incident, alice):
    until = NOON + timedelta(hours=1)
    fresh = actions.snooze(incident, actor=alice, at=NOON, until=until)
    assert (fresh.status, fresh.snoozed_until) == ("acknowledged", until)

    fresh = timers.end_snooze(incident, at=until)
    assert (fresh.status, fresh.snoozed_until) == ("triggered", None)
    assert pages(fresh) == [("Alice", "email")]


@pytest.mark.parametrize("length", [timedelta(0), timedelta(days=7, seconds=1)])
def test_a_snooze_out_of_bounds_is_refused(incident, alice, length):
    with pytest.raises(states.NotAllowed, match="seven days"):
        actions.snooze(incident, actor=alice, at=NOON, until=NOON + length)


def test_a_reopened_incident_starts_its_policy_again(incident, alice):
    actions.escalate(incident, actor=alice, at=NOON)
    actions.resolve(incident, actor=alice, at=NOON)

    fresh = actions.reopen(incident, actor=alice, at=NOON + MINUTE)

    assert (fresh.status, fresh.level, fresh.resolved_at) == ("triggered", 1, None)
    assert pages(fresh) == [("Alice", "email")]


def test_a_merge_moves_the_alerts_and_resolves_the_sources(acme, incident, alice):
    other = actions.open_incident(acme.service, actor=alice, at=NOON, title="Again")
    factories.alert(other, "k")
    actions.merge(incident, actor=alice, at=NOON, sources=[other])

    other.refresh_from_db()
    assert other.status == "resolved"
    assert other.merged_into == incident
    assert incident.alerts.get().status == "triggered"


def test_an_incident_cannot_be_merged_into_itself(incident, alice):
    with pytest.raises(states.NotAllowed, match="Choose other"):
        actions.merge(incident, actor=alice, at=NOON, sources=[incident])


def test_an_empty_note_is_refused_and_a_real_one_kept(incident, alice):
    with pytest.raises(states.NotAllowed, match="empty"):
        actions.add_note(incident, actor=alice, at=NOON, text="  ")
    actions.add_note(incident, actor=alice, at=NOON, text=" Rolled back ")
    assert incident.timeline.first().details == {"text": "Rolled back"}


def test_with_nobody_to_page_the_incident_opens_and_the_owners_are_told(acme, alice):
    empty = factories.schedule(acme.account, name="Nobody")
    policy = factories.policy(acme.account, [empty], name="Empty")
    service = factories.service(acme.account, policy, name="Search")

    incident = actions.open_incident(service, actor=alice, at=NOON, title="Down")

    assert incident.unreached_at == NOON
    told = incident.notifications.get()
    assert (told.purpose, told.membership) == ("alarm", acme.alice.membership)
    assert "Nobody could be paged" in told.content["subject"]
    assert "nobody_reached" in verbs(incident)


def test_an_unreached_incident_pages_as_soon_as_somebody_is_on_call(acme, alice):
    primary = factories.schedule(acme.account)
    policy = factories.policy(acme.account, [primary], name="Empty")
    service = factories.service(acme.account, policy, name="Search")
    incident = actions.open_incident(service, actor=alice, at=NOON, title="Down")
    factories.layer(primary, acme.bob.membership)

    assert incident.escalate_at is not None
    fresh = timers.step(changes.lock(incident), at=incident.escalate_at)

    assert fresh.unreached_at is None
    assert pages(fresh) == [("Bob", "email")]
    assert Notification.across_accounts.filter(purpose="alarm").count() == 1
