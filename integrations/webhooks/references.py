"""How webhooks name what they are about, from snapshots alone."""

from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from incidents.snapshots import Snapshot

# Of each type: where it is in the API, and the name of its page.
_PLACES: Final = {
    "incident": ("incidents", "incident_by_id"),
    "service": ("services", "service"),
    "user": ("users", "person"),
    "team": ("teams", "team"),
    "escalation_policy": ("escalation_policies", "escalation_policy"),
    "priority": ("priorities", ""),
}

Json = dict[str, Any]


def reference(kind: str, named: Snapshot | None) -> Json | None:
    """Return the five members of a reference; null for nothing."""
    if named is None:
        return None
    return {
        "id": named["id"],
        "type": f"{kind}_reference",
        "summary": _summary(named),
        **addresses(kind, named["id"]),
    }


def references(kind: str, named: list[Snapshot]) -> list[Json | None]:
    """Return a reference for each."""
    return [reference(kind, each) for each in named]


def addresses(kind: str, public_id: str) -> Json:
    """Say where it is in the API, and where its page is."""
    path, page = _PLACES[kind]
    shown = f"{settings.SITE_URL}{reverse(page, args=[public_id])}" if page else None
    return {
        "self": f"{settings.SITE_URL}/api/{path}/{public_id}",
        "html_url": shown,
    }


def seconds(moment: str | None) -> str | None:
    """Spell a snapshot's instant in whole seconds, as incidents have it."""
    if moment is None:
        return None
    at = datetime.fromisoformat(moment).astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(at: datetime) -> str:
    """Spell the instant of an event."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _summary(named: Snapshot) -> str:
    if "number" in named:
        return f"[#{named['number']}] {named['title']}"
    return str(named["name"])
