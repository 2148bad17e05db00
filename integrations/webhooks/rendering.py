"""What receivers of webhooks read: events as JSON, from snapshots."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from incidents.snapshots import Snapshot
from integrations.webhooks import event_types
from integrations.webhooks.references import (
    Json,
    addresses,
    milliseconds,
    reference,
    references,
    seconds,
)

# Every receiver must be able to take so many bytes; what is longer loses its text.
GUARANTEED: Final = 55 * 1024
LARGEST: Final = 256 * 1024
# What is left of a text that is too long.
TRIMMED_TO: Final = 10_000


@dataclass(frozen=True, slots=True)
class Message:
    """One event, as every subscription that wants it is sent it."""

    event_id: uuid.UUID
    event_type: str
    # Events of one resource arrive in order.
    resource: str
    occurred_at: datetime
    body: str
    # Public ids of the service and the teams to which it belongs.
    about: frozenset[str] = frozenset()

    @property
    def is_too_large(self) -> bool:
        return len(self.body.encode()) > LARGEST


@dataclass(frozen=True, slots=True)
class Event:
    """What a message says besides its data."""

    id: uuid.UUID
    type: str
    at: datetime
    agent: Json | None = None
    client: str = ""


def incident(event: Event, snapshot: Snapshot) -> Message:
    """Tell of an incident."""
    data = _incident(snapshot)
    if event.type == "incident.reopened":
        data["reopened_at"] = milliseconds(event.at)
    return _of_incident(event, snapshot, data)


def note(event: Event, snapshot: Snapshot, *, public_id: str, text: str) -> Message:
    """Tell of a note on an incident."""
    data = {"type": "incident_note", "id": public_id, "content": text}
    return _with_text(event, snapshot, data, "content")


def status_update(
    event: Event, snapshot: Snapshot, *, public_id: str, text: str
) -> Message:
    """Tell of a status update."""
    data = {"type": "incident_status_update", "id": public_id, "message": text}
    return _with_text(event, snapshot, data, "message")


def responder(
    event: Event,
    snapshot: Snapshot,
    *,
    user: Snapshot,
    policy: Snapshot | None,
    message: str,
    state: str,
) -> Message:
    """Tell that somebody was asked to help, or answered."""
    data = {
        "type": "incident_responder",
        "incident": reference("incident", snapshot),
        "user": reference("user", user),
        "escalation_policy": reference("escalation_policy", policy),
        "message": message,
        "state": state,
    }
    return _of_incident(event, snapshot, data)


def service(event: Event, snapshot: Snapshot) -> Message:
    """Tell of a service."""
    data = {
        "id": snapshot["id"],
        "type": "service",
        "summary": snapshot["name"],
        **addresses("service", snapshot["id"]),
        "name": snapshot["name"],
        "description": snapshot["description"] or None,
        "created_at": seconds(snapshot["created_at"]),
        "status": "disabled" if snapshot["is_disabled"] else "active",
        "escalation_policy": reference("escalation_policy", snapshot["policy"]),
        "alert_creation": "create_alerts_and_incidents",
        "teams": references("team", snapshot["teams"]),
    }
    return _message(event, "service", f"service {snapshot['id']}", data, snapshot)


def ping(*, at: datetime) -> Message:
    """Greet the receiver."""
    event = Event(id=uuid.uuid4(), type=event_types.PING, at=at)
    data = {"message": "Hello from your friend Pagey!", "type": "ping"}
    return _message(event, "pagey", f"pagey {event.id.hex}", data)


def _incident(snapshot: Snapshot) -> Json:
    merged = snapshot["merged_into"]
    return {
        "id": snapshot["id"],
        "type": "incident",
        **addresses("incident", snapshot["id"]),
        "number": snapshot["number"],
        "status": snapshot["status"],
        "incident_key": snapshot["incident_key"] or None,
        "created_at": seconds(snapshot["created_at"]),
        "title": snapshot["title"],
        "incident_type": {"name": "incident_default"},
        "service": reference("service", snapshot["service"]),
        "assignees": references("user", snapshot["assignees"]),
        "escalation_policy": reference("escalation_policy", snapshot["policy"]),
        "teams": references("team", snapshot["teams"]),
        "priority": reference("priority", snapshot["priority"]),
        "urgency": snapshot["urgency"],
        "conference_bridge": None,
        "resolve_reason": merged
        and {
            "type": "merge_resolve_reason",
            "incident": reference("incident", merged),
        },
    }


def _with_text(event: Event, snapshot: Snapshot, data: Json, name: str) -> Message:
    """Tell of a text, whole if it fits into what everybody can take."""
    data = {"incident": reference("incident", snapshot), **data, "trimmed": False}
    whole = _of_incident(event, snapshot, data)
    if len(whole.body.encode()) <= GUARANTEED:
        return whole
    data = {**data, name: data[name][:TRIMMED_TO], "trimmed": True}
    return _of_incident(event, snapshot, data)


def _of_incident(event: Event, snapshot: Snapshot, data: Json) -> Message:
    resource = f"incident {snapshot['id']}"
    return _message(event, "incident", resource, data, snapshot)


def _message(
    event: Event,
    resource_type: str,
    resource: str,
    data: Mapping[str, Any],
    snapshot: Snapshot | None = None,
) -> Message:
    told = {
        "id": str(event.id),
        "event_type": event.type,
        "resource_type": resource_type,
        "occurred_at": milliseconds(event.at),
        "agent": event.agent,
        "client": {"name": event.client} if event.client else None,
        "data": data,
    }
    body = json.dumps({"event": told}, ensure_ascii=False, separators=(",", ":"))
    return Message(
        event_id=event.id,
        event_type=event.type,
        resource=resource,
        occurred_at=event.at,
        body=body,
        about=_about(snapshot) if snapshot else frozenset(),
    )


def _about(snapshot: Snapshot) -> frozenset[str]:
    own = snapshot.get("service", snapshot)
    return frozenset({own["id"], *(team["id"] for team in snapshot["teams"])})
