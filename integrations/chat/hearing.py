"""Which extensions hear of an incident, as it was when something happened."""

from collections.abc import Iterable
from typing import Any

from accounts.models import Account
from incidents.snapshots import Snapshot
from integrations.models import Extension

Scope = Extension.Scope


def listeners(account: Account) -> list[Extension]:
    """List the extensions that tell a room, in a constant number of queries."""
    rows = account.extensions.filter(paused_at=None, room__isnull=False)
    rows = rows.select_related("room", "team")
    return list(rows.prefetch_related("extended_services__service").order_by("id"))


def hears(extension: Extension, snapshot: Snapshot) -> bool:
    """Say whether an extension is told of an incident that is like this."""
    return (
        covers(extension, snapshot)
        and extension.urgency in ("", snapshot["urgency"])
        and _is_of(extension.priorities, snapshot["priority"])
    )


def covers(extension: Extension, snapshot: Snapshot) -> bool:
    """Say whether an incident belongs to what an extension is for."""
    match extension.scope:
        case Scope.ACCOUNT:
            return True
        case Scope.TEAM:
            team = extension.team
            return team is not None and team.public_id in _ids(snapshot["teams"])
    services = (each.service for each in extension.extended_services.all())
    return snapshot["service"]["id"] in {each.public_id for each in services}


def _is_of(chosen: Any, priority: Snapshot | None) -> bool:
    """Say whether a priority is chosen: by null any, by nothing only none."""
    if chosen is None:
        return True
    return (
        priority is None if not chosen else bool(priority) and _id(priority) in chosen
    )


def _id(named: Snapshot | None) -> str:
    return str(named["id"]) if named else ""


def _ids(named: Iterable[Snapshot]) -> set[str]:
    return {_id(each) for each in named}
