"""Invitations: a link by e-mail that makes its reader a member."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit, channels, keys, onboarding, people
from accounts.models import Account, Invitation, Membership, Team, User
from accounts.models.people import Role
from accounts.onboarding import Refused
from accounts.permissions import Actor

VALID = timedelta(days=7)


@transaction.atomic
def invite(
    account: Account,
    *,
    email: str,
    role: str,
    actor: Actor,
    at: datetime,
    name: str = "",
    team: Team | None = None,
) -> Invitation:
    """Invite somebody by e-mail. Raises Refused and NotPermitted."""
    actor.require("own" if role == Role.OWNER else "people")
    email = email.lower()
    if account.memberships.filter(user__email=email, deactivated_at=None).exists():
        raise Refused(_("%s is already a member of this account.") % email)
    if pending(account, at).filter(email=email).exists():
        raise Refused(_("%s is already invited; resend the invitation.") % email)
    invitation, token = issue(
        account, email=email, role=role, at=at, name=name, team=team, by=actor.user
    )
    _send(invitation, token, at=at)
    audit.record(actor, "invited", invitation, at=at, details={"role": role})
    return invitation


def issue(
    account: Account,
    *,
    email: str,
    role: str,
    at: datetime,
    name: str = "",
    team: Team | None = None,
    by: Membership | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation without sending it; this will tell its token once."""
    token = secrets.token_urlsafe(24)
    invitation = account.invitations.create(
        email=email.lower(),
        name=name,
        role=role,
        team=team,
        invited_by=by,
        token_digest=keys.digest(token),
        expires_at=at + VALID,
    )
    return invitation, token


@transaction.atomic
def resend(invitation: Invitation, *, actor: Actor, at: datetime) -> None:
    """Send a new link, which replaces the old one. Raises Refused, NotPermitted."""
    _require(actor, invitation)
    if invitation.accepted_at or invitation.revoked_at:
        raise Refused(problem(invitation, at))
    token = secrets.token_urlsafe(24)
    invitation.token_digest = keys.digest(token)
    invitation.expires_at = at + VALID
    invitation.save(update_fields=["token_digest", "expires_at"])
    _send(invitation, token, at=at)
    audit.record(actor, "resent invitation", invitation, at=at)


def revoke(invitation: Invitation, *, actor: Actor, at: datetime) -> None:
    """Make the link useless. Raises Refused once it was used, and NotPermitted."""
    _require(actor, invitation)
    if invitation.accepted_at:
        raise Refused(problem(invitation, at))
    if invitation.revoked_at is None:
        invitation.revoked_at = at
        invitation.save(update_fields=["revoked_at"])
        audit.record(actor, "revoked invitation", invitation, at=at)


def pending(account: Account, at: datetime) -> QuerySet[Invitation]:
    """Return the invitations whose links still work."""
    return account.invitations.filter(
        accepted_at=None, revoked_at=None, expires_at__gt=at
    )


def find(token: str) -> Invitation | None:
    """Find an invitation by its link, used or not; asked in `all_accounts()`."""
    return (
        Invitation.across_accounts.select_related("account", "invited_by__user")
        .filter(token_digest=keys.digest(token))
        .first()
    )


def problem(invitation: Invitation, at: datetime) -> str:
    """Say in words why the link does not work; nothing while it does."""
    if invitation.accepted_at:
        return _("This invitation was already used.")
    if invitation.revoked_at:
        return _("This invitation was withdrawn.")
    if invitation.account.suspended_at:
        return _("This account is suspended.")
    if invitation.expires_at <= at:
        return _("This invitation has expired. Ask for a new one.")
    return ""


@transaction.atomic
def accept(invitation: Invitation, user: User, *, at: datetime) -> Membership:
    """Make the invited user a member; the link has shown that the address is theirs.

    Asked in `all_accounts()`. Raises Refused.
    """
    invitation = (
        Invitation.across_accounts.select_for_update(of=("self",))
        .select_related("account")
        .get(pk=invitation.pk)
    )
    if words := problem(invitation, at):
        raise Refused(words)
    if user.email.lower() != invitation.email:
        raise Refused(_("This invitation is for %s.") % invitation.email)
    membership = onboarding.add_member(invitation.account, user, invitation.role, at=at)
    if invitation.team and not membership.places.filter(team=invitation.team).exists():
        membership.places.create(
            account=invitation.account,
            team=invitation.team,
            part=people.usual_part(membership),
        )
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    actor = Actor("web", membership)
    audit.record(actor, "accepted invitation", invitation, at=at)
    return membership


def link(token: str) -> str:
    """Spell the address that the invited person opens."""
    return f"{settings.SITE_URL}/join/{token}/"


def _require(actor: Actor, invitation: Invitation) -> None:
    actor.require("own" if invitation.role == Role.OWNER else "people")


def _send(invitation: Invitation, token: str, *, at: datetime) -> None:
    # By a key of the account, nobody in person.
    who = invitation.invited_by or _("An admin")
    names = {"account": invitation.account.name, "who": str(who)}
    channels.post(
        invitation.account,
        purpose="notice",
        at=at,
        kind="email",
        address=invitation.email,
        content={
            "subject": _("Join %(account)s on OnCall") % names,
            "lines": [
                _("%(who)s invites you to %(account)s.") % names,
                _("The link works once, for seven days."),
            ],
            "link": link(token),
            "action": _("See the invitation"),
        },
    )
