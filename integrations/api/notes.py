"""Notes on incidents."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from incidents import actions, notes
from incidents.notes import Note
from integrations.api import errors, references, times
from integrations.api.incident_bodies import require_sender
from integrations.api.incidents import IncidentView
from integrations.api.requests import ApiRequest

MOST = 2000


class NoteBody(serializers.Serializer[Any]):
    """What somebody wants others to know."""

    content = serializers.CharField(max_length=65_536)


def represent(request: ApiRequest, note: Note) -> dict[str, Any]:
    """Show a note; one that no member wrote is a tool's."""
    entry = note.entry
    if entry.membership is not None:
        author = references.reference(request, entry.membership)
    else:
        author = references.reference(request, entry.incident.service)
        author |= {"type": "bot_user_reference", "summary": entry.name}
    return {
        "id": entry.public_id,
        "user": author,
        "channel": {"summary": f"The incident was annotated by {entry.via}"},
        "content": note.text,
        "created_at": times.spelled(request, entry.at),
        "updated_at": times.spelled(request, note.changed_at or entry.at),
    }


class Notes(IncidentView):
    """`/incidents/{id}/notes`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List the notes of an incident, the newest first; there are no pages."""
        found = notes.of(self.incident(incident_id))[:MOST]
        return Response({"notes": [represent(request, note) for note in found]})

    def post(self, request: ApiRequest, incident_id: str) -> Response:
        """Write a note."""
        incident = self.incident(incident_id)
        sent = self.read(NoteBody, "note")
        require_sender(request)
        if incident.timeline.filter(verb__in=notes.VERBS).count() >= MOST:
            raise errors.invalid(f"An incident has at most {MOST} notes.")
        text = sent["content"]
        incident = actions.add_note(incident, actor=self.actor, at=self.at, text=text)
        return Response({"note": represent(request, notes.of(incident)[0])})


class OneNote(IncidentView):
    """`/incidents/{id}/notes/{id}`."""

    def put(self, request: ApiRequest, incident_id: str, public_id: str) -> Response:
        """Give a note another text."""
        note = self._found(incident_id, public_id)
        sent = self.read(NoteBody, "note")
        require_sender(request)
        note = notes.edit(note, actor=self.actor, at=self.at, text=sent["content"])
        return Response({"note": represent(request, note)})

    def delete(self, request: ApiRequest, incident_id: str, public_id: str) -> Response:
        """Take a note off the list; the timeline keeps what was written."""
        note = self._found(incident_id, public_id)
        notes.delete(note, actor=self.actor, at=self.at)
        return Response(status=204)

    def _found(self, incident_id: str, public_id: str) -> Note:
        note = notes.find(self.incident(incident_id), public_id)
        if note is None:
            raise Http404
        return note
