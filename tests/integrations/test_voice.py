"""Calls: what is spoken, which keys do what, and what a machine that picks up does."""

from dataclasses import replace

import pytest
from django.utils import timezone

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, delivery
from incidents.models import Incident
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

PHONE = "+4915112345678"


def called(world, twilio, title="Checkout latency"):
    """Page Alice by phone alone."""
    world.alice.email.delete()
    factories.contact(world.alice.membership, "voice", PHONE)
    incident = actions.open_incident(
        world.service, actor=Actor("event"), at=timezone.now(), title=title
    )
    delivery.deliver_due()
    (taken,) = twilio.taken
    return incident, taken


def fresh(incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def test_a_page_calls_the_number_and_says_what_is_wrong(client, acme, twilio):
    _incident, taken = called(acme, twilio)

    assert taken.kind == "Calls"
    assert taken.parameters["To"] == PHONE
    call = twilio.connects(client, taken)
    assert call.said[0] == (
        "This is OnCall. High urgency incident 1: Checkout latency. Service: Checkout."
        " Press 4 to acknowledge, 6 to resolve, or star to repeat."
    )
    assert call.said[1] == call.said[0]
    assert len(call.said) == 3


@pytest.mark.parametrize(
    ("key", "status", "said"),
    [("4", "acknowledged", "yours until"), ("6", "resolved", "is resolved")],
)
def test_a_key_answers_and_the_result_is_spoken(
    client, acme, twilio, key, status, said
):
    incident, taken = called(acme, twilio)

    end = twilio.presses(client, twilio.connects(client, taken), key)

    assert fresh(incident).status == status
    assert said in end.said[0]
    assert end.said[0].endswith("Checkout latency. Goodbye.")
    assert end.action == ""
    assert incident.notifications.get().status == "answered"
    assert incident.timeline.get(via="voice").membership == acme.alice.membership


@pytest.mark.promise(21)
@pytest.mark.parametrize("key", ["*", "9", "", "44", "<"])
def test_any_other_key_repeats_and_changes_nothing(client, acme, twilio, key):
    incident, taken = called(acme, twilio)
    call = twilio.connects(client, taken)

    again = twilio.presses(client, call, key)

    assert again.said == call.said
    assert fresh(incident).status == "triggered"


@pytest.mark.promise(21)
def test_a_machine_that_picks_up_answers_nothing(client, acme, twilio):
    incident, taken = called(acme, twilio)

    twilio.connects(client, taken)
    twilio.reports(client, taken, "completed")

    assert fresh(incident).status == "triggered"
    assert incident.notifications.get().status == "delivered"


def test_a_call_that_nobody_took_is_a_failed_page(client, acme, twilio):
    incident, taken = called(acme, twilio)

    twilio.reports(client, taken, "no-answer")

    notification = incident.notifications.first()
    assert notification.status == "failed"
    assert notification.error == "Nobody picked up."


def test_who_picks_up_after_a_colleague_answered_hears_so(client, acme, twilio):
    incident, taken = called(acme, twilio)
    actions.acknowledge(
        incident, actor=Actor("web", acme.bob.membership), at=timezone.now()
    )

    call = twilio.connects(client, taken)

    assert "Acknowledged by Bob" in call.said[0]
    assert "There is nothing to do" in call.said[0]
    assert call.action == ""


def test_a_title_cannot_become_markup(client, acme, twilio):
    title = 'x</Say><Dial>+1900555</Dial><Say> & "y" \x0b'
    incident, taken = called(acme, twilio, title=title)

    call = twilio.connects(client, taken)

    assert call.root.find(".//Dial") is None
    assert 'x</Say><Dial>+1900555</Dial><Say> & "y"' in call.said[0]
    end = twilio.presses(client, call, "6")
    assert fresh(incident).status == "resolved"
    assert end.root.find(".//Dial") is None


def test_a_call_that_we_did_not_make_hears_nothing_of_ours(client, acme, twilio):
    called(acme, twilio)

    answer = twilio.posts(client, f"/twilio/voice/{'0' * 32}", {"CallSid": "CA1"})

    assert b"Checkout" not in answer.content
    assert b"not known here" in answer.content


@pytest.mark.promise(22)
def test_a_key_for_a_call_that_we_did_not_make_does_nothing(client, acme, twilio):
    incident, _taken = called(acme, twilio)

    twilio.posts(client, f"/twilio/voice/{'0' * 32}/keys", {"Digits": "6"})

    assert fresh(incident).status == "triggered"


CODE = channels.Code("0f" * 16, "Acme", "Alice", code="4930")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (CODE, "4. 9. 3. 0."),
        (channels.Test("0f" * 16, "Acme", "Alice"), "test call"),
        (
            channels.Notice(
                "0f" * 16, "A & B", "Alice", subject="<Nobody>", lines=("x",)
            ),
            "A & B. <Nobody>",
        ),
    ],
)
def test_what_needs_no_answer_is_spoken_at_once(client, twilio, message, said):
    channels.get("voice").send(PHONE, message)

    call = twilio.connects(client, twilio.taken[0])

    assert said in call.said[0]
    assert call.action == ""


def test_a_number_that_cannot_be_called_is_a_permanent_failure(twilio):
    twilio.errors = [(400, 21214, "No.")]
    page = channels.Page(
        **{name: getattr(CODE, name) for name in ("token", "account", "recipient")},
        number=1,
        title="x",
        service="y",
        urgency="high",
        status="triggered",
        link="",
        opened_at=NOON,
    )

    with pytest.raises(channels.PermanentFailure, match="21214"):
        channels.get("voice").send(PHONE, replace(page, number=2))
