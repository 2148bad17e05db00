"""Where a person is signed in, and signing them out there."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, tenancy
from accounts.models import Membership
from accounts.permissions import Actor, NotPermitted


def of(member: Membership, *, actor: Actor) -> list[UserSession]:
    """List the browsers in which the member is signed in; raises NotPermitted."""
    _require(actor, member)
    rows = UserSession.objects.filter(user=member.user_id).order_by("-id")
    return [session for session in rows if session.exists()]


@transaction.atomic
def end(
    member: Membership, session: UserSession, *, actor: Actor, at: datetime
) -> None:
    """Sign the member out in one browser; raises NotPermitted."""
    _require(actor, member)
    session.end()
    audit.record(actor, "ended session", member, at=at)


def _require(actor: Actor, member: Membership) -> None:
    """Ask whether it is their own, or that of somebody who is in this account only.

    One who is in other accounts too would be signed out there as well, and where
    they sign in is no business of this one.
    """
    if actor.user == member:
        return
    actor.require("people")
    with tenancy.beyond():
        others = Membership.across_accounts.filter(user=member.user_id)
        is_elsewhere = others.exclude(account=member.account_id).exists()
    if is_elsewhere:
        raise NotPermitted(
            _("%s is in other accounts too: only they see where they are signed in.")
            % member.name
        )
