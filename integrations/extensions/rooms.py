"""Rooms as extensions come by them: kept once, and let go of.

Each is called in the transaction of the verb that it is a part of.
"""

from datetime import datetime

from accounts.models import Account
from integrations.chat import posting
from integrations.models import Room


def keep(account: Account, made: Room, *, at: datetime) -> Room:
    """Keep a room that `Schema.connect` has made, or bring the same one up to date.

    The chat has just been asked for it, so whatever was broken is mended. Rooms are
    an account's own: another account in the same channel has one for itself.
    """
    room, is_new = account.rooms.get_or_create(
        kind=made.kind,
        workspace=made.workspace,
        channel_id=made.channel_id,
        defaults={
            "name": made.name,
            "sealed_secret": made.sealed_secret,
            "created_at": at,
        },
    )
    if not is_new:
        room.name = made.name
        if made.sealed_secret:
            room.sealed_secret = made.sealed_secret
        room.save(update_fields=["name", "sealed_secret"])
        posting.reconnect(room, at=at)
    return room


def let_go(room: Room | None) -> None:
    """Forget a room, and its secret, that no extension shows incidents in any more.

    What stands there stays as it is. A room of one incident is the incident's.
    """
    if room is None or room.incident_id is not None or room.extensions.exists():
        return
    room.delete()
