"""Mail through a provider: how it is handed over, and what becomes of it."""

import base64
from collections.abc import Iterator

import pytest
from django.utils import timezone

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, delivery
from integrations.models import ProviderState
from tests.fakes import postmark as fake
from tests.fakes.postmark import Postmark

pytestmark = pytest.mark.django_db

TESTING = channels.Test("0f" * 16, "Acme", "Alice")


@pytest.fixture(autouse=True)
def postmark(settings) -> Iterator[Postmark]:
    with fake.serving() as postmark:
        settings.EMAIL_PROVIDER = "postmark"
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": fake.TOKEN,
            "POSTMARK_API_URL": f"{postmark.base}/",
            "WEBHOOK_SECRET": fake.SECRET,
            "REQUESTS_TIMEOUT": (3, 8),
            "IGNORE_UNSUPPORTED_FEATURES": True,
        }
        yield postmark


def tell(client, event, secret=fake.SECRET):
    """Report an event, as the provider does."""
    credentials = base64.b64encode(secret.encode()).decode()
    return client.post(
        "/mail/events",
        event,
        content_type="application/json",
        headers={"Authorization": f"Basic {credentials}"},
    )


def bounce(mail, kind="HardBounce"):
    return {
        "RecordType": "Bounce",
        "Type": kind,
        "MessageID": mail["MessageID"],
        "Email": mail["To"],
        "Metadata": mail["Metadata"],
        "Description": "The mailbox is not there",
        "BouncedAt": "2026-01-01T00:00:00Z",
    }


def paged(world, postmark):
    incident = actions.open_incident(
        world.service, actor=Actor("event"), at=timezone.now(), title="Checkout"
    )
    delivery.deliver_due()
    (mail,) = postmark.mails
    return incident, mail


def test_a_page_leaves_with_its_thread_and_token(acme, postmark):
    incident, mail = paged(acme, postmark)

    row = incident.notifications.get()
    assert (row.provider, row.provider_id) == ("postmark", mail["MessageID"])
    assert mail["Metadata"] == {"token": row.token}
    names = {header["Name"] for header in mail["Headers"]}
    assert {"References", "In-Reply-To"} <= names
    assert mail["TrackOpens"] is False
    assert mail["TrackLinks"] == "None"


def test_a_delivery_is_kept(client, acme, postmark):
    incident, mail = paged(acme, postmark)
    event = {
        "RecordType": "Delivery",
        "MessageID": mail["MessageID"],
        "Recipient": mail["To"],
        "DeliveredAt": "2026-01-01T00:00:00Z",
        "Metadata": mail["Metadata"],
    }

    assert tell(client, event).status_code == 200

    assert incident.notifications.get().status == "delivered"


def test_without_our_token_the_providers_id_names_the_mail(client, acme, postmark):
    incident, mail = paged(acme, postmark)

    tell(client, {**bounce(mail, "SoftBounce"), "Metadata": {}})

    assert incident.notifications.first().status == "failed"
    assert acme.alice.email.may_be_paged


@pytest.mark.promise(10)
def test_a_hard_bounce_switches_the_address_off_and_pulls_the_next_forward(
    client, acme, postmark
):
    incident, mail = paged(acme, postmark)

    tell(client, bounce(mail))
    tell(client, bounce(mail))

    row = incident.notifications.first()
    assert row.status == "failed"
    method = acme.account.contact_methods.get(pk=acme.alice.email.pk)
    assert not method.may_be_paged
    assert method.disabled_reason == "Mail to it bounces."
    incident.refresh_from_db(from_queryset=acme.account.incidents.all())
    assert incident.escalate_at <= timezone.now()


def test_an_owner_is_told_of_who_is_out_of_reach(client, acme, postmark):
    channels.post(
        acme.account, purpose="test", at=timezone.now(), contact_method=acme.bob.email
    )
    delivery.deliver_due()

    tell(client, bounce(postmark.mails[0]))

    told = acme.account.notifications.get(purpose="notice")
    assert told.membership == acme.alice.membership
    assert told.content["subject"] == "No page reaches Bob any more"


def test_a_complaint_switches_the_address_off(client, acme, postmark):
    _incident, mail = paged(acme, postmark)
    event = {
        "RecordType": "SpamComplaint",
        "Type": "SpamComplaint",
        "MessageID": mail["MessageID"],
        "Email": mail["To"],
        "Metadata": mail["Metadata"],
        "BouncedAt": "2026-01-01T00:00:00Z",
    }

    tell(client, event)

    assert not acme.account.contact_methods.get(pk=acme.alice.email.pk).may_be_paged


@pytest.mark.promise(22)
@pytest.mark.parametrize("secret", ["hooks:guessed", ":", ""])
def test_a_forged_event_changes_nothing(client, acme, postmark, secret):
    incident, mail = paged(acme, postmark)

    assert tell(client, bounce(mail), secret).status_code == 403
    assert (
        client.post("/mail/events", bounce(mail), "application/json").status_code == 403
    )

    assert incident.notifications.get().status == "sent"
    assert acme.account.contact_methods.get(pk=acme.alice.email.pk).may_be_paged


def test_nonsense_is_refused(client, postmark):
    assert tell(client, ["x"]).status_code == 400
    assert client.get("/mail/events").status_code == 405


def test_without_a_provider_there_is_no_such_door(client, settings):
    settings.EMAIL_PROVIDER = ""

    assert tell(client, {}).status_code == 404


def test_an_address_that_the_provider_has_given_up_is_a_permanent_failure(postmark):
    postmark.errors = [(422, 406)]

    with pytest.raises(channels.PermanentFailure, match="does not send to this"):
        channels.get("email").send("bob@acme.example", TESTING)


@pytest.mark.parametrize("error", [(429, 429), (500, 500), (503, 100), (401, 10)])
def test_a_provider_in_trouble_is_asked_again(postmark, error):
    postmark.errors = [error]

    with pytest.raises(channels.TemporaryFailure, match=str(error[0])):
        channels.get("email").send("bob@acme.example", TESTING)

    assert ProviderState.objects.get(provider="postmark").failures == 1
    assert channels.get("email").send("bob@acme.example", TESTING).id
    assert ProviderState.objects.get(provider="postmark").failures == 0
