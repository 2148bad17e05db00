"""Takes what is due for sending: in order, fairly between subscriptions, once each."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts import tenancy
from integrations.models import WebhookDelivery, WebhookSecret, WebhookSubscription

# How long a sender may have a delivery before another one takes it: longer than the
# slowest receiver, and name server, may be.
LEASE = timedelta(seconds=30)
# Of one subscription so many are sent at a time, and of one that fails only one.
SLOTS = 4

# A delivery is next if none of its subscription and resource waits before it.
DUE = """
    WITH busy AS (
        SELECT subscription_id, count(*) AS count FROM integrations_webhookdelivery
        WHERE lease IS NOT NULL AND leased_until > %(at)s GROUP BY subscription_id
    ), waiting AS (
        SELECT DISTINCT subscription_id FROM integrations_webhookdelivery
        WHERE state = 'waiting' AND due_at <= %(at)s
    ), subscriptions AS (
        SELECT s.id, coalesce(s.last_error_at > s.last_success_at,
            s.last_error_at IS NOT NULL) AS is_failing,
            coalesce(busy.count, 0) AS busy
        FROM waiting JOIN integrations_webhooksubscription s
            ON s.id = waiting.subscription_id
        LEFT JOIN busy ON busy.subscription_id = s.id
    ), next AS (
        SELECT d.*, s.is_failing FROM subscriptions s CROSS JOIN LATERAL (
            SELECT id, due_at, row_number() OVER (ORDER BY due_at, id) AS turn
            FROM (
                SELECT d.id, d.due_at FROM integrations_webhookdelivery d
                WHERE d.subscription_id = s.id AND d.state = 'waiting'
                    AND d.due_at <= %(at)s AND NOT EXISTS (
                        SELECT 1 FROM integrations_webhookdelivery e
                        WHERE e.subscription_id = d.subscription_id
                            AND e.resource = d.resource AND e.state = 'waiting'
                            AND e.id < d.id)
                ORDER BY d.due_at, d.id
                LIMIT greatest(
                    CASE WHEN s.is_failing THEN 1 ELSE %(slots)s END - s.busy, 0)
            ) AS own
        ) AS d
    ), places AS (
        SELECT id, is_failing, row_number() OVER (
            PARTITION BY is_failing ORDER BY turn, due_at, id) AS place FROM next
    )
    SELECT id FROM places WHERE place <= CASE WHEN is_failing
        THEN %(failing)s ELSE %(limit)s END
    ORDER BY place, is_failing, id LIMIT %(limit)s
"""
LOCK = """
    UPDATE integrations_webhookdelivery SET lease = gen_random_uuid(),
        leased_until = %(until)s, due_at = %(until)s, attempts = attempts + 1,
        last_attempt_at = %(at)s
    WHERE id IN (
        SELECT id FROM integrations_webhookdelivery
        WHERE id = ANY (%(ids)s) AND state = 'waiting' AND due_at <= %(at)s
        FOR UPDATE SKIP LOCKED)
    RETURNING id, lease
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that one sender has, with all that sending needs."""

    delivery: WebhookDelivery
    subscription: WebhookSubscription
    secrets: Sequence[WebhookSecret]
    lease: uuid.UUID
    # It failed the last time that it was sent to.
    is_failing: bool


def lease(at: datetime, *, limit: int, failing: int) -> list[Leased]:
    """Take deliveries that are due, at most so many of subscriptions that fail.

    In their order: what waits behind another one of its resource is not due.
    """
    with tenancy.all_accounts():
        found = _lock(_due(at, limit=limit, failing=failing), at=at)
        return _complete(found)


def _due(at: datetime, *, limit: int, failing: int) -> list[int]:
    given: dict[str, datetime | int] = {
        "at": at,
        "slots": SLOTS,
        "limit": limit,
        "failing": failing,
    }
    with connection.cursor() as cursor:
        cursor.execute(DUE, given)
        return [row[0] for row in cursor.fetchall()]


def _lock(ids: list[int], *, at: datetime) -> dict[int, uuid.UUID]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"ids": ids, "at": at, "until": at + LEASE})
        return dict(cursor.fetchall())


def _complete(found: dict[int, uuid.UUID]) -> list[Leased]:
    if not found:
        return []
    rows = WebhookDelivery.across_accounts.filter(pk__in=found)
    deliveries = list(rows.select_related("subscription__account").order_by("id"))
    secrets: dict[int, list[WebhookSecret]] = defaultdict(list)
    kept = WebhookSecret.across_accounts.filter(
        subscription__in={row.subscription_id for row in deliveries}, revoked_at=None
    )
    for secret in kept.order_by("id"):
        secrets[secret.subscription_id].append(secret)
    return [
        Leased(
            delivery=row,
            subscription=row.subscription,
            secrets=secrets[row.subscription_id],
            lease=found[row.pk],
            is_failing=_is_failing(row.subscription),
        )
        for row in deliveries
    ]


def _is_failing(subscription: WebhookSubscription) -> bool:
    failed, succeeded = subscription.last_error_at, subscription.last_success_at
    return failed is not None and (succeeded is None or failed > succeeded)
