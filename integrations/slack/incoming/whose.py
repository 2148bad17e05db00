"""Finds out whose workspace a request of Slack is about.

In channels that several workspaces share, a request names more than one of them: the
one that has installed us counts, and not the one that the person comes from.
"""

from typing import Any

from integrations.models import SlackWorkspace


def find(door: str, payload: dict[str, Any]) -> SlackWorkspace | None:
    """Find the connected workspace of a request, where every account is seen."""
    wanted = list(filter(None, map(_text, _NAMED[door](payload))))
    connected = {
        workspace.team_id: workspace
        for workspace in SlackWorkspace.across_accounts.filter(
            team_id__in=wanted, removed_at=None
        ).select_related("account")
    }
    return next((connected[id_] for id_ in wanted if id_ in connected), None)


def part(value: Any, *names: str) -> Any:
    """Read what is inside of a payload, however little of it is there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _of_interaction(payload: dict[str, Any]) -> list[Any]:
    return [
        part(payload, "view", "app_installed_team_id"),
        # Our message belongs to the workspace that our bot belongs to.
        part(payload, "message", "team") if _is_pressed(payload) else None,
        part(payload, "team", "id"),
        part(payload, "user", "team_id"),
        part(payload, "view", "team_id"),
    ]


def _of_command(payload: dict[str, Any]) -> list[Any]:
    return [part(payload, "team_id")]


def _of_event(payload: dict[str, Any]) -> list[Any]:
    given = payload.get("authorizations")
    authorizations = given if isinstance(given, list) else []
    return [
        *(part(each, "team_id") for each in authorizations[:5]),
        part(payload, "context_team_id"),
        part(payload, "team_id"),
    ]


def _is_pressed(payload: dict[str, Any]) -> bool:
    return payload.get("type") == "block_actions"


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 20 else ""


_NAMED = {
    "interaction": _of_interaction,
    "command": _of_command,
    "event": _of_event,
}
