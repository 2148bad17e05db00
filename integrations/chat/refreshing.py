"""Makes a room true again after nothing was told there for a while."""

from datetime import datetime

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Least

from incidents import poke
from incidents.states import RESOLVED
from integrations.chat import queue
from integrations.models import ChatMessage, Room


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
