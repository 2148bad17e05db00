"""Turns what happened into messages for the subscriptions that want to hear of it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid5

from accounts.models import Account
from incidents import poke, relay, snapshots
from incidents.models import Responder, StatusUpdate, TimelineEntry
from incidents.relay import Happening
from incidents.snapshots import Snapshot
from integrations.models import WebhookSubscription
from integrations.webhooks import queue, rendering
from integrations.webhooks.references import Json, reference
from integrations.webhooks.rendering import Event, Message

# What a verb is called outside. One that is missing is not told there.
TYPES: Final = {
    "trigger": "incident.triggered",
    "acknowledge": "incident.acknowledged",
    "snooze": "incident.acknowledged",
    "unacknowledge": "incident.unacknowledged",
    "ack_timeout": "incident.unacknowledged",
    "snooze_ended": "incident.unacknowledged",
    "escalate": "incident.escalated",
    "level_started": "incident.escalated",
    "reassign": "incident.reassigned",
    "resolve": "incident.resolved",
    "auto_resolve": "incident.resolved",
    "merged": "incident.resolved",
    "reopen": "incident.reopened",
    "change_priority": "incident.priority_updated",
    "add_note": "incident.annotated",
    "status_update": "incident.status_update_published",
    "responders_asked": "incident.responder.added",
    "responder_joined": "incident.responder.replied",
    "responder_declined": "incident.responder.replied",
    "service_created": "service.created",
    "service_updated": "service.updated",
    "service_deleted": "service.deleted",
}
# What starts a level by itself, so that the level is not told a second time.
STARTERS: Final = (
    "trigger",
    "escalate",
    "reassign",
    "reopen",
    "unacknowledge",
    "ack_timeout",
    "snooze_ended",
    "change_urgency",
    "repaired",
)


class Webhooks:
    """The consumer of the outbox that fills the queues of subscriptions."""

    def wants(self, account: Account) -> bool:
        """Say whether the account has a subscription that is switched on."""
        return account.webhook_subscriptions.filter(is_active=True).exists()

    def take(
        self, account: Account, happenings: Sequence[Happening], at: datetime
    ) -> None:
        """Put a message into the queue of each subscription that wants it."""
        # Locked, so that one that is being disabled finds all that waits for it.
        subscriptions = list(
            account.webhook_subscriptions.select_for_update(no_key=True)
            .filter(is_active=True)
            .order_by("id")
        )
        wanted = {name for each in subscriptions for name in each.events}
        told = list(_messages(account, happenings, wanted)) if wanted else []
        queue.add_all(
            [
                (subscription, message)
                for message in told
                for subscription in subscriptions
                if _is_for(subscription, message)
            ],
            at=at,
        )
        if told:
            poke.later(queue.SEND)


def _is_for(subscription: WebhookSubscription, message: Message) -> bool:
    if message.event_type not in subscription.events:
        return False
    is_all = subscription.filter_type == WebhookSubscription.Filter.ACCOUNT
    return is_all or subscription.filter_id in message.about


@dataclass(frozen=True, slots=True)
class _Facts:
    """What happenings have around them, loaded together."""

    asked: dict[tuple[int | None, datetime], list[Responder]]
    answered: dict[tuple[int | None, datetime], Responder]
    updates: dict[tuple[int | None, datetime], StatusUpdate]
    started: set[tuple[int | None, datetime]]


def _messages(
    account: Account, happenings: Sequence[Happening], wanted: Collection[str]
) -> Iterator[Message]:
    found = [each for each in happenings if _type(each) in wanted]
    facts = _facts(account, found)
    for happening in found:
        render = RENDERERS.get(happening.verb, _incident)
        yield from render(happening, facts)


def _type(happening: Happening) -> str:
    name = TYPES.get(happening.verb, "")
    if happening.verb == "reassign" and not happening.snapshot["is_assigned_directly"]:
        return "incident.delegated"
    return name


def _event(happening: Happening) -> Event:
    return Event(
        id=happening.id,
        type=_type(happening),
        at=happening.at,
        agent=_agent(happening),
        client=_client(happening.entry),
    )


def _agent(happening: Happening) -> Json | None:
    """Say who did it: a member, a tool for its service, or nobody."""
    entry = happening.entry
    if entry is None:
        return reference("user", happening.snapshot.get("actor"))
    if entry.membership is not None:
        return reference("user", snapshots.of_member(entry.membership))
    if entry.via == "event":
        return reference("service", happening.snapshot["service"])
    return None


def _client(entry: TimelineEntry | None) -> str:
    """Name the tool through which it came, as it calls itself or as we call it."""
    if entry is None or entry.membership is not None or entry.via != "event":
        return ""
    return str(entry.details.get("client") or entry.name)


def _incident(happening: Happening, facts: _Facts) -> Iterator[Message]:
    yield rendering.incident(_event(happening), happening.snapshot)


def _level(happening: Happening, facts: _Facts) -> Iterator[Message]:
    details = happening.entry.details if happening.entry else {}
    is_first = details.get("level") == 1 and not details.get("round")
    if not is_first and (happening.incident_id, happening.at) not in facts.started:
        yield rendering.incident(_event(happening), happening.snapshot)


def _snooze(happening: Happening, facts: _Facts) -> Iterator[Message]:
    """A snooze is news only where it is the acknowledgement too."""
    if happening.snapshot["acknowledged_at"] == happening.at.isoformat():
        yield rendering.incident(_event(happening), happening.snapshot)


def _note(happening: Happening, facts: _Facts) -> Iterator[Message]:
    if (entry := happening.entry) is not None:
        text = str(entry.details.get("text", ""))
        event = _event(happening)
        yield rendering.note(
            event, happening.snapshot, public_id=entry.public_id, text=text
        )


def _status_update(happening: Happening, facts: _Facts) -> Iterator[Message]:
    update = facts.updates.get((happening.incident_id, happening.at))
    if update is not None:
        yield rendering.status_update(
            _event(happening),
            happening.snapshot,
            public_id=update.public_id,
            text=update.message,
        )


def _asked(happening: Happening, facts: _Facts) -> Iterator[Message]:
    event = _event(happening)
    for row in facts.asked.get((happening.incident_id, happening.at), []):
        # One event for each of them, and the same one if this is done again.
        own = uuid5(happening.id, row.public_id)
        yield _responder(
            Event(own, event.type, event.at, event.agent, event.client),
            happening.snapshot,
            row,
            state=Responder.State.PENDING,
        )


def _answered(happening: Happening, facts: _Facts) -> Iterator[Message]:
    row = facts.answered.get((happening.incident_id, happening.at))
    if row is not None:
        accepted = happening.verb == "responder_joined"
        state = Responder.State.JOINED if accepted else Responder.State.DECLINED
        yield _responder(_event(happening), happening.snapshot, row, state=state)


def _responder(
    event: Event, snapshot: Snapshot, row: Responder, *, state: str
) -> Message:
    policy = row.policy and {"id": row.policy.public_id, "name": row.policy.name}
    return rendering.responder(
        event,
        snapshot,
        user=snapshots.of_member(row.membership),
        policy=policy,
        message=row.request.message,
        state=state,
    )


def _service(happening: Happening, facts: _Facts) -> Iterator[Message]:
    yield rendering.service(_event(happening), happening.snapshot["service"])


Renderer = Callable[[Happening, _Facts], Iterator[Message]]
RENDERERS: Final[dict[str, Renderer]] = {
    "level_started": _level,
    "snooze": _snooze,
    "add_note": _note,
    "status_update": _status_update,
    "responders_asked": _asked,
    "responder_joined": _answered,
    "responder_declined": _answered,
    "service_created": _service,
    "service_updated": _service,
    "service_deleted": _service,
}


def _facts(account: Account, happenings: Sequence[Happening]) -> _Facts:
    def ids(*verbs: str) -> list[int | None]:
        return [each.incident_id for each in happenings if each.verb in verbs]

    responders = _responders(
        account, ids("responders_asked", "responder_joined", "responder_declined")
    )
    asked: dict[tuple[int | None, datetime], list[Responder]] = {}
    for row in responders:
        asked.setdefault((row.incident_id, row.asked_at), []).append(row)
    return _Facts(
        asked=asked,
        answered={
            (row.incident_id, row.answered_at): row
            for row in responders
            if row.answered_at is not None
        },
        updates=_updates(account, ids("status_update")),
        started=_started(account, ids("level_started")),
    )


def _responders(account: Account, ids: list[int | None]) -> list[Responder]:
    if not ids:
        return []
    rows = account.responders.filter(incident__in=ids)
    return list(rows.select_related("membership__user", "policy", "request"))


def _updates(
    account: Account, ids: list[int | None]
) -> dict[tuple[int | None, datetime], StatusUpdate]:
    if not ids:
        return {}
    rows = account.status_updates.filter(incident__in=ids)
    return {(row.incident_id, row.at): row for row in rows}


def _started(
    account: Account, ids: list[int | None]
) -> set[tuple[int | None, datetime]]:
    if not ids:
        return set()
    rows = account.timeline_entries.filter(incident__in=ids, verb__in=STARTERS)
    return set(rows.order_by().values_list("incident_id", "at"))


relay.register(Webhooks())
