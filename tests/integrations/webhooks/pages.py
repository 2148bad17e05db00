"""What the tests of the pages of webhooks share."""

from django.test import Client
from django.utils import timezone

from accounts.permissions import Actor
from integrations.webhooks import rendering, subscriptions

PATH = "/settings/webhooks/"
URL = "https://bus.example/hook"
WEB = Actor("web")
HEADERS = {"headers-TOTAL_FORMS": "2", "headers-INITIAL_FORMS": "0"}
TYPED = {
    "url": URL,
    "description": "Our bus",
    "scope": "account",
    "events": ["incident.triggered", "incident.resolved"],
    "is_active": "on",
    **HEADERS,
}


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def make(world, **values):
    """Make a webhook as the pages do."""
    made, _secret = subscriptions.create(
        world.account,
        actor=WEB,
        at=timezone.now(),
        values={"url": URL, "events": ["incident.triggered"], **values},
    )
    return made


def fresh(webhook):
    return type(webhook).across_accounts.get(pk=webhook.pk)


def page_of(webhook, rest: str = "") -> str:
    return f"{PATH}{webhook.public_id}/{rest}"


def deliver(webhook, state: str = "delivered", **fields):
    """Leave a delivery in the log that ended like this."""
    now = timezone.now()
    ping = rendering.ping(at=now)
    return webhook.deliveries.create(
        account=webhook.account,
        event_type=fields.pop("event_type", "incident.triggered"),
        resource=fields.pop("resource", ping.resource),
        body=ping.body,
        state=state,
        occurred_at=now,
        created_at=now,
        due_at=now if state == "waiting" else None,
        ended_at=now if state in ("delivered", "dropped") else None,
        expires_at=now,
        **fields,
    )
