"""Rooms as extensions come by them: kept once, and let go of.

Each is called in the transaction of the verb that it is a part of.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.permissions import Actor
from integrations.chat import posting
from integrations.extensions import rights
from integrations.models import Room
from integrations.webhooks.refusals import Refused


def keep(account: Account, made: Room, *, actor: Actor, at: datetime) -> Room:
    """Keep a room that `Schema.connect` has made, or bring the same one up to date.

    The chat has just been asked for it, so whatever was broken is mended. Rooms are
    an account's own: another account in the same channel has one for itself. Raises
    Refused where the way there is not the actor's to change.
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
        _update(room, made, actor=actor)
        posting.reconnect(room, at=at)
    return room


def let_go(room: Room | None) -> None:
    """Forget a room, and its secret, that no extension shows incidents in any more.

    What stands there stays as it is. A room of one incident is the incident's.
    """
    if room is None or room.incident_id is not None or room.extensions.exists():
        return
    room.delete()


def _update(room: Room, made: Room, *, actor: Actor) -> None:
    room.name = made.name
    if made.sealed_secret and made.secret != room.secret:
        # By another way it may lead to somebody else's server.
        mine = rights.visible(room.extensions.all(), actor)
        if room.extensions.exclude(pk__in=mine.values("pk")).exists():
            raise Refused(
                _("Extensions of others show incidents there. Ask an admin to do it.")
            )
        room.sealed_secret = made.sealed_secret
    room.save(update_fields=["name", "sealed_secret"])
