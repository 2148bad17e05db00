"""Links the members whom Slack knows by the same address, some at a time."""

from datetime import datetime
from typing import Any, Final

from accounts import tenancy
from accounts.models import Membership
from integrations.models import ChatRequest, SlackWorkspace
from integrations.slack.api import client
from integrations.slack.incoming.rows import Outcome
from integrations.slack.people import linking

# Slack is asked of each one by itself, and others wait for their turn meanwhile.
BATCH: Final = 10


def prepare(request: ChatRequest, *, at: datetime) -> int | None:
    """Look for the next members; this will return after whom to go on, or None.

    Raises the failures of `integrations.chat.rooms`; then it begins where it was.
    """
    workspace = request.workspace
    with tenancy.scope(request.account):
        members = _next(workspace, int(request.payload.get("after", 0)))
    for member in members:
        found = client.of(workspace).lookup_by_email(member.email)
        if found is not None:
            with tenancy.scope(request.account):
                linking.match(workspace, found, at=at)
    return members[-1].pk if len(members) == BATCH else None


def act(request: ChatRequest, last: int | None, *, at: datetime) -> Outcome:
    """Go on with the others, if there are."""
    again: dict[str, Any] | None = None if last is None else {"after": last}
    return Outcome(again=again)


def _next(workspace: SlackWorkspace, after: int) -> list[Membership]:
    """List active members whom we do not know there."""
    found = workspace.account.memberships.filter(
        pk__gt=after, deactivated_at=None, user__is_active=True
    )
    unknown = found.exclude(
        chat_users__in=workspace.account.chat_users.filter(place=workspace.place)
    )
    return list(unknown.select_related("user").order_by("pk")[:BATCH])
