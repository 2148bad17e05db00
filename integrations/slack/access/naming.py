"""Asks Slack for the names of channels that somebody gave us by their ids alone.

The REST API has no time to ask, so a room is called by its id until then.
"""

import logging
from datetime import datetime

from django.db.models import F, QuerySet

from accounts import tenancy
from incidents import poke
from integrations.chat import breaking, queue
from integrations.chat.rooms import Broken, Failure, Refused
from integrations.models import Room
from integrations.slack.access.picking import KIND
from integrations.slack.api import client

logger = logging.getLogger(__name__)

# So many at a time; each is one question.
BATCH = 20


def later() -> None:
    """Say, when this transaction commits, that a name may be missing."""
    poke.later(queue.FOLLOW)


def name_due(at: datetime) -> None:
    """Name the rooms that have no name yet; one that fails steps aside."""
    with tenancy.all_accounts():
        nameless = Room.across_accounts.filter(
            kind=KIND, name=F("channel_id"), broken_at=None
        )
        rows = nameless.select_related("account", "workspace").order_by("id")
        found = list(rows[:BATCH])
    for room in found:
        try:
            _name(room, at)
        except Exception:
            logger.exception("Could not name room %s", room.pk)


def _name(room: Room, at: datetime) -> None:
    if room.workspace is None:
        return
    try:
        channel = client.of(room.workspace).channel_info(room.channel_id)
    except (Broken, Refused) as failure:
        _break(room, str(failure), at=at)
    except Failure:
        # Slack does not answer, or not yet: in the next round.
        return
    else:
        with tenancy.scope(room.account):
            _nameless(room).update(name=f"#{channel.name}"[:200])


def _break(room: Room, words: str, *, at: datetime) -> None:
    """Nothing will arrive there either; whoever can do something is told."""
    with tenancy.scope(room.account):
        for fresh in _nameless(room).select_for_update(of=("self",), no_key=True):
            fresh.broken_at = fresh.last_error_at = at
            fresh.last_error = words[:300]
            fresh.save(update_fields=["broken_at", "last_error_at", "last_error"])
            breaking.tell(fresh, at=at)


def _nameless(room: Room) -> QuerySet[Room]:
    """Look again: Slack may have told its name meanwhile, or somebody moved it."""
    return room.account.rooms.filter(
        pk=room.pk, channel_id=room.channel_id, name=F("channel_id"), broken_at=None
    )
