"""What becomes due among webhooks without anybody's doing, looked at now and then."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import tenancy
from incidents import errands, relay
from integrations.models import WebhookDelivery, WebhookSubscription
from integrations.webhooks import queue

State = WebhookDelivery.State
EVERY: Final = timedelta(seconds=30)
# Old rows go so many at a time, so that no table is locked for long.
BATCH: Final = 5000

CROWDED = """
    SELECT subscription_id FROM integrations_webhookdelivery
    WHERE state IN ('waiting', 'held')
    GROUP BY subscription_id HAVING count(*) > %s
"""
OLD = """
    DELETE FROM integrations_webhookdelivery WHERE id IN (
        SELECT id FROM integrations_webhookdelivery
        WHERE ended_at < %s ORDER BY ended_at LIMIT %s)
"""


def sweep(at: datetime) -> None:
    """Make the round if it is due, for everybody who could."""
    if errands.claim("webhooks", every=EVERY, at=at) is None:
        return
    try_again(at)
    give_up(at)
    give_up_surplus(at)
    forget(at)
    relay.forget(at)


def try_again(at: datetime) -> int:
    """End the disabling of subscriptions whose day is over."""
    found = _subscriptions(
        WebhookSubscription.across_accounts.filter(disabled_until__lte=at)
    )
    for subscription in found:
        with tenancy.scope(subscription.account):
            fresh = _lock(subscription)
            if fresh and fresh.disabled_until and fresh.disabled_until <= at:
                queue.end_disabling(fresh, at=at)
    return len(found)


def give_up(at: datetime) -> int:
    """Give up what was not delivered in time, or was held for too long."""
    with tenancy.all_accounts():
        late = WebhookDelivery.across_accounts.filter(
            Q(lease=None) | Q(leased_until__lte=at),
            state__in=(State.WAITING, State.HELD),
            expires_at__lte=at,
        )
        return late.update(
            state=State.DROPPED,
            due_at=None,
            lease=None,
            ended_at=at,
            last_error=_("It could not be delivered within 48 hours."),
        )


def give_up_surplus(at: datetime) -> int:
    """Give up the oldest of what is too much for one queue."""
    with tenancy.all_accounts(), connection.cursor() as cursor:
        cursor.execute(CROWDED, [queue.MOST])
        ids = [row[0] for row in cursor.fetchall()]
    found = _subscriptions(WebhookSubscription.across_accounts.filter(pk__in=ids))
    gone = 0
    for subscription in found:
        with tenancy.scope(subscription.account):
            fresh = _lock(subscription)
            gone += queue.give_up_surplus(fresh, at=at) if fresh else 0
    return gone


def forget(at: datetime) -> int:
    """Delete old rows of the log, some at a time; this will return how many."""
    before = at - timedelta(days=settings.WEBHOOK_LOG_DAYS)
    with tenancy.all_accounts(), connection.cursor() as cursor:
        cursor.execute(OLD, [before, BATCH])
        return int(cursor.rowcount)


def _subscriptions(rows: QuerySet[WebhookSubscription]) -> list[WebhookSubscription]:
    with tenancy.all_accounts():
        return list(rows.select_related("account"))


def _lock(subscription: WebhookSubscription) -> WebhookSubscription | None:
    found: WebhookSubscription | None = (
        subscription.account.webhook_subscriptions.select_for_update(
            of=("self",), no_key=True
        )
        .select_related("account")
        .filter(pk=subscription.pk)
        .first()
    )
    return found
