"""What tests of chats have in common: rooms, incidents, and time that passes."""

from datetime import datetime, timedelta
from typing import Any

from accounts import tenancy
from accounts.permissions import Actor
from incidents import actions, relay
from incidents.models import Incident
from integrations.chat import sending
from integrations.models import ChatMessage, Extension, Room
from tests import chats
from tests.conftest import World
from tests.factories import NOON

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def join(world: World, *, channel: str = "square", **given: Any) -> Extension:
    """Show the incidents of the world's service in a room of the town."""
    found = world.account.rooms.filter(kind="town", channel_id=channel).first()
    room = found or chats.room(
        world.account, kind="town", channel_id=channel, name=f"#{channel}"
    )
    scope = given.get("scope", "services")
    services = (world.service,) if scope == "services" else ()
    made = chats.extension(room, *services, **given)
    listen(world)
    return made


def listen(world: World) -> None:
    """Look who listens, as everybody does who changes that."""
    with tenancy.scope(world.account):
        relay.reconsider(world.account)
    world.service.account.refresh_from_db()


def by(world: World) -> Actor:
    """The first person of the account, on a page."""
    return Actor("web", next(iter(world.people.values())).membership)


def open_incident(
    world: World, title: str = "Disk full", at: datetime = NOON, **values: Any
) -> Incident:
    """Open an incident, at noon unless another time is given."""
    with tenancy.scope(world.account):
        return actions.open_incident(
            world.service, actor=by(world), at=at, title=title, **values
        )


def do(
    world: World, verb: Any, incident: Incident, at: datetime = NOON, **values: Any
) -> Incident:
    """Do a verb in a transaction of its own."""
    with tenancy.scope(world.account):
        fresh = world.account.incidents.get(pk=incident.pk)
        found: Incident = verb(fresh, actor=by(world), at=at, **values)
    return found


def tell(at: datetime = NOON) -> None:
    """Hand on what has happened, and send what is due."""
    relay.hand_on_due(at)
    sending.send_due(lambda: at)


def message(world: World) -> ChatMessage:
    """The one message of an account."""
    [found] = ChatMessage.across_accounts.filter(account=world.account)
    return found


def fresh(room: Room | None) -> Room:
    """Read a room again."""
    assert room is not None
    return Room.across_accounts.get(pk=room.pk)
