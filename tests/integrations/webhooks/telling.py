"""What tests of webhooks have in common: subscriptions, and time that passes."""

from datetime import datetime, timedelta
from typing import Any

from accounts import tenancy
from accounts.models import Account
from accounts.permissions import Actor
from incidents import actions, relay
from incidents.models import Incident
from integrations.models import WebhookDelivery, WebhookSubscription
from integrations.webhooks import event_types, sending, subscriptions
from tests.conftest import World
from tests.factories import NOON
from tests.fakes.receiver import Receiver

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
State = WebhookDelivery.State


def subscribe(
    world: World, receiver: Receiver, *events: str, **values: Any
) -> WebhookSubscription:
    """Let the receiver hear of these events, or of all there are."""
    return subscribe_with_secret(world, receiver, *events, **values)[0]


def subscribe_with_secret(
    world: World, receiver: Receiver, *events: str, **values: Any
) -> tuple[WebhookSubscription, str]:
    """The same, with the secret."""
    given = {
        "url": receiver.url,
        "events": list(events or event_types.OFFERED),
        **values,
    }
    with tenancy.scope(world.account):
        return subscriptions.create(
            world.account, actor=by(world), at=NOON, values=given
        )


def by(world: World) -> Actor:
    """The first person of the account, on a page."""
    return Actor("web", next(iter(world.people.values())).membership)


def open_incident(world: World, title: str = "Disk full", **values: Any) -> Incident:
    """Open an incident at noon."""
    with tenancy.scope(world.account):
        return actions.open_incident(
            world.service, actor=by(world), at=NOON, title=title, **values
        )


def do(verb: Any, incident: Incident, at: datetime, **values: Any) -> Any:
    """Do a verb in a transaction of its own."""
    with tenancy.scope(incident.account):
        fresh = incident.account.incidents.get(pk=incident.pk)
        return verb(
            fresh, actor=Actor("web", _anybody(incident.account)), at=at, **values
        )


def _anybody(account: Account) -> Any:
    return account.memberships.order_by("id").select_related("user")[0]


def tell(at: datetime = NOON) -> None:
    """Hand on what has happened, and send what is due."""
    relay.hand_on_due(at)
    sending.send_due(lambda: at)


def log(world: World) -> list[WebhookDelivery]:
    """All deliveries of an account, the oldest first."""
    rows = WebhookDelivery.across_accounts.filter(account=world.account)
    return list(rows.order_by("id"))


def only(world: World) -> WebhookDelivery:
    """The one delivery of an account."""
    [row] = log(world)
    return row
