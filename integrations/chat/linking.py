"""Which member somebody in a chat is: by their address, by signing in, by an admin."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Membership
from accounts.permissions import Actor
from incidents import poke
from integrations.chat import queue
from integrations.models import ChatUser

Linked = ChatUser.Linked


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
    # Nobody is paged there any more.
    poke.later(queue.FOLLOW)
    return fresh


def linked(membership: Membership) -> list[ChatUser]:
    """List who a member is in chats."""
    return list(membership.chat_users.order_by("place", "name", "id"))


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
