"""Subscribers are told what is written to them, and nobody else is."""

import pytest
from django.db import ProgrammingError

from accounts.permissions import Actor, NotPermitted
from incidents import actions, delivery, states, status_updates
from incidents.models import Incident
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(acme) -> Actor:
    return Actor("web", acme.alice.membership)


@pytest.fixture
def incident(acme) -> Incident:
    return actions.open_incident(
        acme.service, actor=Actor("event"), at=NOON, title="Checkout is down"
    )


@pytest.fixture
def team(acme):
    """Carol and Dan, who left."""
    team = acme.account.teams.create(name="Support")
    gone = factories.person(acme.account, "Dan", deactivated_at=NOON)
    for person in (factories.person(acme.account, "Carol"), gone):
        acme.account.team_memberships.create(team=team, membership=person.membership)
    return team


def post(incident, actor, message="We are on it", **fields):
    return status_updates.post(
        incident, actor=actor, at=NOON, message=message, **fields
    )


def told(incident: Incident) -> list[tuple[str, str]]:
    rows = incident.notifications.filter(purpose="notice").order_by("id")
    return [(row.membership.name, row.kind) for row in rows]


def test_subscribers_and_the_teams_active_members_are_told_once(
    acme, incident, alice, team
):
    carol = acme.account.memberships.get(user__name="Carol")
    status_updates.subscribe(
        incident,
        actor=alice,
        at=NOON,
        people=[acme.bob.membership, carol],
        teams=[team],
    )

    update = post(incident, alice, subject="Payments are slow")

    assert sorted(told(incident)) == [("Bob", "email"), ("Carol", "email")]
    assert (update.message, update.sender) == ("We are on it", alice.user)
    entry = incident.timeline.get(verb="status_update")
    assert (entry.details["text"], entry.details["told"]) == ("We are on it", 2)


def test_a_team_is_whoever_is_in_it_when_the_update_is_posted(
    acme, incident, alice, team
):
    status_updates.subscribe(incident, actor=alice, at=NOON, teams=[team])
    acme.account.team_memberships.create(team=team, membership=acme.bob.membership)

    post(incident, alice)

    assert sorted(told(incident)) == [("Bob", "email"), ("Carol", "email")]


def test_each_update_is_a_message_of_its_own(acme, incident, alice):
    status_updates.subscribe(
        incident, actor=alice, at=NOON, people=[acme.bob.membership]
    )

    post(incident, alice, "First")
    post(incident, alice, "Second")

    assert told(incident) == [("Bob", "email")] * 2


def test_who_has_no_e_mail_gets_one_other_message(acme, incident, alice):
    acme.bob.email.delete()
    for kind in ("sms", "voice"):
        factories.contact(acme.bob.membership, kind, "+4915112345678")
    status_updates.subscribe(
        incident, actor=alice, at=NOON, people=[acme.bob.membership]
    )

    post(incident, alice)

    assert told(incident) == [("Bob", "sms")]


def test_the_mail_leads_to_the_incident_behind_the_sign_in(
    acme, incident, alice, mailoutbox
):
    status_updates.subscribe(
        incident, actor=alice, at=NOON, people=[acme.bob.membership]
    )
    post(incident, alice, "We are on it\n\nNext news at 13:00")

    delivery.deliver_due(lambda: NOON)

    mail = next(m for m in mailoutbox if m.to == [acme.bob.email.address])
    assert mail.subject == "[#1 Triggered] Status update: Checkout is down"
    for words in ("We are on it", "Next news at 13:00", "Written by Alice"):
        assert words in mail.body
    assert f"/incidents/{incident.public_id}" in mail.body
    assert "/r/" not in mail.body


def test_notices_do_not_fill_the_timeline(acme, incident, alice, mailoutbox):
    status_updates.subscribe(
        incident, actor=alice, at=NOON, people=[acme.bob.membership]
    )
    post(incident, alice)

    delivery.deliver_due(lambda: NOON)

    names = [e.membership.name for e in incident.timeline.filter(verb="notified")]
    assert names == ["Alice"]
    assert incident.notifications.get(purpose="notice").status == "sent"


def test_an_empty_update_is_refused(incident, alice):
    with pytest.raises(states.NotAllowed, match="empty"):
        post(incident, alice, "  ")
    assert not incident.status_updates.exists()


def test_an_update_stays_as_it_was_written(incident, alice):
    update = post(incident, alice)
    update.message = "We never said so"

    with pytest.raises(ProgrammingError, match="permission denied"):
        update.save()


def test_an_observer_subscribes_themselves_and_nobody_else(acme, incident):
    oscar = factories.person(acme.account, "Oscar", "observer").membership
    by = Actor("web", oscar)

    status_updates.subscribe(incident, actor=by, at=NOON, people=[oscar])

    assert status_updates.recipients(incident) == [oscar]
    with pytest.raises(NotPermitted):
        status_updates.subscribe(
            incident, actor=by, at=NOON, people=[acme.bob.membership]
        )
    with pytest.raises(NotPermitted):
        post(incident, by)


def test_subscribing_twice_is_told_in_words(acme, incident, alice):
    people = [acme.bob.membership]
    status_updates.subscribe(incident, actor=alice, at=NOON, people=people)

    with pytest.raises(states.NotAllowed, match="subscribed already"):
        status_updates.subscribe(incident, actor=alice, at=NOON, people=people)


def test_who_unsubscribes_is_told_nothing_more(acme, incident, alice):
    status_updates.subscribe(
        incident, actor=alice, at=NOON, people=[acme.bob.membership]
    )

    status_updates.unsubscribe(
        incident.subscribers.get(), actor=Actor("web", acme.bob.membership), at=NOON
    )
    post(incident, alice)

    assert told(incident) == []
    assert incident.timeline.filter(verb="unsubscribed").exists()


def test_an_observer_unsubscribes_nobody_else(acme, incident, alice):
    status_updates.subscribe(
        incident, actor=alice, at=NOON, people=[acme.bob.membership]
    )
    oscar = factories.person(acme.account, "Oscar", "observer").membership

    with pytest.raises(NotPermitted):
        status_updates.unsubscribe(
            incident.subscribers.get(), actor=Actor("web", oscar), at=NOON
        )
