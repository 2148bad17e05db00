"""Answers by text, and the signature that every callback needs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions, delivery
from incidents.models import Incident, Notification
from tests import factories
from tests.fakes import twilio as fake

pytestmark = pytest.mark.django_db

PHONE = "+4915112345678"
OTHER = "+4915187654321"


def with_phone(person, number=PHONE):
    """Let a person be paged by text alone."""
    person.email.delete()
    return factories.contact(person.membership, "sms", number)


def paged(world, title="Checkout latency") -> Incident:
    """Open an incident, and let its texts leave."""
    incident = actions.open_incident(
        world.service, actor=Actor("event"), at=timezone.now(), title=title
    )
    delivery.deliver_due()
    return incident


def fresh(incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


@pytest.fixture
def page(acme, twilio) -> Incident:
    with_phone(acme.alice)
    return paged(acme)


@pytest.mark.parametrize(
    "body", ["4", " 4 ", "4.", "Ack", "ACKNOWLEDGE", "4 1", "4 #1"]
)
def test_4_acknowledges(client, acme, twilio, page, body):
    said = twilio.receives(client, PHONE, body)

    assert fresh(page).status == "acknowledged"
    assert said.startswith("Incident 1 is yours until")
    entry = page.timeline.get(verb="acknowledge")
    assert (entry.via, entry.membership) == ("sms", acme.alice.membership)
    assert page.notifications.get().status == "answered"


@pytest.mark.parametrize("body", ["6", "resolve", "6 1"])
def test_6_resolves(client, twilio, page, body):
    said = twilio.receives(client, PHONE, body)

    assert fresh(page).status == "resolved"
    assert said == "Incident 1 is resolved: Checkout latency"


@pytest.mark.parametrize(
    "body", ["", "hello", "44", "4 x", "46", "9", "yes 4", "4 1 1"]
)
def test_any_other_text_gets_help_and_changes_nothing(client, twilio, page, body):
    said = twilio.receives(client, PHONE, body)

    assert fresh(page).status == "triggered"
    assert "4" in said


def test_a_code_without_a_number_means_the_last_page(client, acme, twilio, page):
    later = paged(acme, "Disk full")

    twilio.receives(client, PHONE, "4")

    assert fresh(later).status == "acknowledged"
    assert fresh(page).status == "triggered"


def test_a_code_with_a_number_means_that_incident(client, acme, twilio, page):
    later = paged(acme, "Disk full")

    twilio.receives(client, PHONE, f"6 {page.number}")

    assert fresh(page).status == "resolved"
    assert fresh(later).status == "triggered"


def test_a_code_answers_all_that_one_message_carried(client, acme, twilio, page):
    later = paged(acme, "Disk full")
    Notification.across_accounts.update(provider_id="SM1")

    twilio.receives(client, PHONE, "4")

    assert fresh(page).status == fresh(later).status == "acknowledged"


def test_only_incidents_that_were_sent_to_the_number_can_be_named(
    client, acme, twilio, page
):
    acme.alice.membership.contact_methods.update(disabled_at=timezone.now())
    with_phone(acme.bob, OTHER)

    said = twilio.receives(client, OTHER, f"6 {page.number}")

    assert said == "Incident #1 was not sent to this number."
    assert fresh(page).status == "triggered"


def test_a_number_in_two_accounts_answers_the_last_page(
    client, acme, globex, twilio, page
):
    with_phone(globex.mallory)
    theirs = paged(globex, "Globex is down")

    twilio.receives(client, PHONE, "4")

    assert fresh(theirs).status == "acknowledged"
    assert fresh(page).status == "triggered"


def test_nobody_answers_for_another_account(client, acme, globex, twilio, page):
    with_phone(globex.mallory, OTHER)

    said = twilio.receives(client, OTHER, f"6 {page.number}")

    assert "not sent to this number" in said
    assert fresh(page).status == "triggered"


def test_a_stranger_is_told_politely_and_changes_nothing(client, twilio, page):
    said = twilio.receives(client, OTHER, "6 1")

    assert said == "OnCall does not know this number, so it did nothing."
    assert fresh(page).status == "triggered"


def test_a_refusal_comes_back_in_words(client, twilio, page):
    actions.resolve(page, actor=Actor("event"), at=timezone.now())

    said = twilio.receives(client, PHONE, "4")

    assert said == "Incident 1: You cannot acknowledge a resolved incident."


def test_who_left_cannot_answer(client, acme, twilio, page):
    acme.alice.membership.deactivated_at = timezone.now()
    acme.alice.membership.save()

    said = twilio.receives(client, PHONE, "6")

    assert "does not know this number" in said
    assert fresh(page).status == "triggered"


@pytest.mark.promise(19)
def test_a_number_that_was_given_to_a_colleague_answers_for_nobody(
    client, acme, twilio, page
):
    method = acme.alice.membership.contact_methods.get()
    acme.account.notification_rules.all().delete()
    method.membership = acme.bob.membership
    method.save()

    said = twilio.receives(client, PHONE, "6")

    assert "does not belong" in said
    assert fresh(page).status == "triggered"


def test_an_observer_cannot_answer(client, acme, twilio, page):
    acme.alice.membership.role = "observer"
    acme.alice.membership.save()

    said = twilio.receives(client, PHONE, "6")

    assert "Your role does not allow this" in said
    assert fresh(page).status == "triggered"


def test_without_a_page_there_is_nothing_to_answer(client, acme, twilio):
    with_phone(acme.alice)

    assert "nothing to answer" in twilio.receives(client, PHONE, "4")


def test_the_time_is_told_in_the_persons_zone(client, acme, twilio):
    acme.service.acknowledgement_timeout = timedelta(minutes=30)
    acme.service.save()
    acme.alice.membership.time_zone = "Asia/Kathmandu"
    acme.alice.membership.save()
    with_phone(acme.alice)
    incident = paged(acme)

    said = twilio.receives(client, PHONE, "4")

    until = fresh(incident).acknowledgement_expires_at
    assert until is not None
    until += timedelta(hours=5, minutes=45)
    assert f"{until:%H:%M}" in said


@pytest.mark.parametrize(
    ("state", "recorded"),
    [("delivered", "delivered"), ("undelivered", "failed"), ("failed", "failed")],
)
def test_what_became_of_a_text_is_recorded(client, twilio, page, state, recorded):
    answer = twilio.reports(client, twilio.taken[0], state, "30003")

    assert answer.status_code == 204
    notification = page.notifications.first()
    assert notification.status == recorded
    if recorded == "failed":
        assert "30003" in notification.error


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "new word", ""])
def test_states_in_between_are_ignored(client, twilio, page, state):
    answer = twilio.reports(client, twilio.taken[0], state)

    assert answer.status_code == 204
    assert page.notifications.get().status == "sent"


def test_a_late_state_never_goes_backwards(client, twilio, page):
    twilio.receives(client, PHONE, "4")

    for state in ("delivered", "undelivered"):
        answer = twilio.reports(client, twilio.taken[0], state)
        assert answer.status_code == 204
        assert page.notifications.get().status == "answered"


def test_a_state_of_nothing_we_know_is_ignored(client, twilio, page):
    path = f"/twilio/status/{'0' * 32}"

    answer = twilio.posts(client, path, {"MessageStatus": "failed"})

    assert answer.status_code == 204
    assert page.notifications.get().status == "sent"


@pytest.mark.promise(10)
def test_a_text_that_was_not_delivered_brings_the_next_rule_forward(
    client, acme, twilio
):
    with_phone(acme.alice)
    factories.contact(acme.alice.membership, "voice", PHONE, delays=(15,))
    paged(acme)
    assert [taken.kind for taken in twilio.taken] == ["Messages"]

    twilio.reports(client, twilio.taken[0], "undelivered", "30005")
    delivery.deliver_due()

    assert [taken.kind for taken in twilio.taken] == ["Messages", "Calls"]


PATHS = [
    "/twilio/sms",
    "/twilio/voice/{}",
    "/twilio/voice/{}/keys",
    "/twilio/status/{}",
]
ANSWER = {"From": PHONE, "Body": "6", "Digits": "6", "MessageStatus": "failed"}


@pytest.mark.promise(22)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_callback_needs_a_signature(client, twilio, page, path, slash):
    path = path.format(twilio.taken[0].token) + slash
    right = fake.signature(fake.SITE + path, ANSWER, fake.AUTH_TOKEN)
    wrong = [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "x" * 28},
        {"X-Twilio-Signature": fake.signature(fake.SITE + path, ANSWER, "old token")},
        {"X-Twilio-Signature": fake.signature(fake.SITE + path, {}, fake.AUTH_TOKEN)},
        {
            "X-Twilio-Signature": fake.signature(
                "http://testserver" + path, ANSWER, fake.AUTH_TOKEN
            )
        },
    ]
    for headers in wrong:
        assert client.post(path, ANSWER, headers=headers).status_code == 403
    assert fresh(page).status == "triggered"
    assert page.notifications.get().status == "sent"

    signed = client.post(path, ANSWER, headers={"X-Twilio-Signature": right})

    assert signed.status_code in (200, 204)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
def test_a_callback_is_a_post(client, twilio, page, path, method):
    path = path.format(twilio.taken[0].token)
    signed = {
        "X-Twilio-Signature": fake.signature(fake.SITE + path, {}, fake.AUTH_TOKEN)
    }

    assert getattr(client, method)(path, headers=signed).status_code == 405
    assert fresh(page).status == "triggered"


@pytest.mark.promise(22)
def test_without_credentials_our_own_signature_is_needed(client, settings, acme, page):
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = ""
    empty = fake.signature(fake.SITE + "/twilio/sms", ANSWER, "")

    answer = client.post("/twilio/sms", ANSWER, headers={"X-Twilio-Signature": empty})

    assert answer.status_code == 403
    assert fresh(page).status == "triggered"
