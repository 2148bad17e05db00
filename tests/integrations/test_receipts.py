"""What Twilio says of a message: late, twice, of another attempt, or when asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, delivery
from tests import factories

pytestmark = pytest.mark.django_db

PHONE = "+4915112345678"


def paged(world, twilio, kind="sms"):
    world.alice.email.delete()
    factories.contact(world.alice.membership, kind, PHONE)
    incident = actions.open_incident(
        world.service, actor=Actor("event"), at=timezone.now(), title="Checkout"
    )
    delivery.deliver_due()
    (taken,) = twilio.taken
    return incident.notifications.get(), taken


def unknown(row):
    """Let the sender have died before it could record who took the message."""
    row.status, row.provider, row.provider_id = "planned", "", ""
    row.sent_at = None
    row.save()
    return row


def fresh(row):
    return row.account.notifications.get(pk=row.pk)


@pytest.mark.parametrize(
    ("kind", "said", "status"),
    [
        ("sms", "queued", "sent"),
        ("sms", "sent", "sent"),
        ("sms", "delivered", "delivered"),
        ("sms", "undelivered", "failed"),
        ("sms", "failed", "failed"),
        ("voice", "initiated", "sent"),
        ("voice", "completed", "delivered"),
        ("voice", "busy", "failed"),
        ("voice", "no-answer", "failed"),
        ("voice", "failed", "failed"),
        ("voice", "canceled", "failed"),
    ],
)
def test_each_state_is_kept_once(client, acme, twilio, kind, said, status):
    row, taken = paged(acme, twilio, kind)

    for _again in range(2):
        assert twilio.reports(client, taken, said).status_code == 204

    assert fresh(row).status == status
    failed = row.incident.timeline.filter(verb="notify_failed")
    assert failed.count() == (status == "failed")


def test_a_call_that_nobody_takes_pulls_the_next_level_forward(client, acme, twilio):
    row, taken = paged(acme, twilio, "voice")

    twilio.reports(client, taken, "no-answer")

    incident = acme.account.incidents.get(pk=row.incident_id)
    assert incident.escalate_at <= timezone.now()


def test_a_call_that_is_taken_leaves_the_next_level_where_it_was(client, acme, twilio):
    row, taken = paged(acme, twilio, "voice")

    twilio.reports(client, taken, "completed")

    incident = acme.account.incidents.get(pk=row.incident_id)
    assert incident.escalate_at > timezone.now()


def test_states_in_the_wrong_order_end_with_the_best(client, acme, twilio):
    row, taken = paged(acme, twilio)

    for said in ("delivered", "sent", "queued", "undelivered"):
        twilio.reports(client, taken, said)

    assert fresh(row).status == "delivered"


def test_the_failure_of_an_attempt_that_another_replaced_is_no_matter(
    client, acme, twilio
):
    row, taken = paged(acme, twilio)
    row.provider, row.provider_id = "gateway", "g1"
    row.save()

    twilio.reports(client, taken, "undelivered")
    assert fresh(row).status == "sent"

    twilio.reports(client, taken, "delivered")
    assert fresh(row).status == "delivered"


def test_a_callback_says_who_has_it_though_its_sender_died(client, acme, twilio):
    row, taken = paged(acme, twilio, "voice")
    unknown(row)

    assert channels.find("voice", row.token, timezone.now()) is None
    twilio.reports(client, taken, "initiated")

    found = channels.find("voice", row.token, timezone.now())
    assert found == channels.Sent(taken.sid, "twilio")


def test_a_text_is_known_by_its_link(acme, twilio):
    row, taken = paged(acme, twilio)
    unknown(row)

    found = channels.find("sms", row.token, timezone.now() - timedelta(seconds=30))

    assert found == channels.Sent(taken.sid, "twilio")


def test_another_text_to_the_same_number_is_not_taken_for_it(acme, twilio):
    row, _taken = paged(acme, twilio)
    unknown(row)
    row.planned_for += timedelta(hours=1)
    row.save()

    assert channels.find("sms", row.token, timezone.now()) is None


def test_a_text_of_long_ago_is_not_taken_for_it(acme, twilio):
    row, _taken = paged(acme, twilio)
    unknown(row)

    assert channels.find("sms", row.token, timezone.now() + timedelta(hours=1)) is None


def test_a_twilio_in_trouble_does_not_know(acme, twilio, settings):
    row, _taken = paged(acme, twilio)
    unknown(row)
    settings.TWILIO_API_BASE = "http://127.0.0.1:9"

    assert channels.find("sms", row.token, timezone.now()) is None


def test_a_number_that_said_stop_elsewhere_is_texted_no_more(acme, twilio):
    twilio.errors = [(400, 21610, "Unsubscribed")]
    method = factories.contact(acme.alice.membership, "sms", PHONE)

    with pytest.raises(channels.PermanentFailure, match="21610"):
        channels.get("sms").send(PHONE, channels.Test("0" * 32, "Acme", "Alice"))

    assert not acme.account.contact_methods.get(pk=method.pk).may_be_paged
