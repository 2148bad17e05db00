"""Shows who was asked to help with an incident."""

from collections.abc import Iterable
from typing import Any

from incidents.models import Incident, Responder, ResponderRequest
from integrations.api import references, times
from integrations.api.requests import ApiRequest


def of(request: ApiRequest, incident: Incident) -> dict[str, Any]:
    """Show who was asked, one by one and by request; their rows are loaded."""
    asked: dict[int, list[Responder]] = {}
    rows = list(incident.responders.all())
    for row in rows:
        asked.setdefault(row.request_id, []).append(row)
    return {
        "incidents_responders": [_responder(request, incident, row) for row in rows],
        "responder_requests": [
            represent(request, incident, together[0].request, together)
            for together in asked.values()
        ],
    }


def represent(
    request: ApiRequest,
    incident: Incident,
    asking: ResponderRequest,
    rows: Iterable[Responder],
) -> dict[str, Any]:
    """Show a request for help and what came of it."""
    rows = list(rows)
    return {
        "id": asking.public_id,
        "incident": references.reference(request, incident),
        "requester": references.maybe(request, asking.requester),
        "requested_at": times.spelled(request, asking.at),
        "message": asking.message,
        "responder_request_targets": [
            {"responder_request_target": target}
            for target in _targets(request, incident, rows)
        ],
    }


def _targets(
    request: ApiRequest, incident: Incident, rows: Iterable[Responder]
) -> list[dict[str, Any]]:
    """Show whom was asked: a policy once, however many people it reached."""
    targets: dict[Any, dict[str, Any]] = {}
    for row in rows:
        asked = row.policy or row.membership
        kind = "escalation_policy" if row.policy else "user"
        target = targets.setdefault(
            asked,
            {
                "id": asked.public_id,
                "type": kind,
                "summary": str(asked),
                "incident_responders": [],
            },
        )
        target["incident_responders"].append(_responder(request, incident, row))
    return list(targets.values())


def _responder(
    request: ApiRequest, incident: Incident, row: Responder
) -> dict[str, Any]:
    return {
        "state": row.state,
        "user": references.reference(request, row.membership),
        "incident": references.reference(request, incident),
        "updated_at": times.spelled(request, row.answered_at or row.asked_at),
        "message": row.request.message,
        "requester": references.maybe(request, row.request.requester),
        "requested_at": times.spelled(request, row.request.at),
        "escalation_policy_requests": [row.policy.name] if row.policy else [],
    }
