"""STOP, START and HELP, as carriers demand them."""

import pytest
from django.utils import timezone

from accounts import readiness
from accounts.permissions import Actor
from incidents import actions, delivery
from integrations import gsm
from tests import factories

pytestmark = pytest.mark.django_db

PHONE = "+4915112345678"


@pytest.fixture
def phones(acme, globex):
    """Alice and Mallory have the same number; Alice is called there as well."""
    alice = factories.contact(acme.alice.membership, "sms", PHONE)
    factories.contact(acme.alice.membership, "voice", PHONE)
    mallory = factories.contact(globex.mallory.membership, "sms", PHONE)
    return alice, mallory


def notices(world, person):
    rows = world.account.notifications.filter(purpose="notice")
    return [row.content["subject"] for row in rows.filter(membership=person.membership)]


@pytest.mark.parametrize(
    "body", ["STOP", "stop", " Stop. ", "UNSUBSCRIBE", "cancel", "STOPALL", "quit"]
)
def test_stop_ends_texts_to_a_number_in_every_account(client, twilio, phones, body):
    said = twilio.receives(client, PHONE, body)

    assert "no more texts" in said
    assert "START" in said
    for method in phones:
        method.refresh_from_db()
        assert method.disabled_at is not None
        assert "STOP" in method.disabled_reason


def test_stop_leaves_calls_and_tells_the_person_by_another_way(
    client, acme, twilio, phones
):
    twilio.receives(client, PHONE, "STOP")

    assert acme.account.contact_methods.get(kind="voice").disabled_at is None
    assert notices(acme, acme.alice) == ["+49…78 is not paged any more"]
    words = [f.words for f in readiness.findings(acme.alice.membership, timezone.now())]
    assert "+49…78 does not work" in words
    entry = acme.account.audit_entries.get(action="switched off contact method")
    assert PHONE not in str(entry.details)


def test_a_page_goes_on_by_what_is_left(client, acme, twilio, phones):
    twilio.receives(client, PHONE, "STOP")

    actions.open_incident(
        acme.service, actor=Actor("event"), at=timezone.now(), title="Checkout"
    )
    delivery.deliver_due()

    assert twilio.texts() == []
    assert [taken.kind for taken in twilio.taken] == ["Calls"]


def test_an_owner_is_told_when_nobody_reaches_the_person_any_more(client, acme, twilio):
    acme.bob.email.delete()
    factories.contact(acme.bob.membership, "sms", PHONE)

    twilio.receives(client, PHONE, "STOP")

    assert notices(acme, acme.alice) == ["No page reaches Bob any more"]


def test_start_takes_back_what_stop_did_and_nothing_else(client, acme, twilio, phones):
    dead = factories.contact(acme.bob.membership, "sms", PHONE)
    dead.disabled_at, dead.disabled_reason = timezone.now(), "The number is not valid"
    dead.save()
    twilio.receives(client, PHONE, "STOP")

    said = twilio.receives(client, PHONE, "Start")

    assert "you get texts again" in said
    assert acme.account.contact_methods.get(pk=phones[0].pk).may_be_paged
    assert not acme.account.contact_methods.get(pk=dead.pk).may_be_paged


@pytest.mark.parametrize("body", ["HELP", "help?", "Info"])
def test_help_explains_in_one_text(client, acme, twilio, phones, body):
    said = twilio.receives(client, PHONE, body)

    assert "4 to acknowledge" in said
    assert "STOP to end" in said
    assert gsm.length(said) <= 160
    assert acme.account.contact_methods.get(pk=phones[0].pk).may_be_paged


def test_a_stranger_is_answered_too(client, acme, twilio, phones):
    assert "no more texts" in twilio.receives(client, "+4915199999999", "STOP")
    assert acme.account.contact_methods.get(pk=phones[0].pk).may_be_paged


def test_a_text_that_only_begins_so_is_no_such_word(client, acme, twilio, phones):
    twilio.receives(client, PHONE, "stop it, who is this")

    assert acme.account.contact_methods.get(pk=phones[0].pk).may_be_paged


def test_who_answers_4_after_stop_is_still_heard_by_call(client, acme, twilio, phones):
    incident = actions.open_incident(
        acme.service, actor=Actor("event"), at=timezone.now(), title="Checkout"
    )
    delivery.deliver_due()
    twilio.receives(client, PHONE, "STOP")

    call = next(taken for taken in twilio.taken if taken.kind == "Calls")
    twilio.presses(client, twilio.connects(client, call), "4")

    incident.refresh_from_db(from_queryset=acme.account.incidents.all())
    assert incident.status == "acknowledged"
