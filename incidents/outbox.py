"""Records what those outside are to be told of, in the transaction in which it happens.

An account to which nobody listens pays nothing for it. `incidents.relay` hands the
rows on.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from accounts import tenancy
from accounts.models import Account
from accounts.permissions import Actor
from incidents import poke, snapshots
from incidents.models import OutboxEntry, Service, TimelineEntry

# Verbs of the timeline that mean something to those outside. Deliveries do not, nor
# what only repeats itself: there can be any number of them.
TOLD: Final = frozenset(
    {
        "trigger",
        "acknowledge",
        "unacknowledge",
        "ack_timeout",
        "snooze",
        "snooze_ended",
        "resolve",
        "auto_resolve",
        "merge",
        "merged",
        "reopen",
        "escalate",
        "level_started",
        "policy_exhausted",
        "nobody_reached",
        "reassign",
        "add_note",
        "change_urgency",
        "change_priority",
        "rename",
        "describe",
        "alerts_moved",
        "status_update",
        "responders_asked",
        "responder_joined",
        "responder_declined",
        "responder_cancelled",
    }
)


def record(entries: Sequence[TimelineEntry]) -> None:
    """Keep saved entries of timelines for those outside."""
    told = [entry for entry in entries if entry.verb in TOLD]
    listening = _listening(told) if told else set()
    rows = OutboxEntry.across_accounts.bulk_create(
        OutboxEntry(
            account_id=entry.account_id,
            verb=entry.verb,
            incident_id=entry.incident_id,
            entry_id=entry.pk,
            at=entry.at,
        )
        for entry in told
        if entry.account_id in listening
    )
    if rows:
        # As it is when the verb is done, which it is not yet.
        tenancy.at_end(snapshots.fill, [row.pk for row in rows])
        poke.relay()


def record_service(verb: str, service: Service, *, actor: Actor, at: datetime) -> None:
    """Keep what happened to a service: created, updated or deleted."""
    if not service.account.has_listeners:
        return
    found: dict[str, Any] = {
        "service": snapshots.of_service(service),
        "actor": snapshots.of_actor(actor),
    }
    OutboxEntry.across_accounts.create(
        account=service.account, verb=f"service_{verb}", snapshot=found, at=at
    )
    poke.relay()


def _listening(entries: Iterable[TimelineEntry]) -> set[int]:
    """Choose the accounts to which somebody listens, without asking where we know."""
    listening, unknown = set(), set()
    for entry in entries:
        account = _account(entry)
        if account is None:
            unknown.add(entry.account_id)
        elif account.has_listeners:
            listening.add(account.pk)
    if unknown := unknown - listening:
        found = Account.objects.filter(pk__in=unknown, has_listeners=True)
        listening.update(found.values_list("pk", flat=True))
    return listening


def _account(entry: TimelineEntry) -> Account | None:
    """Take the account along if it is loaded."""
    loaded = entry._state.fields_cache
    incident = loaded.get("incident")
    if incident is None:
        return None
    account: Account | None = incident._state.fields_cache.get("account")
    return account
