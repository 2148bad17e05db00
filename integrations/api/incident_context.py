"""What helps to understand an incident: similar ones, and changes before it."""

from typing import Any

from rest_framework.response import Response

from incidents.models import Incident
from incidents.queries import similar
from integrations.api import (
    change_events,
    incident_rendering,
    lists,
    references,
    times,
)
from integrations.api.incidents import IncidentView
from integrations.api.requests import ApiRequest

USUAL_PAST = 5
MOST_PAST = 999
USUAL_CHANGES = 25


class PastIncidents(IncidentView):
    """`/incidents/{id}/past_incidents`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List resolved incidents of the service with a similar title."""
        limit = lists.number(request, "limit", USUAL_PAST)
        limit = min(limit or USUAL_PAST, MOST_PAST)
        incident = self.incident(incident_id)
        found = similar.past(incident, at=self.at, most=limit)
        shown = [
            {"incident": _brief(request, match.incident), "score": match.score}
            for match in found.best
        ]
        is_counted = lists.flag(request, "total")
        total = found.total if is_counted else None
        return Response({"past_incidents": shown, "total": total, "limit": limit})


class RelatedIncidents(IncidentView):
    """`/incidents/{id}/related_incidents`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List incidents of other services that go on now and have similar titles.

        No machine has learnt anything: the schema has no other name for what is
        found by its contents. Nobody is asked for feedback, and so none is counted.
        """
        found = similar.related(self.incident(incident_id))
        wanted = set(lists.values(request, "additional_details"))
        return Response(
            {
                "related_incidents": [
                    {"incident": incident, "relationships": [_SIMILAR]}
                    for incident in self._incidents(
                        [match.incident for match in found],
                        is_full="incident" in wanted,
                    )
                ]
            }
        )

    def _incidents(
        self, rows: list[Incident], *, is_full: bool
    ) -> list[dict[str, Any]]:
        if not is_full:
            return [_brief(self.request, row) for row in rows]
        pks = [row.pk for row in rows]
        full = incident_rendering.with_rows(self.account.incidents.filter(pk__in=pks))
        return self.shown(sorted(full, key=lambda row: pks.index(row.pk)))


class RelatedChanges(IncidentView):
    """`/incidents/{id}/related_change_events`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List changes of the service in the day before, the newest first."""
        limit = lists.number(request, "limit", USUAL_CHANGES)
        limit = min(limit or USUAL_CHANGES, lists.LARGEST_LIMIT)
        rows = similar.recent_changes(self.incident(incident_id))
        reason = {"correlation_reason": {"reason": "most_recent"}}
        found = change_events.with_rows(rows)[:limit]
        shown = [{**change_events.represent(request, row), **reason} for row in found]
        return Response({"change_events": shown})


_SIMILAR = {
    "type": "machine_learning_inferred",
    "metadata": {
        "grouping_classification": "similar_contents",
        "user_feedback": {"positive_feedback_count": 0, "negative_feedback_count": 0},
    },
}


def _brief(request: ApiRequest, incident: Incident) -> dict[str, Any]:
    found = references.reference(request, incident)
    return {
        "id": found["id"],
        "self": found["self"],
        "title": incident.title,
        "created_at": times.spelled(request, incident.created_at),
    }
