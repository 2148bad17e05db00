"""Scanners open every link that we send, in every way but a POST: nothing happens."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from accounts.permissions import Actor
from incidents import actions, delivery, engine
from incidents.models import Incident
from integrations.models import OutboxMessage
from tests import factories

LINK = re.compile(r"https?://[^\s\"'<>)]+")
LOOKS = ("get", "head", "options")


@pytest.fixture
def incident(acme, settings) -> Incident:
    """An incident that Alice is told of by mail and by text."""
    settings.EMBEDDED = True
    settings.EMAIL_BACKEND = "integrations.outbox.EmailBackend"
    # A sender's thread commits on a connection of its own: tests before left theirs.
    OutboxMessage.objects.all().delete()
    factories.contact(acme.alice.membership, "sms", "+4915112345678")
    actor = Actor("web", acme.bob.membership)
    made = actions.open_incident(
        acme.service, actor=actor, at=engine.now(), title="Checkout is down"
    )
    delivery.deliver_due()
    return made


def links() -> set[str]:
    """Find every address in every message that left."""
    texts = [f"{m.text} {unescape(m.html)}" for m in OutboxMessage.objects.all()]
    return {link.rstrip(".,") for text in texts for link in LINK.findall(text)}


def state(incident: Incident) -> tuple[object, ...]:
    return (
        Incident.across_accounts.filter(pk=incident.pk).values().get(),
        incident.timeline.count(),
        list(incident.notifications.order_by("id").values()),
        list(incident.acknowledgements.values()),
    )


@pytest.mark.promise(17)
def test_opening_every_link_that_we_send_changes_nothing(incident, client, acme):
    found = links()
    assert OutboxMessage.objects.count() == 2
    assert any("/r/" in link for link in found)
    before = state(incident)

    for visitor in (None, acme.alice.user):
        if visitor:
            client.force_login(visitor)
        for link in sorted(found):
            parts = urlsplit(link)
            for look in LOOKS:
                path = f"{parts.path}?{parts.query}" if parts.query else parts.path
                answer = getattr(client, look)(path or "/", follow=True)
                assert answer.status_code < 500, (look, link)

    assert state(incident) == before


@pytest.mark.promise(17)
def test_a_press_on_the_page_behind_the_link_does(incident, client):
    link = min(urlsplit(found).path for found in links() if "/r/" in found)
    page = client.get(link).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen

    client.post(link, {"verb": "acknowledge", "seen": seen[1]})

    incident.refresh_from_db()
    assert incident.status == "acknowledged"
