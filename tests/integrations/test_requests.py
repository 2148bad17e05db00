"""Requests for help are answered by text, by call and by link."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, delivery, letters, responders
from integrations import gsm
from integrations.channels import sms
from tests import factories
from tests.integrations.test_replies import PHONE, with_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(acme):
    return actions.open_incident(
        acme.service, actor=Actor("event"), at=timezone.now(), title="Checkout latency"
    )


def ask(acme, incident):
    """Alice asks Bob, and the messages leave."""
    found = responders.ask(
        incident,
        actor=Actor("web", acme.alice.membership),
        at=timezone.now(),
        people=[acme.bob.membership],
        message="Bring the runbook",
    ).responders[0]
    delivery.deliver_due()
    return found


@pytest.fixture
def asked(acme, twilio, incident):
    with_phone(acme.bob)
    return ask(acme, incident)


def state(asked) -> str:
    asked.refresh_from_db()
    return str(asked.state)


@pytest.mark.parametrize(
    ("body", "after", "words"),
    [
        ("1", "joined", "You are helping with incident 1: Checkout latency"),
        ("accept 1", "joined", "You are helping with incident 1"),
        ("2", "declined", "You declined to help with incident 1."),
        ("Decline", "declined", "You declined"),
    ],
)
def test_a_text_answers(client, twilio, incident, asked, body, after, words):
    said = twilio.receives(client, PHONE, body)

    assert said.startswith(words)
    assert state(asked) == after
    assert incident.notifications.get(purpose="request").status == "answered"
    verb = "responder_joined" if after == "joined" else "responder_declined"
    assert incident.timeline.get(verb=verb).via == "sms"


def test_4_is_no_answer_to_a_request(client, twilio, incident, asked):
    said = twilio.receives(client, PHONE, "4")

    assert said == "There is nothing to answer: no page was sent to this number."
    assert state(asked) == "pending"
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_1_is_no_answer_to_a_page(client, acme, twilio):
    with_phone(acme.alice)
    incident = actions.open_incident(
        acme.service, actor=Actor("event"), at=timezone.now(), title="Disk"
    )
    delivery.deliver_due()

    said = twilio.receives(client, PHONE, "1")

    assert said.startswith("There is nothing to answer: no request for help")
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_answering_twice_is_told(client, twilio, asked):
    twilio.receives(client, PHONE, "1")

    said = twilio.receives(client, PHONE, "2")

    assert "answered already: accepted" in said
    assert state(asked) == "joined"


def test_the_text_says_the_codes_in_160_plain_characters(acme, incident, asked):
    incident.title = "Zahlungen schlagen fehl 🙈 " * 20
    row = incident.notifications.get(purpose="request")
    row.incident = incident

    text = sms.compose(letters.write(row))

    assert gsm.length(text) <= 160
    assert text.startswith("#1 HELP ASKED Zahlungen schlagen")
    assert "Reply 1 accept, 2 decline." in text
    assert "/r/" in text


@pytest.mark.parametrize(
    ("key", "after", "words"),
    [("1", "joined", "You are helping"), ("2", "declined", "You declined")],
)
def test_a_key_answers(client, acme, twilio, incident, key, after, words):
    acme.bob.email.delete()
    factories.contact(acme.bob.membership, "voice", PHONE)
    asked = ask(acme, incident)
    taken = next(taken for taken in twilio.taken if taken.kind == "Calls")

    call = twilio.connects(client, taken)
    assert call.said[0] == (
        "This is OnCall. Alice asks for your help with incident 1: Checkout latency."
        " Service: Checkout. Bring the runbook."
        " Press 1 to accept, 2 to decline, or star to repeat."
    )
    again = twilio.presses(client, call, "4")
    assert again.said[0] == call.said[0]
    assert state(asked) == "pending"

    end = twilio.presses(client, again, key)
    assert end.said[0].startswith(words)
    assert state(asked) == after


def link_of(incident) -> str:
    message = letters.write(
        incident.notifications.filter(purpose="request").latest("id")
    )
    assert isinstance(message, channels.Request)
    return "/r/" + message.link.rpartition("/r/")[2]


def test_a_link_shows_the_question_and_its_buttons_answer(client, acme, incident):
    asked = ask(acme, incident)
    link = link_of(incident)

    said = client.get(link).content.decode()
    assert "Alice asks for your help" in said
    assert "Bring the runbook" in said
    assert state(asked) == "pending"

    said = client.post(link, {"verb": "accept_request"}, follow=True).content.decode()
    assert "Bob accepted and is helping" in said
    assert state(asked) == "joined"


def test_a_link_declines(client, acme, incident):
    asked = ask(acme, incident)

    client.post(link_of(incident), {"verb": "decline_request"})

    assert state(asked) == "declined"
    assert incident.timeline.get(verb="responder_declined").via == "link"


def test_a_link_refuses_a_late_answer(client, acme, incident):
    asked = ask(acme, incident)
    responders.cancel(
        asked,
        actor=Actor("web", acme.alice.membership),
        at=timezone.now() + timedelta(seconds=1),
    )

    answer = client.post(link_of(incident), {"verb": "accept_request"})

    assert answer.status_code == 409
    assert "No request for help waits for you" in answer.content.decode()
    assert state(asked) == "user_cancelled"
