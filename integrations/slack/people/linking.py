"""Which member somebody in Slack is, by their address."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels, tenancy
from accounts.models import Account, Membership
from accounts.permissions import Actor
from integrations.chat import people, rooms
from integrations.chat.linking import Taken, link, linked, unlink
from integrations.models import ChatUser, SlackWorkspace
from integrations.slack.api import client
from integrations.slack.api.shapes import SlackUser
from integrations.slack.incoming import callers, rows
from integrations.slack.incoming.callers import Caller

__all__ = ["Taken", "link", "linked", "unlink"]

Linked = ChatUser.Linked
# What the inbox calls the search for everybody.
MATCH: Final = "match"
OURSELVES = Actor(callers.VIA, name="OnCall")


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
    member = _same_address(account, found.email)
    if member is None or user.membership_id is not None or user.unlinked_at:
        return None
    user = link(user, member, by=Linked.EMAIL, actor=OURSELVES, at=at)
    _tell(workspace, user, member, at=at)
    return user


def _same_address(account: Account, email: str) -> Membership | None:
    """Find the one active member with an address; nobody where it is in doubt."""
    if not email:
        return None
    found = list(
        account.memberships.filter(
            user__email__iexact=email, user__is_active=True, deactivated_at=None
        ).select_related("account", "user")[:2]
    )
    return found[0] if len(found) == 1 else None


def _tell(
    workspace: SlackWorkspace, user: ChatUser, member: Membership, *, at: datetime
) -> None:
    """Let the member know, once, that what they do there counts as theirs here."""
    channels.post(
        member.account,
        purpose="notice",
        at=at,
        kind="email",
        address=member.email,
        content={
            "subject": _("You are linked to Slack"),
            "lines": [
                _(
                    "%(user)s of %(workspace)s in Slack has your e-mail address. What"
                    " they do with incidents there now counts as done by you."
                )
                % {"user": user, "workspace": workspace.name},
                _("If that is not you, unlink them on your profile."),
            ],
            "link": f"{settings.SITE_URL}{reverse('profile')}",
            "action": _("Open your profile"),
        },
    )
