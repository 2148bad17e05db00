"""The local outbox: who sees which messages, and answers that go the real ways."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, delivery
from incidents.models import Incident
from integrations.models import OutboxMessage
from integrations.twilio import loopback, signatures
from tests import factories

PHONE = "+4915112345678"


@pytest.fixture(autouse=True)
def embedded(settings, db):
    settings.EMBEDDED = True
    settings.EMAIL_BACKEND = "integrations.outbox.EmailBackend"
    # A sender's thread commits on a connection of its own: tests before left theirs.
    OutboxMessage.objects.all().delete()


@pytest.fixture
def demo(acme):
    acme.account.is_demo = True
    acme.account.save()
    return acme


@pytest.fixture
def alice(client: Client, demo) -> Client:
    client.force_login(demo.alice.user)
    return client


def paged(world, kind="email", title="Checkout latency") -> Incident:
    """Page the first person by one way alone, and let the message leave."""
    if kind != "email":
        world.alice.email.delete()
        factories.contact(world.alice.membership, kind, PHONE)
    incident = actions.open_incident(
        world.service, actor=Actor("event"), at=timezone.now(), title=title
    )
    delivery.deliver_due()
    return incident


def fresh(incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def text(response) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def submit(client, django_capture_on_commit_callbacks, action, **fields):
    """Send a form of the page, and let what follows the commit happen."""
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(action, fields)
    assert answer.status_code == 302, answer.content
    return text(client.get("/outbox/"))


def form(page: str, part: str) -> str:
    found = re.search(rf'action="(/outbox/{part}/[^"]+)"', page)
    assert found, page
    return found[1]


def test_a_mail_can_be_read_and_its_link_works(alice, demo):
    incident = paged(demo)
    page = text(alice.get("/outbox"))
    assert "[#1 Triggered] Checkout latency" in page

    (address,) = re.findall(r"/outbox/mail/\d+", page)
    assert "Opening the link changes nothing" in text(alice.get(address))
    html = alice.get(f"{address}/html")

    (link,) = re.findall(r'class="button" href="http://[^/]+(/r/[^"]+)"', text(html))
    Client().post(link, {"verb": "acknowledge"})
    assert fresh(incident).status == "acknowledged"


def test_a_mail_is_shown_as_powerless_as_in_a_mail_program(alice, demo):
    paged(demo, title="<script>alert(1)</script>")
    page = text(alice.get("/outbox"))
    assert "<script>alert" not in page
    (address,) = re.findall(r"/outbox/mail/\d+", page)
    assert "allow-scripts" not in text(alice.get(address))

    html = alice.get(f"{address}/html")

    assert "<script>" not in text(html)
    assert "default-src 'none'" in html["Content-Security-Policy"]
    assert "sandbox" in html["Content-Security-Policy"]
    assert "script-src" not in html["Content-Security-Policy"]
    assert html["X-Frame-Options"] == "SAMEORIGIN"


def test_a_text_is_answered_through_the_real_callback(
    alice, demo, django_capture_on_commit_callbacks
):
    incident = paged(demo, "sms")
    page = text(alice.get("/outbox"))
    assert "Reply 4 ack, 6 resolve." in page

    page = submit(
        alice, django_capture_on_commit_callbacks, form(page, "text"), body="4"
    )

    assert fresh(incident).status == "acknowledged"
    assert "Incident 1 is yours until" in page
    page = submit(
        alice, django_capture_on_commit_callbacks, form(page, "text"), body="what?"
    )
    assert "Reply 4 to acknowledge" in page
    assert incident.notifications.get().status == "answered"


def test_an_empty_answer_is_not_sent(alice, demo, django_capture_on_commit_callbacks):
    paged(demo, "sms")
    action = form(text(alice.get("/outbox")), "text")

    page = submit(alice, django_capture_on_commit_callbacks, action, body=" ")

    assert "Type an answer first" in page
    assert not OutboxMessage.objects.filter(is_reply=True).exists()


def test_a_call_is_taken_and_answered_by_key(
    alice, demo, django_capture_on_commit_callbacks
):
    incident = paged(demo, "voice")
    answer = form(text(alice.get("/outbox")), "call")

    page = submit(alice, django_capture_on_commit_callbacks, answer)
    assert "High urgency incident 1: Checkout latency" in page
    assert fresh(incident).status == "triggered"

    keypad = form(page, "call")
    page = submit(alice, django_capture_on_commit_callbacks, keypad, key="9")
    assert page.count("Press 4 to acknowledge") == 2
    page = submit(alice, django_capture_on_commit_callbacks, keypad, key="4")

    assert fresh(incident).status == "acknowledged"
    assert "Incident 1 is yours until" in page
    assert "Hung up" in page
    assert incident.notifications.get().status == "answered"
    page = submit(alice, django_capture_on_commit_callbacks, keypad, key="6")
    assert "This call is over" in page
    assert fresh(incident).status == "acknowledged"


def test_to_hang_up_answers_nothing(alice, demo, django_capture_on_commit_callbacks):
    incident = paged(demo, "voice")
    answer = form(text(alice.get("/outbox")), "call")
    page = submit(alice, django_capture_on_commit_callbacks, answer)

    keypad = form(page, "call")
    submit(alice, django_capture_on_commit_callbacks, keypad, key="hang-up")

    assert fresh(incident).status == "triggered"
    assert incident.notifications.get().status == "delivered"


def test_what_needs_no_answer_is_heard_at_once(
    alice, demo, django_capture_on_commit_callbacks
):
    method = factories.contact(demo.alice.membership, "voice", PHONE)
    channels.post(
        demo.account, purpose="test", at=timezone.now(), contact_method=method
    )
    delivery.deliver_due()
    answer = form(text(alice.get("/outbox")), "call")

    page = submit(alice, django_capture_on_commit_callbacks, answer)

    assert "with the test call that was asked for" in page
    assert "Hung up" in page


def test_a_refresh_of_what_has_not_changed_is_empty(alice, demo):
    paged(demo)
    newest = OutboxMessage.objects.latest("pk").pk

    same = alice.get(f"/outbox?newest={newest}", headers={"HX-Request": "true"})
    other = alice.get("/outbox?newest=0", headers={"HX-Request": "true"})

    assert same.status_code == 204
    assert "Checkout latency" in text(other)


def test_without_messages_the_page_says_what_comes_here(alice):
    page = text(alice.get("/outbox"))

    assert "No calls yet" in page
    assert "No mail yet" in page


PATHS = [
    ("get", "/outbox"),
    ("get", "/outbox/mail/{}"),
    ("get", "/outbox/mail/{}/html"),
    ("post", "/outbox/text/{}"),
    ("post", "/outbox/call/{}"),
    ("post", "/outbox/call/{}/key"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_there_is_no_outbox_outside_of_the_embedded_default(
    alice, settings, method, path
):
    settings.EMBEDDED = False
    row = OutboxMessage.objects.create(recipient="alice@acme.example", kind="email")

    assert getattr(alice, method)(path.format(row.pk)).status_code == 404


@pytest.mark.parametrize(("method", "path"), PATHS[1:])
def test_a_message_of_another_account_is_not_there(client, demo, globex, method, path):
    paged(demo)
    row = OutboxMessage.objects.get()
    client.force_login(globex.mallory.user)

    assert getattr(client, method)(path.format(row.pk)).status_code == 404


def test_each_account_has_an_outbox_of_its_own(client, demo, globex):
    paged(demo, title="Acme is down")
    client.force_login(globex.mallory.user)

    assert "Acme is down" not in text(client.get("/outbox"))


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_stranger_is_asked_to_sign_in(client, demo, method, path):
    paged(demo)
    row = OutboxMessage.objects.get()

    answer = getattr(client, method)(path.format(row.pk))

    assert answer.status_code == 302
    assert "/login" in answer["Location"]


def test_another_accounts_messages_are_not_shown(alice, demo, globex):
    """Alice may add Mallory's address to hers, and still sees nothing of Mallory."""
    factories.contact(demo.alice.membership, "email", "mallory@globex.example")
    actions.open_incident(
        globex.service, actor=Actor("event"), at=timezone.now(), title="Globex secret"
    )
    delivery.deliver_due()
    row = OutboxMessage.objects.get()
    OutboxMessage.objects.create(
        kind="email",
        recipient="mallory@globex.example",
        subject="Reset your password",
        parameters={"token": ""},
    )

    page = text(alice.get("/outbox"))

    assert "Globex secret" not in page
    assert "Reset your password" not in page
    assert alice.get(f"/outbox/mail/{row.pk}").status_code == 404
    assert alice.get(f"/outbox/mail/{row.pk}/html").status_code == 404


def test_a_persons_own_mail_is_shown_to_them(alice, demo):
    OutboxMessage.objects.create(
        kind="email",
        recipient="Alice@acme.example",
        subject="Reset your password",
        parameters={"token": ""},
    )

    assert "Reset your password" in text(alice.get("/outbox"))


def test_an_operator_sees_all(client, acme, globex):
    actions.open_incident(
        globex.service, actor=Actor("event"), at=timezone.now(), title="Globex is down"
    )
    delivery.deliver_due()
    acme.alice.user.is_staff = True
    acme.alice.user.save()
    client.force_login(acme.alice.user)

    assert "Globex is down" in text(client.get("/outbox"))


def test_reading_changes_nothing(alice, demo):
    paged(demo, "voice")
    before = list(OutboxMessage.objects.values())

    for path in ("/outbox", f"/outbox/call/{before[0]['id']}"):
        alice.get(path)
        alice.head(path)

    assert list(OutboxMessage.objects.values()) == before


def test_a_signature_made_here_opens_no_other_installation(settings, demo):
    """The local secret follows from SECRET_KEY, so it differs everywhere."""
    assert "does not know" in loopback.post("/twilio/sms", {"From": "+1", "Body": "4"})
    settings.SECRET_KEY, before = "another", settings.SECRET_KEY
    theirs = signatures.signature(f"{settings.SITE_URL}/twilio/sms", {"From": "+1"})
    settings.SECRET_KEY = before

    answer = Client().post(
        "/twilio/sms", {"From": "+1"}, headers={"X-Twilio-Signature": theirs}
    )

    assert answer.status_code == 403
