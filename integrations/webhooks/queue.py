"""The queues of subscriptions: what waits, what is held, and what is sent again.

The subscription is locked by whoever calls these.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from incidents import poke
from integrations.models import WebhookDelivery, WebhookSubscription
from integrations.webhooks.rendering import Message

# The task that sends what waits.
SEND: Final = "integrations.send_webhooks"
# So long it is tried, or held, before it is given up.
KEPT: Final = timedelta(hours=48)
# Of one subscription so many wait or are held; then the oldest are given up.
MOST: Final = 10_000
State = WebhookDelivery.State


def add(
    subscription: WebhookSubscription, message: Message, *, at: datetime, state: str
) -> WebhookDelivery:
    """Put one message into a queue, waiting or held."""
    row = _row(subscription, message, at=at, state=state)
    row.save()
    poke.later(SEND)
    return row


def add_all(
    messages: Iterable[tuple[WebhookSubscription, Message]], *, at: datetime
) -> None:
    """Put messages into queues; those for a disabled subscription are held."""
    WebhookDelivery.across_accounts.bulk_create(
        _row(
            subscription,
            message,
            at=at,
            state=State.HELD if subscription.disabled_until else State.WAITING,
        )
        for subscription, message in messages
    )


def again(
    delivery: WebhookDelivery, subscription: WebhookSubscription, *, at: datetime
) -> WebhookDelivery:
    """Send an ended delivery's event once more, as a delivery of its own."""
    row = WebhookDelivery(
        account_id=delivery.account_id,
        subscription=subscription,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        resource=delivery.resource,
        body=delivery.body,
        occurred_at=delivery.occurred_at,
        created_at=at,
        due_at=at,
        expires_at=at + KEPT,
        replay_of=delivery,
    )
    row.save()
    poke.later(SEND)
    return row


def hold(subscription: WebhookSubscription) -> None:
    """Keep what waits until `release`; what is being sent may still arrive."""
    waiting = subscription.deliveries.filter(state=State.WAITING)
    waiting.update(state=State.HELD, due_at=None)


def release(subscription: WebhookSubscription, *, at: datetime) -> int:
    """Send what is held, in its order; this will return how many there are."""
    held = subscription.deliveries.filter(state=State.HELD)
    count = held.update(state=State.WAITING, due_at=at, expires_at=at + KEPT)
    poke.later(SEND)
    return count


def end_disabling(subscription: WebhookSubscription, *, at: datetime) -> int:
    """Let it be sent to again, as if nothing had happened, and release its queue."""
    subscription.disabled_until = None
    subscription.disabled_reason = ""
    subscription.drops = 0
    subscription.save(
        update_fields=["disabled_until", "disabled_reason", "drops", "is_active"]
    )
    return release(subscription, at=at)


def dropped(
    subscription: WebhookSubscription, *, at: datetime
) -> list[WebhookDelivery]:
    """List what was given up of late and not sent again since, the oldest first."""
    rows = subscription.deliveries.filter(
        state=State.DROPPED, ended_at__gte=at - KEPT, replays=None, attempts__gt=0
    )
    return list(rows.order_by("id")[:MOST])


def give_up_surplus(subscription: WebhookSubscription, *, at: datetime) -> int:
    """Give the oldest up where too many are queued; this will return how many."""
    queued = subscription.deliveries.filter(state__in=(State.WAITING, State.HELD))
    newest = queued.order_by("-id").values_list("pk", flat=True)
    first = next(iter(newest[MOST - 1 : MOST]), None)
    if first is None:
        return 0
    return queued.filter(pk__lt=first).update(
        state=State.DROPPED,
        due_at=None,
        lease=None,
        ended_at=at,
        last_error=_("More than %(most)d were waiting.") % {"most": MOST},
    )


def _row(
    subscription: WebhookSubscription, message: Message, *, at: datetime, state: str
) -> WebhookDelivery:
    row = WebhookDelivery(
        account_id=subscription.account_id,
        subscription=subscription,
        event_id=message.event_id,
        event_type=message.event_type,
        resource=message.resource,
        body=message.body,
        state=state,
        occurred_at=message.occurred_at,
        created_at=at,
        due_at=at if state == State.WAITING else None,
        expires_at=at + KEPT,
    )
    if message.is_too_large:
        row.body = ""
        row.state, row.due_at, row.ended_at = State.DROPPED, None, at
        row.last_error = _("It is larger than 256 KB, the most that we send.")
    return row
