"""Makes a room true again after nothing was told there for a while."""

from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Least

from accounts import tenancy
from incidents import poke
from incidents.states import RESOLVED
from integrations.chat import queue, rooms
from integrations.models import ChatMessage, Room

BATCH: Final = 500
GROWN = """
    SELECT m.id FROM integrations_chatmessage m
    JOIN integrations_room r ON r.id = m.room_id AND r.kind = ANY (%s)
    JOIN incidents_incident i ON i.id = m.incident_id AND i.status <> 'resolved'
    WHERE m.due_at IS NULL AND m.message_id <> '' AND EXISTS (
        SELECT 1 FROM incidents_alert a
        WHERE a.incident_id = i.id AND a.created_at > m.updated_at)
    ORDER BY m.id LIMIT %s
"""


def refresh(room: Room, *, at: datetime) -> int:
    """Look again at what may have changed; this will return how many messages.

    An update that would show the same is not sent. What was over before it was ever
    shown stays untold.
    """
    is_open = ~Q(incident__status=RESOLVED)
    is_old = Q(updated_at=None) | Q(incident__changed_at__gte=F("updated_at"))
    found = room.messages.filter(
        is_open | (is_old & ~Q(message_id="")), incident__isnull=False
    )
    return make_due(list(found.values_list("pk", flat=True)), at=at)


def follow_alerts(at: datetime) -> int:
    """Have messages sent whose incidents have got more alerts; return how many.

    Nobody is told of each single one, for there can be any number of them.
    """
    with tenancy.all_accounts():
        with connection.cursor() as cursor:
            cursor.execute(GROWN, [rooms.updatable(), BATCH])
            found = [row[0] for row in cursor.fetchall()]
        return make_due(found, at=at)


def make_due(messages: list[int], *, at: datetime) -> int:
    """Have messages sent, if they show anything new by then."""
    if not messages:
        return 0
    rows = ChatMessage.across_accounts.filter(pk__in=messages).order_by("pk")
    # In one order, so that nobody waits in a circle.
    locked = [row.pk for row in rows.select_for_update(no_key=True).only("pk")]
    poke.later(queue.SEND)
    return ChatMessage.across_accounts.filter(pk__in=locked).update(
        wanted=F("wanted") + 1,
        due_at=Least(Coalesce("due_at", Value(at)), Value(at)),
        expires_at=at + queue.KEPT,
    )
