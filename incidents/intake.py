"""From an event to an alert, by dedup key, to an incident.

`receive` is the door's part: one round trip, and the event is committed. `process`
is the workers' part: it takes the events of one integration in their order, a
hundred in one transaction, so that a burst costs little and no order is lost.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min, Q

from accounts import tenancy
from accounts.models import Account
from accounts.permissions import Actor
from incidents import actions, integration_keys, poke
from incidents.alerts import Batch
from incidents.models import Alert, Event, Integration

logger = logging.getLogger(__name__)

Outcome = Event.Outcome
# Events of one integration that one transaction works.
BATCH = 100
# How long an event that fails waits, by attempt; then a bare incident is opened.
RETRY = tuple(timedelta(seconds=s) for s in (1, 5, 15, 60))
LONGEST_DESCRIPTION = 4000

Clock = Callable[[], datetime]

# One statement, so it is one transaction and one round trip.
_RECEIVE_ALL = """
    SELECT received.*
    FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS sent(event, place)
    CROSS JOIN LATERAL receive_event(
        %s, event->>'action', event->>'dedup_key', event->'body', %s) AS received
    ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An event that is committed."""

    event_id: int
    account_id: int
    integration_id: int
    # What the account may send; see `Account.events_per_minute`.
    events_per_minute: int


def receive(
    key: str, action: str, dedup_key: str, body: dict[str, Any], *, at: datetime
) -> Receipt | None:
    """Commit an event in one round trip; None when no integration has the key.

    `body` has summary, source, severity, timestamp, component, group, class,
    custom_details, links, images, client and client_url.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM receive_event(%s, %s, %s, %s, %s)",
            [key, action, dedup_key, json.dumps(body), at],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    poke.process_events()
    return Receipt(*row)


def receive_all(
    key: str, events: Sequence[tuple[str, str, dict[str, Any]]], *, at: datetime
) -> list[Receipt]:
    """Commit events, each an action, a dedup key and a body, in order: all or none.

    This will return nothing when no integration has the key.
    """
    sent = [{"action": a, "dedup_key": d, "body": body} for a, d, body in events]
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE_ALL, [json.dumps(sent), key, at])
        rows = cursor.fetchall()
    if rows:
        poke.process_events()
    return [Receipt(*row) for row in rows]


def is_open(key: str, dedup_key: str, *, at: datetime) -> bool:
    """Say whether an alert with the dedup key is open or will be: a resolve ends it."""
    mine = integration_keys.having(key, at, "integration__")
    with tenancy.all_accounts():
        open_alerts = Alert.across_accounts.filter(
            mine, dedup_key=dedup_key, status=Alert.Status.TRIGGERED
        )
        waiting = Event.across_accounts.filter(
            mine, dedup_key=dedup_key, processed_at=None, action=Event.Action.TRIGGER
        )
        return open_alerts.exists() or waiting.exists()


def process(at: datetime) -> int:
    """Work the events that wait, integration by integration in turns.

    This will return how many were worked. Events that another worker holds are left
    to it.
    """
    worked = 0
    while done := process_round(lambda: at):
        worked += done
    return worked


def process_round(now: Clock) -> int:
    """Work some waiting events of each integration; this will return how many.

    Each transaction asks what time it is, however long the round takes.
    """
    return sum(_process_some(account, pk, now) for account, pk in _waiting(now()))


def _waiting(at: datetime) -> list[tuple[Account, int]]:
    """Say which integrations have events, the longest waiting first."""
    with tenancy.all_accounts():
        due = Event.across_accounts.filter(
            Q(retry_at=None) | Q(retry_at__lte=at), processed_at=None
        )
        rows = list(
            due.values_list("account_id", "integration_id")
            .annotate(first=Min("id"))
            .order_by("first")[:BATCH]
        )
        accounts = Account.objects.in_bulk({row[0] for row in rows})
    return [(accounts[account], integration) for account, integration, _id in rows]


def _process_some(account: Account, integration_id: int, now: Clock) -> int:
    """Work the next events of one integration; what fails is tried one by one."""
    try:
        with tenancy.scope(account):
            return _work(account, integration_id, BATCH, now)
    except Exception:
        logger.exception("Could not process events of integration %s", integration_id)
    return _process_one(account, integration_id, now)


def _process_one(account: Account, integration_id: int, now: Clock) -> int:
    """Work the oldest event alone; a failure is noted, and ends in a bare incident."""
    try:
        with tenancy.scope(account):
            return _work(account, integration_id, 1, now)
    except Exception:
        logger.exception("An event of integration %s failed", integration_id)
    with tenancy.scope(account):
        at = now()
        integration = _claim(account, integration_id)
        events = _next(integration, at, 1) if integration else []
        for event in events:
            _set_aside(event, at=at)
        return len(events)


def _work(account: Account, integration_id: int, limit: int, now: Clock) -> int:
    """Work so many events, unless another worker holds the integration."""
    due_at = now()
    integration = _claim(account, integration_id)
    if integration is None:
        return 0
    events = _next(integration, due_at, limit)
    # Asked after they were read: no level begins before its event was received.
    return Batch(integration, at=now()).work(events)


def _claim(account: Account, integration_id: int) -> Integration | None:
    """Lock the integration, so that its events are worked in order; None if held."""
    return (
        account.integrations.select_for_update(
            of=("self",), no_key=True, skip_locked=True
        )
        .select_related("account", "service__escalation_policy", "service__account")
        .filter(pk=integration_id)
        .first()
    )


def _next(integration: Integration, at: datetime, limit: int) -> list[Event]:
    due = integration.events.filter(
        Q(retry_at=None) | Q(retry_at__lte=at), processed_at=None
    )
    return list(due.order_by("id")[:limit])


def _set_aside(event: Event, *, at: datetime) -> None:
    """Try the event again later; after that, open what can be opened from it."""
    event.attempts += 1
    if event.attempts <= len(RETRY):
        event.retry_at = at + RETRY[event.attempts - 1]
        event.save(update_fields=["attempts", "retry_at"])
        return
    logger.critical("Event %s could not be processed", event.pk)
    event.processed_at, event.outcome = at, Outcome.FAILED
    event.save(update_fields=["attempts", "processed_at", "outcome"])
    if event.action == Event.Action.TRIGGER:
        actions.open_incident(
            event.integration.service,
            actor=Actor("event", name=event.integration.name),
            at=at,
            title=str(event.body.get("summary") or "An event could not be read")[:1024],
        )
