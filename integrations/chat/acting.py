"""Does what somebody presses or writes in a room, for chats that need no forms.

Everything here is called in the account's scope.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Actor, NotPermitted
from incidents import actions, snapshots, states
from incidents.models import Incident
from integrations import replies
from integrations.chat import hearing, people
from integrations.messages import one_line
from integrations.models import Extension, Room

DONE: Final[Mapping[str, str | Promise]] = {
    "acknowledge": gettext_lazy("Incident %(number)d is yours: %(title)s"),
    "resolve": gettext_lazy("Incident %(number)d is resolved: %(title)s"),
    "escalate": gettext_lazy("Incident %(number)d is escalated: %(title)s"),
    "add_note": gettext_lazy("Your note is kept with incident %(number)d."),
}
# Who is not the person that took it on is told so in other words.
DONE_FOR_ANYBODY: Final = gettext_lazy("Incident %(number)d is acknowledged: %(title)s")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a chat, as it names them."""

    place: str
    user_id: str
    name: str
    # The way by which they act.
    via: str


class Unknown(Exception):
    """Nobody knows which member they are, and only members may do this."""


class Refused(Exception):
    """It is not done; the words are fit for a person."""


def find(room: Room, public_id: str) -> Incident:
    """Find an incident that the room shows; raises Refused."""
    shown = room.messages.filter(incident__public_id=public_id)
    rows = room.account.incidents.select_related("service")
    incident: Incident | None = rows.filter(
        pk__in=shown.values("incident"), public_id=public_id
    ).first()
    if incident is None:
        raise Refused(_("This incident is not shown in this room."))
    return incident


def act(incident: Incident, verb: str, person: Person, room: Room, at: datetime) -> str:
    """Do what a button stands for, and say so; raises Unknown and Refused."""
    if verb not in replies.VERBS:
        raise Refused(_("This button is not known any more."))
    if not _has_buttons(room, incident):
        raise Refused(_("This room only informs; open the incident to act."))
    actor = actor_of(person, room, incident)
    try:
        incident = replies.VERBS[verb](incident, actor=actor, at=at)
    except (states.NotAllowed, NotPermitted) as refusal:
        raise Refused(_refused(incident, str(refusal))) from None
    return _done(incident, verb, actor)


def note(
    incident: Incident, text: str, person: Person, room: Room, at: datetime
) -> str:
    """Keep what somebody wrote below a message; otherwise as `act`."""
    actor = actor_of(person, room, incident)
    try:
        incident = actions.add_note(incident, actor=actor, at=at, text=text)
    except (states.NotAllowed, NotPermitted) as refusal:
        raise Refused(_refused(incident, str(refusal))) from None
    return _done(incident, "add_note", actor)


def actor_of(person: Person, room: Room, incident: Incident) -> Actor:
    """Say as whom they act; raises Unknown."""
    open_ones = (each for each in extensions(room, incident) if each.anybody_may_act)
    anybody = next(open_ones, None)
    actor = people.actor(
        room.account,
        person.place,
        person.user_id,
        via=person.via,
        name=person.name or person.user_id,
        anybody=anybody.name if anybody else "",
    )
    if actor is None:
        raise Unknown
    return actor


def takes_notes(room: Room, incident: Incident) -> bool:
    """Say whether what is written below the incident's message is a note."""
    return any(each.takes_notes for each in extensions(room, incident))


def extensions(room: Room, incident: Incident) -> list[Extension]:
    """List the extensions that show an incident in a room."""
    own = [each for each in hearing.listeners(room.account) if each.room_id == room.pk]
    snapshot = snapshots.of_incidents([incident.pk])[incident.pk]
    # What is there stays, even if they would not begin it now.
    return [each for each in own if hearing.hears(each, snapshot)] or own


def unknown_words(room: Room) -> str:
    """Tell somebody that we do not know them."""
    words = _(
        "OnCall does not know which member of %(account)s you are, so nothing was done."
    )
    return words % {"account": room.account.name}


def _has_buttons(room: Room, incident: Incident) -> bool:
    """Say whether there are buttons: what was there before may still be pressed."""
    found = extensions(room, incident)
    return not found or any(each.has_buttons for each in found)


def _done(incident: Incident, verb: str, actor: Actor) -> str:
    words = DONE[verb]
    if verb == "acknowledge" and actor.user is None:
        words = DONE_FOR_ANYBODY
    title = one_line(incident.title)[:100]
    return str(words) % {"number": incident.number, "title": title}


def _refused(incident: Incident, words: str) -> str:
    return _("Incident %(number)d: %(words)s") % {
        "number": incident.number,
        "words": words,
    }
