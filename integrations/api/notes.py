"""Notes on incidents."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from incidents import actions
from incidents.models import Incident, TimelineEntry
from integrations.api import errors, references, times
from integrations.api.incident_bodies import require_sender
from integrations.api.incidents import IncidentView
from integrations.api.requests import ApiRequest

MOST = 2000


class NoteBody(serializers.Serializer[Any]):
    """What somebody wants others to know."""

    content = serializers.CharField(max_length=65_536)


def represent(
    request: ApiRequest, incident: Incident, entry: TimelineEntry
) -> dict[str, Any]:
    """Show a note; one that no member wrote is a tool's."""
    if entry.membership is not None:
        author = references.reference(request, entry.membership)
    else:
        author = references.reference(request, incident.service)
        author |= {"type": "bot_user_reference", "summary": entry.name}
    return {
        "id": entry.public_id,
        "user": author,
        "channel": {"summary": f"The incident was annotated by {entry.via}"},
        "content": entry.details.get("text", ""),
        "created_at": times.spelled(request, entry.at),
    }


class Notes(IncidentView):
    """`/incidents/{id}/notes`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List the notes of an incident, the newest first; there are no pages."""
        incident = self.incident(incident_id)
        rows = incident.timeline.filter(verb="add_note").order_by("-id")[:MOST]
        notes = rows.select_related("membership__user")
        return Response({"notes": [represent(request, incident, n) for n in notes]})

    def post(self, request: ApiRequest, incident_id: str) -> Response:
        """Write a note."""
        incident = self.incident(incident_id)
        sent = self.read(NoteBody, "note")
        require_sender(request)
        if incident.timeline.filter(verb="add_note").count() >= MOST:
            raise errors.invalid(f"An incident has at most {MOST} notes.")
        text = sent["content"]
        incident = actions.add_note(incident, actor=self.actor, at=self.at, text=text)
        entry = incident.timeline.filter(verb="add_note").latest("id")
        return Response({"note": represent(request, incident, entry)})
