"""Which member somebody in Slack is, by their address."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import Account
from integrations.chat import matching, people, rooms
from integrations.chat.linking import Taken, link, linked, unlink
from integrations.models import ChatUser, SlackWorkspace
from integrations.slack.api import client
from integrations.slack.api.shapes import SlackUser
from integrations.slack.incoming import callers, rows
from integrations.slack.incoming.callers import Caller

__all__ = ["Taken", "link", "linked", "unlink"]

# What the inbox calls the search for everybody.
MATCH: Final = "match"


def match_all(workspace: SlackWorkspace, *, at: datetime) -> None:
    """Begin to link every member by their address, in the account's scope.

    Slack is asked of each one, so this is done behind, some at a time.
    """
    rows.ask(workspace, MATCH, {"after": 0}, at=at)


def is_matching(workspace: SlackWorkspace) -> bool:
    """Say whether members are still to be looked for."""
    return rows.is_waiting(workspace, MATCH)


def meet(
    workspace: SlackWorkspace, caller: Caller, *, at: datetime
) -> rooms.Failure | None:
    """Ask Slack about somebody whom we do not know, and link who has our address.

    Outside of any scope. This will return why Slack could not say, if so.
    """
    if not caller.user_id or caller.is_stranger(workspace):
        return None
    with tenancy.scope(workspace.account):
        user = callers.known(workspace, caller)
        if user and (user.membership_id or user.unlinked_at):
            return None
    try:
        found = client.of(workspace).user_info(caller.user_id)
    except rooms.Failure as failure:
        return failure
    with tenancy.scope(workspace.account):
        match(workspace, found, at=at)
    return None


def match(
    workspace: SlackWorkspace, found: SlackUser, *, at: datetime
) -> ChatUser | None:
    """Link somebody of Slack to the one member who has their address, in scope.

    Guests and people of other workspaces are linked by nobody's address. Who was
    unlinked stays so.
    """
    if found.team_id != workspace.team_id or found.is_bot or found.is_outside:
        return None
    account: Account = workspace.account
    user = people.met(account, workspace.place, found.id, name=found.name, at=at)
    if not matching.by_email(
        user,
        found.email,
        chat=_("Slack"),
        place=_("%(workspace)s in Slack") % {"workspace": workspace.name},
        via=callers.VIA,
        at=at,
    ):
        return None
    user.refresh_from_db()
    return user
