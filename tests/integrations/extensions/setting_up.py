"""What the tests of extensions and their pages share."""

from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.permissions import Actor
from integrations.extensions import changes, schemas
from integrations.extensions.values import Values
from integrations.models import Extension, Room
from tests import chats

PATH = "/settings/extensions/"
SLACK = f"{PATH}new/slack/"
WEB = Actor("web")
UPDATES = [str(each) for each in Extension.Update.values]


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def by(actor: Actor = WEB) -> dict[str, Any]:
    return {"actor": actor, "at": timezone.now()}


def schema(key: str) -> schemas.Schema:
    return next(each for each in schemas.every() if each.key == key)


def made(world, room: Room | None = None, actor: Actor = WEB, **values) -> Extension:
    """Make an extension of Slack as the pages do, of the service if not said else."""
    room = room or chats.room(world.account)
    chosen = {"name": "Ops", "services": (world.service,), "room": room, **values}
    return changes.create(
        world.account, schema(room.kind), Values(**chosen), **by(actor)
    )


def bus(world, actor: Actor = WEB, **values) -> Extension:
    """Make a webhook the way of extensions."""
    chosen = {
        "name": "Our bus",
        "services": (world.service,),
        "endpoint_url": "https://bus.example/hook",
        **values,
    }
    kind = schema("generic_webhook")
    return changes.create(world.account, kind, Values(**chosen), **by(actor))


def fresh(extension: Extension) -> Extension:
    return Extension.across_accounts.select_related("room", "team").get(pk=extension.pk)


def page_of(extension: Extension, rest: str = "") -> str:
    return f"{PATH}{extension.public_id}/{rest}"


def typed(service, **more: Any) -> dict[str, Any]:
    """What somebody fills in who shows a service's incidents in a channel."""
    return {
        "once": "P0123456789ABC",
        "name": "Ops channel",
        "scope": "services",
        "services": [service.public_id],
        "team": "",
        "urgency": "",
        "updates": UPDATES,
        "anybody_may_act": "0",
        "has_thread": "on",
        **more,
    }
