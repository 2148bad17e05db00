"""How a Slack connection of the API says what an extension of Slack is told."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from integrations.extensions import values
from integrations.extensions.values import Scope
from integrations.models import Extension

Update = Extension.Update
# Which of our updates each event is; the beginning of an incident is told always.
EVENTS: Final[dict[str, str | None]] = {
    "incident.triggered": None,
    "incident.acknowledged": Update.ACKNOWLEDGED,
    "incident.unacknowledged": Update.ACKNOWLEDGED,
    "incident.resolved": Update.RESOLVED,
    "incident.reopened": Update.RESOLVED,
    "incident.escalated": Update.ASSIGNED,
    "incident.reassigned": Update.ASSIGNED,
    "incident.delegated": Update.ASSIGNED,
    "incident.annotated": Update.ANNOTATED,
    "incident.responder.added": Update.RESPONDERS,
    "incident.responder.replied": Update.RESPONDERS,
    "incident.priority_updated": Update.OTHER,
    "incident.status_update_published": Update.OTHER,
}
# Clients may send it, but their lists of what they read do not have it.
ONLY_SENT: Final = {"incident.reopened"}
SERVICE, TEAM = "service_reference", "team_reference"
RESPONDER, STAKEHOLDER = "responder", "stakeholder"


def updates(events: Iterable[str]) -> tuple[str, ...]:
    """Name the updates that some events are; one of a pair stands for both."""
    found = {EVENTS[event] for event in events}
    return tuple(update for update in Update.values if update in found)


def connection(extension: Extension) -> dict[str, Any]:
    """Show an extension of Slack that is for one service or one team."""
    # An extension of Slack cannot be without one.
    room: Any = extension.room
    source = _source(extension)
    return {
        "id": extension.public_id,
        "source_id": source.public_id,
        "source_name": source.name,
        "source_type": TEAM if extension.scope == Scope.TEAM else SERVICE,
        "channel_id": room.channel_id,
        # Slack has not told it yet, of a channel that was connected just now.
        "channel_name": room.name.removeprefix("#") if room.is_named else None,
        "notification_type": RESPONDER if extension.has_buttons else STAKEHOLDER,
        "config": {
            "events": _events(extension),
            "urgency": extension.urgency or None,
            "priorities": extension.priorities,
        },
    }


def _source(extension: Extension) -> Any:
    if extension.scope == Scope.TEAM:
        return extension.team
    [service] = values.services(extension)
    return service


def _events(extension: Extension) -> list[str]:
    """Repeat what was sent while it is still true, for clients compare; else list all.

    Somebody may have chosen other updates on the extension's page.
    """
    sent = extension.config.get("events")
    if isinstance(sent, list) and _is_told(sent, extension.updates):
        return sent
    told = {None, *extension.updates}
    return [
        event
        for event, update in EVENTS.items()
        if update in told and event not in ONLY_SENT
    ]


def _is_told(events: list[str], chosen: Collection[str]) -> bool:
    return set(updates(events)) == set(chosen)
