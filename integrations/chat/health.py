"""How showing incidents in chats goes, for operators, in a few cheap questions."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils.translation import gettext as _

from accounts import tenancy
from incidents import engine
from integrations.models import ChatMessage, ChatRequest, Room
from oncall import moments
from oncall.admin_site import Health

# Older than this, nobody answers people in chats: no worker has the queue `chat`.
BEHIND = timedelta(seconds=60)
MANY = 10_000


def lines() -> Iterator[Health]:
    """Say what waits to be shown and to be answered, and where nothing arrives."""
    with tenancy.all_accounts():
        waiting = ChatMessage.across_accounts.exclude(due_at=None)
        count = len(waiting.order_by().values("pk")[:MANY])
        failing = Room.across_accounts.filter(failures__gt=0).count()
        broken = Room.across_accounts.exclude(broken_at=None).count()
        requests = ChatRequest.across_accounts.filter(processed_at=None)
        oldest = requests.aggregate(at=Min("received_at"))["at"]
    late = max(engine.now() - oldest, timedelta()) if oldest else timedelta()
    words = moments.duration(late) if late > timedelta(seconds=1) else _("none waits")
    yield Health(_("Oldest click or command in a chat"), words, late <= BEHIND)
    yield Health(
        _("Chat messages that wait"), f"{count}+" if count == MANY else str(count)
    )
    yield Health(_("Chat rooms that do not answer"), str(failing))
    yield Health(_("Chat rooms that somebody must repair"), str(broken))
