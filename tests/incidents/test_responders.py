"""Members ask others to help, who are told until they answer."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor, NotPermitted
from incidents import actions, delivery, leases, responders, results, states
from incidents.models import Incident
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def alice(acme) -> Actor:
    return Actor("web", acme.alice.membership)


@pytest.fixture
def bob(acme) -> Actor:
    return Actor("sms", acme.bob.membership)


@pytest.fixture
def incident(acme) -> Incident:
    return actions.open_incident(
        acme.service, actor=Actor("event"), at=NOON, title="Checkout is down"
    )


@pytest.fixture
def asked(acme, incident, alice):
    return responders.ask(
        incident,
        actor=alice,
        at=NOON,
        people=[acme.bob.membership],
        message="I need a second pair of eyes",
    ).responders[0]


def requests(incident: Incident) -> list[tuple[str, str, int, str]]:
    rows = incident.notifications.filter(purpose="request").order_by("id")
    return [(n.membership.name, n.kind, n.delay_minutes, n.status) for n in rows]


def verbs(incident: Incident) -> list[str]:
    return [entry.verb for entry in incident.timeline.order_by("id")]


def test_who_is_asked_is_told_by_their_rules_for_high_urgency(acme, incident, alice):
    factories.contact(acme.bob.membership, "sms", "+4915112345678", delays=(5,))
    acme.bob.membership.notification_rules.filter(urgency="low").delete()

    outcome = responders.ask(
        incident, actor=alice, at=NOON, people=[acme.bob.membership], message=" Help "
    )

    assert requests(incident) == [
        ("Bob", "email", 0, "planned"),
        ("Bob", "sms", 5, "planned"),
    ]
    assert (outcome.request.message, outcome.remarks) == ("Help", [])
    assert outcome.responders[0].state == "pending"
    entry = incident.timeline.get(verb="responders_asked")
    assert (entry.details["to"], entry.membership) == (["Bob"], alice.user)


def test_a_request_leaves_the_escalation_alone(acme, incident, asked):
    fresh = Incident.across_accounts.get(pk=incident.pk)

    assert fresh.escalate_at == incident.escalate_at
    assert [row.membership for row in fresh.assignments.all()] == [
        acme.alice.membership
    ]


def test_a_policy_stands_for_whom_its_first_level_reaches(acme, incident, alice):
    carol = factories.person(acme.account, "Carol")
    ghost = factories.person(acme.account, "Ghost")
    ghost.email.delete()
    policy = factories.policy(
        acme.account, [ghost.membership], [carol.membership], name="Database"
    )

    outcome = responders.ask(incident, actor=alice, at=NOON, policies=[policy])

    (one,) = outcome.responders
    assert (one.membership, one.policy) == (carol.membership, policy)


def test_a_policy_that_reaches_nobody_is_refused_in_words(acme, incident, alice):
    policy = factories.policy(acme.account, name="Empty")

    with pytest.raises(states.NotAllowed, match="Empty reaches nobody now"):
        responders.ask(incident, actor=alice, at=NOON, policies=[policy])


def test_nobody_is_refused(incident, alice):
    with pytest.raises(states.NotAllowed, match="Choose whom to ask"):
        responders.ask(incident, actor=alice, at=NOON)


def test_asking_twice_is_told_in_words(acme, incident, alice, bob, asked):
    people = [acme.bob.membership]
    with pytest.raises(states.NotAllowed, match="Bob was asked already"):
        responders.ask(incident, actor=alice, at=NOON, people=people)

    responders.accept(asked, actor=bob, at=NOON)
    with pytest.raises(states.NotAllowed, match="Bob is helping already"):
        responders.ask(incident, actor=alice, at=NOON, people=people)


def test_others_are_asked_although_one_was_already(acme, incident, alice, asked):
    carol = factories.person(acme.account, "Carol").membership

    outcome = responders.ask(
        incident, actor=alice, at=NOON, people=[acme.bob.membership, carol]
    )

    assert [each.membership for each in outcome.responders] == [carol]
    assert outcome.remarks == ["Bob was asked already and has not answered yet."]


def test_whoever_declined_can_be_asked_again(acme, incident, alice, bob, asked):
    responders.decline(asked, actor=bob, at=NOON)

    responders.ask(
        incident, actor=alice, at=NOON + MINUTE, people=[acme.bob.membership]
    )

    assert requests(incident) == [
        ("Bob", "email", 0, "cancelled"),
        ("Bob", "email", 0, "planned"),
    ]


def test_who_has_no_contact_method_is_asked_on_the_page_and_named(
    acme, incident, alice
):
    acme.bob.email.delete()

    outcome = responders.ask(
        incident, actor=alice, at=NOON, people=[acme.bob.membership]
    )

    assert outcome.responders[0].state == "pending"
    assert outcome.remarks == ["Bob has no working contact method; tell them yourself."]


def test_an_observer_neither_asks_nor_is_asked(acme, incident, alice):
    oscar = factories.person(acme.account, "Oscar", "observer").membership
    with pytest.raises(NotPermitted):
        responders.ask(
            incident,
            actor=Actor("web", oscar),
            at=NOON,
            people=[acme.bob.membership],
        )

    with pytest.raises(states.NotAllowed, match="Oscar may not respond"):
        responders.ask(incident, actor=alice, at=NOON, people=[oscar])


def test_accepting_ends_the_messages_and_is_told(incident, bob, asked):
    joined = responders.accept(asked, actor=bob, at=NOON + MINUTE)

    assert (joined.state, joined.answered_at) == ("joined", NOON + MINUTE)
    assert requests(incident) == [("Bob", "email", 0, "cancelled")]
    entry = incident.timeline.get(verb="responder_joined")
    assert (entry.membership, entry.via) == (bob.user, "sms")


def test_an_answer_counts_once(bob, asked):
    responders.accept(asked, actor=bob, at=NOON)

    with pytest.raises(states.NotAllowed, match="answered already: accepted"):
        responders.decline(asked, actor=bob, at=NOON)


def test_declining_tells_the_requester(acme, incident, bob, asked):
    declined = responders.decline(asked, actor=bob, at=NOON)

    assert declined.state == "declined"
    notice = incident.notifications.get(purpose="notice")
    assert notice.membership == acme.alice.membership
    assert notice.content["subject"] == "Bob cannot help with #1 Checkout is down"
    assert "responder_declined" in verbs(incident)


def test_only_who_was_asked_answers(alice, asked):
    for answer in (responders.accept, responders.decline):
        with pytest.raises(NotPermitted, match="Only the person who was asked"):
            answer(asked, actor=alice, at=NOON)


def test_the_requester_takes_a_request_back(acme, incident, alice, bob, asked):
    carol = Actor("web", factories.person(acme.account, "Carol").membership)
    with pytest.raises(NotPermitted, match="Only the requester"):
        responders.cancel(asked, actor=carol, at=NOON)

    cancelled = responders.cancel(asked, actor=alice, at=NOON)

    assert cancelled.state == "user_cancelled"
    assert requests(incident) == [("Bob", "email", 0, "cancelled")]
    with pytest.raises(states.NotAllowed, match="was taken back"):
        responders.accept(asked, actor=bob, at=NOON)


def test_a_manager_takes_a_request_of_another_back(acme, asked):
    max_ = Actor("web", factories.person(acme.account, "Max", "manager").membership)

    assert responders.cancel(asked, actor=max_, at=NOON).state == "user_cancelled"


def test_a_resolved_incident_needs_no_help(acme, incident, alice, bob, asked):
    actions.resolve(incident, actor=alice, at=NOON)

    assert requests(incident) == [("Bob", "email", 0, "cancelled")]
    with pytest.raises(states.NotAllowed, match="no more help is needed"):
        responders.accept(asked, actor=bob, at=NOON)
    with pytest.raises(states.NotAllowed, match="no more help is needed"):
        responders.ask(incident, actor=alice, at=NOON, people=[acme.bob.membership])


def test_an_acknowledgement_does_not_call_a_request_off(incident, alice, asked):
    actions.acknowledge(incident, actor=alice, at=NOON)

    assert requests(incident) == [("Bob", "email", 0, "planned")]


def test_a_request_is_sent_while_it_waits_and_not_afterwards(
    acme, incident, bob, asked, mailoutbox
):
    factories.contact(acme.bob.membership, "email", "bob2@acme.example")
    delivery.deliver_due(lambda: NOON)
    mail = next(m for m in mailoutbox if m.to == [acme.bob.email.address])

    assert mail.subject == "[#1 Help asked] Alice: Checkout is down"
    assert "I need a second pair of eyes" in mail.body
    assert "/r/" in mail.body
    row = incident.notifications.get(purpose="request")
    responders.accept(asked, actor=bob, at=NOON)
    incident.notifications.filter(pk=row.pk).update(status="planned", send_at=NOON)
    assert leases.lease(NOON) == []
    row.refresh_from_db()
    assert row.status == "cancelled"


def test_a_failed_text_lets_the_next_rule_fire_now(acme, incident, alice):
    acme.bob.email.delete()
    factories.contact(acme.bob.membership, "sms", "+4915112345678", delays=(0,))
    factories.contact(acme.bob.membership, "voice", "+4915112345678", delays=(10,))
    responders.ask(incident, actor=alice, at=NOON, people=[acme.bob.membership])
    first = incident.notifications.get(purpose="request", kind="sms")

    results.not_sent(first, "unreachable", at=NOON, is_permanent=True)

    second = incident.notifications.get(purpose="request", kind="voice")
    assert second.send_at == NOON
