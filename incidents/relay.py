"""Hands what is in the outbox to whoever tells those outside: webhooks, chat.

Rows of an account go in their order, in a transaction of their own, at most one at a
time; they are gone with the commit that makes the consumers' own rows. A row that
cannot be handed on steps aside. Paging never waits for any of this.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from accounts import tenancy
from accounts.models import Account
from incidents import engine, snapshots
from incidents.models import OutboxEntry, TimelineEntry
from incidents.snapshots import Snapshot
from incidents.turns import Turn

logger = logging.getLogger(__name__)

BATCH = 200
# How often an account has its turn before the others have theirs again.
ROUNDS = 50
# After so many failures a row is set aside for good, and operators are told.
PATIENCE = 5
POSTPONEMENT = timedelta(seconds=5)
KEPT = timedelta(days=7)
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('outbox'), (%s %% 2147483647)::int)"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, as consumers see it."""

    id: UUID
    verb: str
    at: datetime
    # How the incident, or the service, was then.
    snapshot: Snapshot
    incident_id: int | None
    # What the timeline says of it, if it is an incident's.
    entry: TimelineEntry | None


class Consumer(Protocol):
    """Somebody who tells those outside."""

    def wants(self, account: Account) -> bool:
        """Say whether anybody of the account wants to be told."""

    def take(
        self, account: Account, happenings: Sequence[Happening], at: datetime
    ) -> None:
        """Make rows of one's own of these; no network, no other transaction."""


_consumers: list[Consumer] = []
_turn = Turn()


def register(consumer: Consumer) -> None:
    """Make a consumer known, once, at the start."""
    _consumers.append(consumer)


def reconsider(account: Account) -> None:
    """Look whether anybody wants to be told, and keep what happens only then.

    This belongs into each transaction that changes who wants to.
    """
    fresh = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    wanted = any(consumer.wants(fresh) for consumer in _consumers)
    account.has_listeners = wanted
    if fresh.has_listeners != wanted:
        Account.objects.filter(pk=fresh.pk).update(has_listeners=wanted)


def hand_on() -> None:
    """Hand on whatever waits; a thread that comes meanwhile only says so."""
    _turn.take(lambda: hand_on_due(engine.now()))


def hand_on_due(at: datetime) -> int:
    """Hand on what waits of every account; this will return how many rows went."""
    gone = 0
    for _round in range(ROUNDS):
        done = [_hand_on(account, at) for account in _waiting(at)]
        gone += sum(done)
        if not sum(done):
            break
    return gone


def forget(at: datetime) -> int:
    """Delete what was set aside long ago; this will return how many rows."""
    with tenancy.all_accounts():
        old = OutboxEntry.across_accounts.filter(set_aside_at__lt=at - KEPT)
        return old.delete()[0]


def _waiting(at: datetime) -> list[Account]:
    with tenancy.all_accounts():
        rows = OutboxEntry.across_accounts.filter(_due(at)).order_by()
        ids = list(rows.values_list("account_id", flat=True).distinct())
        return list(Account.objects.filter(pk__in=ids)) if ids else []


def _due(at: datetime) -> Q:
    return Q(set_aside_at=None) & (Q(retry_at=None) | Q(retry_at__lte=at))


def _hand_on(account: Account, at: datetime) -> int:
    """Hand on the next rows of an account, unless another relay is at it."""
    try:
        with tenancy.scope(account):
            if not _is_ours(account):
                return 0
            rows = list(account.outbox.filter(_due(at)).order_by("id")[:BATCH])
            if rows and not any(consumer.wants(account) for consumer in _consumers):
                # The last who wanted to be told went without saying so.
                reconsider(account)
            if rows and not _tried(account, rows, at):
                for row in rows:
                    if not _tried(account, [row], at):
                        _set_aside(row, at)
            return len(rows)
    except Exception:
        logger.exception("Could not hand on the outbox of account %s", account.pk)
        return 0


def _is_ours(account: Account) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [account.pk])
        return bool(cursor.fetchone()[0])


def _tried(account: Account, rows: Sequence[OutboxEntry], at: datetime) -> bool:
    """Give rows to all consumers, or to none; this will say which."""
    try:
        with transaction.atomic():
            happenings = _happenings(account, rows)
            for consumer in _consumers:
                consumer.take(account, happenings, at)
            account.outbox.filter(pk__in=[row.pk for row in rows]).delete()
    except Exception:
        logger.exception("Could not hand on %d outbox entries", len(rows))
        return False
    return True


def _set_aside(row: OutboxEntry, at: datetime) -> None:
    row.failures += 1
    row.retry_at = at + POSTPONEMENT * row.failures
    if row.failures >= PATIENCE:
        row.set_aside_at = at
        logger.critical("Set outbox entry %s aside for good", row.pk)
    row.save(update_fields=["failures", "retry_at", "set_aside_at"])


def _happenings(account: Account, rows: Sequence[OutboxEntry]) -> list[Happening]:
    entries = account.timeline_entries.select_related("membership__user").in_bulk(
        [row.entry_id for row in rows if row.entry_id is not None]
    )
    # Without a state of its own a row gets the one of now.
    bare = [row.incident_id for row in rows if row.snapshot is None]
    now = snapshots.of_incidents(filter(None, bare))
    return [
        Happening(
            id=row.event_id,
            verb=row.verb,
            at=row.at,
            snapshot=row.snapshot or now[row.incident_id or 0],
            incident_id=row.incident_id,
            entry=entries.get(row.entry_id or 0),
        )
        for row in rows
    ]
