"""Notes as they read now; what was written first stays on the timeline.

The timeline is never edited, so a change and a deletion are entries of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor, NotPermitted
from incidents import changes, states
from incidents.models import Incident, TimelineEntry

VERBS = ("add_note", "edit_note", "delete_note")


@dataclass(frozen=True, slots=True)
class Note:
    """A note with its newest text."""

    entry: TimelineEntry
    text: str
    changed_at: datetime | None = None


def of(incident: Incident) -> list[Note]:
    """List the notes of an incident that were not deleted, the newest first."""
    rows = incident.timeline.filter(verb__in=VERBS).order_by("id")
    found = _read(rows.select_related("membership__user"))
    return found[::-1]


def find(incident: Incident, public_id: str) -> Note | None:
    """Find one that was not deleted."""
    return next((n for n in of(incident) if n.entry.public_id == public_id), None)


@transaction.atomic
def edit(note: Note, *, actor: Actor, at: datetime, text: str) -> Note:
    """Give a note another text.

    Raises states.NotAllowed for an empty one, or permissions.NotPermitted.
    """
    if not text.strip():
        raise states.NotAllowed(_("The note is empty."))
    _write("edit_note", note, actor=actor, at=at, text=text.strip())
    return replace(note, text=text.strip(), changed_at=at)


@transaction.atomic
def delete(note: Note, *, actor: Actor, at: datetime) -> None:
    """Take a note off the list of notes; raises permissions.NotPermitted."""
    _write("delete_note", note, actor=actor, at=at)


def _write(
    verb: str, note: Note, *, actor: Actor, at: datetime, text: str = ""
) -> None:
    incident = changes.lock(note.entry.incident)
    _require(actor, note, incident)
    facts = {"note": note.entry.public_id}
    if text:
        facts["text"] = text
    changes.write(verb, incident, actor=actor, at=at, **facts)
    incident.changed_at = at
    incident.save(update_fields=["changed_at"])


def _require(actor: Actor, note: Note, incident: Incident) -> None:
    """Let authors change what they wrote, and managers what anybody wrote."""
    actor.require("respond", of=incident.service)
    is_own = actor.user is not None and note.entry.membership_id == actor.user.pk
    if not is_own and not actor.may("configure", of=incident.service):
        raise NotPermitted(_("Only its author or a manager may change a note."))


def _read(entries: Iterable[TimelineEntry]) -> list[Note]:
    found: dict[str, Note] = {}
    for entry in entries:
        text = str(entry.details.get("text", ""))
        if entry.verb == "add_note":
            found[entry.public_id] = Note(entry, text)
            continue
        named = str(entry.details.get("note", ""))
        if entry.verb == "delete_note":
            found.pop(named, None)
        elif named in found:
            found[named] = replace(found[named], text=text, changed_at=entry.at)
    return list(found.values())
