"""Records what came of deliveries: what providers took, refused and reported later."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from django.db import OperationalError, connection
from django.db.models import Q, QuerySet

from accounts import channels, tenancy
from incidents import poke, timeline
from incidents.models import Incident, Notification, TimelineEntry

logger = logging.getLogger(__name__)

Purpose = Notification.Purpose
State = Notification.Status

# How long to wait after each failed attempt; after the last one the delivery failed.
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 15, 45, 120))
# A provider may ask for more, but a page cannot wait for ever.
LONGEST_PAUSE = timedelta(minutes=5)
# Seconds between tries to record what was sent; together well below a lease.
PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)


def sent(
    deliveries: Sequence[tuple[Notification, channels.Sent]], *, at: datetime
) -> None:
    """Record that providers have taken messages, and all that these carried.

    One that cannot be recorded does not keep the others from it: this will raise
    nothing, and the lease of that one ends, as if its sender had died. A database that
    is away for a moment, or that chose us in a deadlock, is asked again.
    """
    if not deliveries:
        return
    for pause in (*PAUSES, 0.0):
        try:
            with tenancy.all_accounts():
                _record_sent(deliveries, at=at)
        except OperationalError as error:
            logger.warning("Could not record %d deliveries: %s", len(deliveries), error)
            time.sleep(pause)
        except Exception:
            logger.exception("Could not record %d deliveries", len(deliveries))
            if len(deliveries) > 1:
                for delivery in deliveries:
                    sent([delivery], at=at)
            return
        else:
            return
    logger.error("Gave up recording %d deliveries", len(deliveries))


def not_sent(
    notification: Notification,
    error: str,
    *,
    at: datetime,
    is_permanent: bool,
    retry_after: timedelta | None = None,
) -> None:
    """Record a failed attempt: this will plan the next one, or give the delivery up.

    What the message carried shares its fate. A provider that asks for more time gets
    it, up to LONGEST_PAUSE.
    """
    rows = [notification, *notification.carried]
    with tenancy.scope(notification.account):
        if is_permanent or notification.attempts > len(BACKOFF):
            fail(rows, error, at=at)
            return
        asked = min(retry_after or timedelta(), LONGEST_PAUSE)
        wait = max(BACKOFF[notification.attempts - 1], asked)
        _of([row.pk for row in rows]).filter(status=State.PLANNED).update(
            send_at=at + wait, error=error[:300]
        )


def fail(notifications: Sequence[Notification], error: str, *, at: datetime) -> None:
    """Give deliveries of one account up, inside of its scope; the next rules fire."""
    # Verbs lock an incident before its deliveries, so we do too.
    incidents = {row.incident_id for row in notifications if row.incident_id}
    list(
        Incident.across_accounts.select_for_update(no_key=True)
        .filter(pk__in=incidents)
        .order_by("pk")
        .values_list("pk")
    )
    _of([row.pk for row in notifications]).update(
        status=State.FAILED, failed_at=at, error=error[:300]
    )
    _write("notify_failed", notifications, at=at, error=error[:300])
    _pull_rules_forward(notifications, at=at)
    _pull_levels_forward(notifications, at=at)


def receipt(
    token: str, state: Literal["delivered", "failed"], error: str, *, at: datetime
) -> bool:
    """Record what the provider says of a message later; an unknown token is False.

    A state never goes backwards: a late `delivered` does not undo an answer.
    """
    with tenancy.all_accounts():
        found = _carried_by(token).select_related("account").first()
    if found is None:
        return False
    with tenancy.scope(found.account):
        rows = [
            row
            for row in _carried_by(token).select_for_update(of=("self",)).order_by("pk")
            if row.status in (State.PLANNED, State.SENT)
        ]
        if state == "delivered":
            _of([row.pk for row in rows]).update(
                status=State.DELIVERED, delivered_at=at
            )
        elif rows:
            fail(rows, error, at=at)
    return True


def answered(*notifications: Notification, at: datetime) -> None:
    """Record that a person answered just these messages; inside the account's scope."""
    _of([row.pk for row in notifications]).update(status=State.ANSWERED, answered_at=at)


def _record_sent(
    deliveries: Sequence[tuple[Notification, channels.Sent]], *, at: datetime
) -> None:
    taken = {
        row.pk: (row, by)
        for leader, by in deliveries
        for row in (leader, *leader.carried)
    }
    rows = [row for row, _by in taken.values()]
    with connection.cursor() as cursor:
        # In the order of their ids, as whoever calls them off locks them.
        cursor.execute(
            "SELECT id FROM incidents_notification WHERE id = ANY(%s)"
            " ORDER BY id FOR UPDATE",
            [list(taken)],
        )
        cursor.execute(
            # What was said of it meanwhile, by a receipt or an answer, stands.
            "UPDATE incidents_notification n SET"
            " status = CASE n.status WHEN 'planned' THEN 'sent' ELSE n.status END,"
            " error = CASE n.status WHEN 'planned' THEN '' ELSE n.error END,"
            " sent_at = coalesce(n.sent_at, %s),"
            " provider = coalesce(nullif(n.provider, ''), new.provider),"
            " provider_id = coalesce(nullif(n.provider_id, ''), new.provider_id)"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[])"
            " AS new (id, provider, provider_id) WHERE n.id = new.id",
            [
                at,
                list(taken),
                [by.provider[:20] for _row, by in taken.values()],
                [by.id[:100] for _row, by in taken.values()],
            ],
        )
        # Only to know how fresh an address is: whoever changes it now goes first.
        cursor.execute(
            "UPDATE accounts_contactmethod SET last_delivery_at = %s WHERE id IN ("
            "SELECT id FROM accounts_contactmethod WHERE id = ANY(%s)"
            " FOR NO KEY UPDATE SKIP LOCKED)",
            [at, list({row.contact_method_id for row in rows} - {None})],
        )
    codes = [row.pk for row in rows if row.purpose == Purpose.CODE]
    if codes:
        _of(codes).update(content={})
    _write("notified", rows, at=at)


def _pull_rules_forward(rows: Sequence[Notification], *, at: datetime) -> None:
    """Let the next rule of each person, for the same incident, fire now."""
    told = [row for row in rows if row.purpose in (Purpose.PAGE, Purpose.REQUEST)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE incidents_notification SET send_at = %s WHERE id IN ("
            "SELECT DISTINCT ON (n.incident_id, n.membership_id, n.purpose) n.id"
            " FROM incidents_notification n JOIN"
            " unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[])"
            " AS failed (incident_id, membership_id, purpose, episode)"
            " USING (incident_id, membership_id, purpose, episode)"
            " WHERE n.status = 'planned' AND n.attempts = 0 AND n.send_at > %s"
            " ORDER BY n.incident_id, n.membership_id, n.purpose, n.send_at)",
            [
                at,
                [row.incident_id for row in told],
                [row.membership_id for row in told],
                [row.purpose for row in told],
                [row.episode for row in told],
                at,
            ],
        )
        if cursor.rowcount:
            poke.deliver()


def _pull_levels_forward(rows: Sequence[Notification], *, at: datetime) -> None:
    """Let the next level begin where no page of this one can reach anybody any more.

    Of low urgency too: it does not wait for an answer, but somebody must know of it.
    """
    pages = [row for row in rows if row.purpose == Purpose.PAGE and row.incident_id]
    if not pages:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE incidents_incident i SET escalate_at = %s"
            " FROM (SELECT DISTINCT * FROM unnest(%s::bigint[], %s::int[]))"
            " AS failed (id, episode)"
            " WHERE i.id = failed.id AND i.episode = failed.episode"
            " AND i.status = 'triggered' AND (i.escalate_at > %s OR"
            " (i.escalate_at IS NULL AND i.exhausted_at IS NULL))"
            " AND NOT EXISTS (SELECT 1 FROM incidents_notification n"
            " WHERE n.incident_id = i.id AND n.episode = i.episode"
            " AND n.purpose = 'page' AND n.status NOT IN ('failed', 'cancelled'))",
            [
                at,
                [row.incident_id for row in pages],
                [row.episode for row in pages],
                at,
            ],
        )


def _write(
    verb: str, rows: Sequence[Notification], *, at: datetime, error: str = ""
) -> None:
    """Put deliveries on the timelines of their incidents."""
    timeline.write(
        TimelineEntry(
            account_id=row.account_id,
            incident_id=row.incident_id,
            verb=verb,
            at=at,
            via="engine",
            membership_id=row.membership_id,
            details={
                "kind": row.kind,
                "purpose": row.purpose,
                "notification": row.public_id,
                **({"error": error} if error else {}),
            },
        )
        for row in rows
        # A notice may go to many; the trail has them.
        if row.incident_id is not None and row.purpose != Purpose.NOTICE
    )


def _of(ids: Sequence[int]) -> QuerySet[Notification]:
    return Notification.across_accounts.filter(pk__in=ids)


def _carried_by(token: str) -> QuerySet[Notification]:
    """Find the deliveries of one message: the one that names it, and the bundled."""
    return Notification.across_accounts.filter(
        Q(token=token) | Q(bundled_into__token=token)
    )
