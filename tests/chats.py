"""Rooms of chats, and what is in them, for tests."""

from typing import Any

from accounts.models import Account
from integrations.models import Extension, Room, SlackWorkspace
from tests.factories import NOON


def workspace(account: Account, **given: Any) -> SlackWorkspace:
    """Connect a workspace of Slack."""
    values = {
        "team_id": f"T{account.pk:06}",
        "name": account.name,
        "bot_user_id": "UBOT",
        "installed_at": NOON,
        "token": "xoxb-0123-token",
        **given,
    }
    token = values.pop("token")
    made = SlackWorkspace(account=account, **values)
    made.token = token
    made.save()
    return made


def room(account: Account, **given: Any) -> Room:
    """Make a room; of Slack, unless another kind is given."""
    values = {
        "kind": "slack",
        "channel_id": "C0INCIDENTS",
        "name": "#incidents",
        "created_at": NOON,
        **given,
    }
    return account.rooms.create(**values)


def extension(at: Room, *services: Any, **given: Any) -> Extension:
    """Show incidents in a room: of services, or of the whole account without one."""
    values = {
        "schema": at.kind,
        "name": f"To {at.name}",
        "scope": "services" if services else "account",
        "room": at,
        "created_at": NOON,
        **given,
    }
    made = at.account.extensions.create(**values)
    for service in services:
        made.extended_services.create(account=at.account, service=service)
    return made
