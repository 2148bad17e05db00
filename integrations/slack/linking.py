"""Which member somebody in a chat is: by their address, by signing in, by an admin."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit, channels, tenancy
from accounts.models import Account, Membership
from accounts.permissions import Actor
from integrations.chat import people, rooms
from integrations.models import ChatUser, SlackWorkspace
from integrations.slack import callers, client, rows
from integrations.slack.callers import Caller
from integrations.slack.shapes import SlackUser

Linked = ChatUser.Linked
# What the inbox calls the search for everybody.
MATCH: Final = "match"
OURSELVES = Actor(callers.VIA, name="OnCall")


class Taken(Exception):
    """They are linked to another member; the words are fit for a person."""


@transaction.atomic
def link(
    user: ChatUser, membership: Membership, *, by: str, actor: Actor, at: datetime
) -> ChatUser:
    """Say which member somebody is: oneself, or anybody for who may change people.

    Raises Taken where they are another one, and permissions.NotPermitted.
    """
    _require(actor, membership)
    fresh = _locked(user)
    if fresh.membership_id == membership.pk:
        return fresh
    if fresh.membership_id is not None:
        raise Taken(
            _("%(user)s is linked to %(member)s already. Unlink them first.")
            % {"user": fresh, "member": fresh.membership.name}
        )
    fresh.membership, fresh.linked_by, fresh.unlinked_at = membership, by, None
    fresh.save(update_fields=["membership", "linked_by", "unlinked_at"])
    _record(actor, "linked chat user", fresh, membership, at=at, by=str(by))
    return fresh


@transaction.atomic
def unlink(user: ChatUser, *, actor: Actor, at: datetime) -> ChatUser:
    """Forget which member somebody is; their address does not link them again.

    Raises permissions.NotPermitted.
    """
    fresh = _locked(user)
    if fresh.membership is None:
        return fresh
    member = fresh.membership
    _require(actor, member)
    fresh.membership, fresh.linked_by, fresh.unlinked_at = None, Linked.NOT, at
    fresh.save(update_fields=["membership", "linked_by", "unlinked_at"])
    _record(actor, "unlinked chat user", fresh, member, at=at)
    return fresh


def linked(membership: Membership) -> list[ChatUser]:
    """List who a member is in chats."""
    return list(membership.chat_users.order_by("place", "name", "id"))


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


def _require(actor: Actor, membership: Membership) -> None:
    if actor.user != membership:
        actor.require("people")


def _locked(user: ChatUser) -> ChatUser:
    rows = user.account.chat_users.select_for_update(of=("self",), no_key=True)
    found: ChatUser = rows.select_related("account", "membership__user").get(pk=user.pk)
    return found


def _record(
    actor: Actor,
    action: str,
    user: ChatUser,
    member: Membership,
    *,
    at: datetime,
    **more: str,
) -> None:
    details = {"member": member.name, "place": user.place, **more}
    audit.record(actor, action, user, at=at, details=details)
