"""Writes down what came of attempts: delivered, tried again later, or given up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from accounts import tenancy
from integrations.models import WebhookDelivery, WebhookSubscription
from integrations.webhooks import disabling, event_types
from integrations.webhooks.leases import Leased
from integrations.webhooks.posting import Outcome

State = WebhookDelivery.State

FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=1)
SHORTEST_WAIT: Final = timedelta(seconds=1)
# The last success of a subscription is known no more exactly.
NOTED_EVERY: Final = timedelta(seconds=1)

DELIVERED = """
    UPDATE integrations_webhookdelivery d SET state = 'delivered', due_at = NULL,
        lease = NULL, leased_until = NULL, ended_at = %(at)s, last_error = '',
        last_status = v.status, last_answer = v.answer, last_took = v.took
    FROM unnest(%(ids)s::bigint[], %(leases)s::uuid[], %(statuses)s::int[],
        %(answers)s::text[], %(took)s::interval[])
        AS v (id, lease, status, answer, took)
    WHERE d.id = v.id AND d.lease = v.lease
"""


def delivered(attempts: Sequence[tuple[Leased, Outcome]], *, at: datetime) -> None:
    """Write down what was taken; what another sender has by now is that one's."""
    if not attempts:
        return
    with tenancy.all_accounts():
        _note_success({leased.subscription.pk for leased, _outcome in attempts}, at)
        with connection.cursor() as cursor:
            cursor.execute(
                DELIVERED,
                {
                    "at": at,
                    "ids": [leased.delivery.pk for leased, _outcome in attempts],
                    "leases": [leased.lease for leased, _outcome in attempts],
                    "statuses": [outcome.status for _leased, outcome in attempts],
                    "answers": [outcome.answer for _leased, outcome in attempts],
                    "took": [outcome.took for _leased, outcome in attempts],
                },
            )


def failed(leased: Leased, outcome: Outcome, *, at: datetime) -> None:
    """Have it sent again later, or give it up; the third in a row disables."""
    account = leased.subscription.account_id
    with tenancy.scope(leased.subscription.account):
        subscriptions = WebhookSubscription.across_accounts.select_for_update(
            no_key=True
        ).filter(account=account, pk=leased.subscription.pk)
        deliveries = WebhookDelivery.across_accounts.filter(
            account=account, pk=leased.delivery.pk, lease=leased.lease
        )
        subscription = subscriptions.first()
        delivery = deliveries.select_for_update(no_key=True).first()
        if subscription is None or delivery is None:
            return
        _write(delivery, outcome, at=at)
        subscription.last_error = outcome.error
        subscription.last_error_at = at
        # A greeting is for trying things out.
        if delivery.is_ended and delivery.event_type != event_types.PING:
            subscription.drops += 1
        subscription.save(update_fields=["last_error", "last_error_at", "drops"])
        disabling.consider(subscription, at=at)


def _note_success(ids: set[int], at: datetime) -> None:
    """Forget earlier failures; rows in one order, so that nobody waits in a circle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_webhooksubscription SET drops = 0, told_at = NULL,"
            " last_success_at = %(at)s WHERE id IN ("
            " SELECT id FROM integrations_webhooksubscription"
            " WHERE id = ANY (%(ids)s) AND (drops > 0 OR told_at IS NOT NULL"
            " OR last_success_at IS NULL OR last_success_at < %(since)s"
            " OR last_error_at >= last_success_at)"
            " ORDER BY id FOR NO KEY UPDATE)",
            {"at": at, "ids": list(ids), "since": at - NOTED_EVERY},
        )


def _write(delivery: WebhookDelivery, outcome: Outcome, *, at: datetime) -> None:
    delivery.lease = delivery.leased_until = None
    delivery.last_error = outcome.error[:300]
    delivery.last_status = outcome.status
    delivery.last_answer = outcome.answer
    delivery.last_took = outcome.took
    again_at = at + _wait(delivery.attempts, outcome.retry_after)
    if outcome.is_final or again_at > delivery.expires_at:
        delivery.state, delivery.due_at, delivery.ended_at = State.DROPPED, None, at
    elif delivery.state == State.WAITING:
        delivery.due_at = again_at
    delivery.save()


def _wait(attempts: int, asked: timedelta | None) -> timedelta:
    """Say how long to wait after so many attempts, or as long as was asked for."""
    if asked is not None:
        return min(max(asked, SHORTEST_WAIT), LONGEST_WAIT)
    # Beyond that it is the longest in any case.
    doublings = min(attempts - 1, 12)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
