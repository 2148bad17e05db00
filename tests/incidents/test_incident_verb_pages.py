"""The buttons and forms by which people act on an incident."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from tests.incidents.pages import act, fresh, opened, says


def test_reading_changes_nothing(acme, alice):
    incident = opened(acme)

    for verb in ("acknowledge", "resolve", "escalate", "reassign", "snooze", "merge"):
        assert alice.get(f"/incidents/{incident.number}/{verb}/").status_code == 200

    assert fresh(incident).status == "triggered"


def test_acknowledging_twice_is_harmless(acme, alice):
    incident = opened(acme)

    act(alice, incident, "acknowledge")
    response = act(alice, incident, "acknowledge")

    assert "You did this" in says(response)
    assert incident.timeline.filter(verb="acknowledge").count() == 1


def test_who_was_faster_is_named(acme, alice):
    incident = opened(acme)
    actions.acknowledge(
        incident,
        actor=Actor("sms", acme.bob.membership),
        at=timezone.now() - timedelta(seconds=5),
    )

    response = act(alice, incident, "acknowledge")

    assert "Bob acknowledged this 5 s ago" in says(response)
    assert "acknowledged" in says(response)


def test_a_resolved_incident_can_be_undone(acme, alice):
    incident = opened(acme)

    response = act(alice, incident, "resolve", note="It was the cable")

    assert fresh(incident).status == "resolved"
    assert "Undo" in says(response)
    assert "It was the cable" in says(response)
    act(alice, incident, "reopen")
    assert fresh(incident).status == "triggered"


def test_a_verb_that_does_not_apply_says_so(acme, alice):
    incident = opened(acme)
    act(alice, incident, "resolve")

    response = act(alice, incident, "escalate")

    assert "cannot escalate a resolved incident" in says(response)


def test_a_responder_snoozes_until_tomorrow_morning_of_their_own_zone(acme, alice):
    member = acme.alice.membership
    member.time_zone = "Asia/Kathmandu"
    member.save()
    incident = opened(acme)

    act(alice, incident, "snooze", length="tomorrow")

    until = fresh(incident).snoozed_until
    assert until is not None
    assert (until.hour, until.minute) == (3, 15)


@pytest.mark.parametrize("until", ["", "2001-01-01T10:00", "2999-01-01T10:00", "soon"])
def test_a_snooze_until_an_odd_time_is_refused_kindly(acme, alice, until):
    incident = opened(acme)

    response = act(alice, incident, "snooze", length="custom", until=until)

    assert response.status_code == 422
    assert fresh(incident).snoozed_until is None


def test_an_incident_is_reassigned_to_people_or_to_a_policy(acme, alice):
    incident = opened(acme)

    act(alice, incident, "reassign", people=[acme.bob.membership.public_id])
    assert [a.membership.name for a in incident.assignments.all()] == ["Bob"]

    act(alice, incident, "reassign", policy=acme.policy.public_id)
    assert [a.membership.name for a in incident.assignments.all()] == ["Alice"]


def test_nobody_of_another_account_can_be_given_an_incident(acme, globex, alice):
    incident = opened(acme)
    stranger = globex.mallory.membership.public_id

    response = act(alice, incident, "reassign", people=[stranger])

    assert response.status_code == 422
    assert [a.membership.name for a in incident.assignments.all()] == ["Alice"]


def test_priority_urgency_and_title_change(acme, alice):
    incident = opened(acme)
    priority = acme.account.priorities.get(name="P1")

    act(alice, incident, "priority", priority=priority.public_id)
    act(alice, incident, "urgency", urgency="low")
    text = says(act(alice, incident, "title", title="Checkout is slow"))

    changed = fresh(incident)
    assert (changed.priority, changed.urgency) == (priority, "low")
    assert changed.title == "Checkout is slow"
    assert "Alice set the priority to P1" in text
    assert "Alice changed the urgency from High to Low" in text


def test_an_incident_is_merged_into_another(acme, alice):
    first, second = opened(acme, "First"), opened(acme, "Second")

    response = act(alice, second, "merge", into=first.number)

    assert response.redirect_chain[-1][0] == f"/incidents/{first.number}/"
    assert fresh(second).merged_into == first


def test_merging_into_nothing_keeps_what_was_typed(acme, alice):
    incident = opened(acme)

    response = act(alice, incident, "merge", into=999)

    assert response.status_code == 422
    assert "There is no incident #999" in says(response)
    assert 'value="999"' in says(response)


@pytest.mark.parametrize("verb", ["acknowledge", "resolve", "note", "escalate"])
def test_an_observer_cannot_act(acme, olga, verb):
    incident = opened(acme)

    response = act(olga, incident, verb, text="x")

    assert response.status_code == 403
    assert fresh(incident).status == "triggered"


def test_an_observer_sees_no_dead_buttons(acme, olga):
    incident = opened(acme)

    text = says(olga.get(f"/incidents/{incident.number}/"))

    assert "Observers can read, not act" in text
    assert "/acknowledge/" not in text


def test_an_unknown_verb_is_not_there(acme, alice):
    incident = opened(acme)

    assert act(alice, incident, "explode").status_code == 404


def test_an_empty_note_is_refused(acme, alice):
    incident = opened(acme)

    assert act(alice, incident, "note", text="  ").status_code == 422
    assert not incident.timeline.filter(verb="add_note").exists()
