"""What happens when somebody presses a button in Mattermost: done at once, or later.

A member whom we know is answered by the door itself. Who is not known is asked about
at their server, which may be slow, and told in private what came of it.
"""

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import tenancy
from integrations.chat import acting, inbox, matching, people
from integrations.chat.acting import Person
from integrations.chat.rooms import Failure
from integrations.mattermost import client, layout
from integrations.mattermost.client import ID, Secret
from integrations.models import ChatRequest, Room

KIND = VIA = "mattermost"
# Beyond that a press is somebody's copy of one; clocks may differ by less.
FRESH: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed what, as Mattermost tells it."""

    room: str
    incident: str
    verb: str
    token: str
    user_id: str
    name: str
    # Of this one press.
    trigger: str

    def is_stale(self, at: datetime) -> bool:
        """Say whether it was pressed long ago, or by somebody else, as far as it says.

        The server writes the person and the time into what it calls a trigger.
        """
        try:
            said = base64.b64decode(self.trigger, validate=True).decode().split(":")
            user_id, pressed_at = said[1], int(said[2]) / 1000
        except (ValueError, IndexError):
            return False
        age = abs(at.timestamp() - pressed_at)
        return user_id != self.user_id or age > FRESH.total_seconds()

    def person(self, secret: Secret) -> Person:
        """Name who pressed."""
        return Person(secret.place, self.user_id, self.name, VIA)


def read(said: Any) -> Press | None:
    """Read a request; None where it is none of a button of ours."""
    context = said.get("context") if isinstance(said, Mapping) else None
    if not isinstance(context, Mapping):
        return None
    found = Press(
        room=_text(context, "room"),
        incident=_text(context, "incident"),
        verb=_text(context, "verb"),
        token=_text(context, "token"),
        user_id=_text(said, "user_id"),
        name=_text(said, "user_name"),
        trigger=_text(said, "trigger_id"),
    )
    return found if ID.fullmatch(found.user_id) and found.trigger else None


def now(press: Press, room: Room, at: datetime) -> str:
    """Do it, in the account's scope, and say so; raises acting.Unknown."""
    incident = acting.find(room, press.incident)
    person = press.person(client.secret_of(room))
    return acting.act(incident, press.verb, person, room, at)


def later(request: ChatRequest, at: datetime) -> None:
    """Find out who pressed, do it if they are a member, and tell them in private."""
    press = read(request.payload)
    with tenancy.scope(request.account):
        room = request.account.rooms.filter(
            kind=KIND, public_id=press.room if press else ""
        ).first()
    if press is None or room is None:
        return
    words = _answered(press, room, request, at)
    # What is done is done, whether or not they hear of it.
    with suppress(Failure):
        client.whisper(client.secret_of(room), press.user_id, layout.lines([words]))


def _answered(press: Press, room: Room, request: ChatRequest, at: datetime) -> str:
    """Say what came of it; raises a failure of the chat before anything is done."""
    secret = client.secret_of(room)
    if not client.is_member(secret, room.channel_id, press.user_id):
        return _("You are not in the channel of this incident.")
    found = client.user(secret, press.user_id)
    with tenancy.scope(room.account):
        user = people.met(
            room.account, secret.place, press.user_id, name=press.name, at=at
        )
        if _is_one_of_them(found):
            address = str(found.get("email") or "")
            matching.by_email(user, address, chat=client.NAME, via=VIA, at=at)
    try:
        with tenancy.scope(room.account):
            words = now(press, room, at)
            inbox.finish(request, at=at)
            return words
    except acting.Unknown:
        return f"{acting.unknown_words(room)} {_help()}"
    except acting.Refused as refusal:
        return str(refusal)


def _is_one_of_them(user: Mapping[str, Any]) -> bool:
    """Say whether an address may tell who somebody is: not of guests, nor of bots."""
    is_guest = "system_guest" in str(user.get("roles", "")).split()
    return not (is_guest or user.get("is_bot") or user.get("delete_at"))


def _help() -> str:
    profile = f"{settings.SITE_URL}{reverse('profile')}"
    words = _("Use the same e-mail address in both, or ask an admin: %(url)s")
    return words % {"url": profile}


def _text(said: Mapping[Any, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) and len(value) <= 500 else ""
