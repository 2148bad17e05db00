"""Members made, changed and dismissed by others, without waiting for the person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit, coverage, invitations, onboarding, people, tenancy
from accounts.models import Account, Membership, User
from accounts.models.people import Role
from accounts.onboarding import Refused
from accounts.permissions import Actor

DAY = timedelta(days=1)
# Each gets a mail, and is paged at an address that only the maker vouches for.
ENROLLED_A_DAY = 500


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is known of a member; None leaves it as it is."""

    name: str | None = None
    email: str | None = None
    role: str | None = None
    job_title: str | None = None
    time_zone: str | None = None


@transaction.atomic
def enrol(
    account: Account, told: Particulars, *, actor: Actor, at: datetime
) -> Membership:
    """Make somebody a member at once, and invite them by mail to sign in.

    Until they join by themselves, others see the name that is told here, and nothing
    of what they are elsewhere.

    Raises Refused, ValidationError and NotPermitted.
    """
    email, role = (told.email or "").lower(), told.role or Role.RESPONDER
    actor.require("own" if role == Role.OWNER else "people")
    _allow_one_more(account, at)
    _refuse_double(account, email)
    _invite(account, email, told.name or "", role, actor=actor, at=at)
    user = User.objects.filter(email=email).first()
    is_stranger = user is not None and not account.memberships.filter(user=user)
    if user is None:
        user = User.objects.create_user(email, name=told.name or "")
    membership = onboarding.add_member(account, user, role, at=at, is_confirmed=False)
    if is_stranger:
        # Nothing of somebody who is known elsewhere is shown here that was not told.
        membership.given_name = told.name or email
        membership.save(update_fields=["given_name"])
    _set_place(membership, told)
    audit.record(actor, "enrolled person", membership, at=at, details={"role": role})
    return membership


@transaction.atomic
def change(
    membership: Membership, told: Particulars, *, actor: Actor, at: datetime
) -> Membership:
    """Change what is known of a member, by themselves or an admin.

    Name and address belong to the person: others may change them only while the
    person is in no other account, and the address only before they sign in.
    Raises Refused, ValidationError and NotPermitted.
    """
    if actor.user != membership:
        actor.require("own" if membership.role == Role.OWNER else "people")
    if told.role is not None and told.role != membership.role:
        people.change_role(membership, told.role, actor=actor, at=at)
    if told.name is not None and told.name != membership.name:
        _rename(membership, told.name, actor=actor)
    if told.email is not None and told.email.lower() != membership.user.email:
        _readdress(membership, told.email.lower(), actor=actor, at=at)
    _set_place(membership, told)
    audit.record(actor, "changed person", membership, at=at)
    return membership


@transaction.atomic
def dismiss(membership: Membership, *, actor: Actor, at: datetime) -> None:
    """Deactivate a member whom nothing needs any more.

    Raises Refused, naming what does, and NotPermitted.
    """
    people.deactivate(membership, actor=actor, at=at)
    if duties := coverage.duties(membership):
        names = ", ".join(duty.name for duty in duties)
        raise Refused(
            _("%(name)s is still on call: %(duties)s.")
            % {"name": membership.name, "duties": names}
        )
    if membership.assignments.exists():
        raise Refused(
            _("%s still has open incidents; reassign them first.") % membership.name
        )
    # Else the link that waits in their mail would let them in again.
    _withdraw(membership.account, membership.email, actor=actor, at=at)


def _allow_one_more(account: Account, at: datetime) -> None:
    made = account.memberships.filter(created_at__gt=at - DAY).count()
    if made >= ENROLLED_A_DAY:
        raise Refused(_("Too many people were added today."))


def _refuse_double(account: Account, email: str) -> None:
    """Raise Refused, in the words that clients of the API look for."""
    if account.memberships.filter(user__email=email, deactivated_at=None).exists():
        raise Refused(_("Email has already been taken"))


def _invite(
    account: Account, email: str, name: str, role: str, *, actor: Actor, at: datetime
) -> None:
    _withdraw(account, email, actor=actor, at=at)
    invitations.invite(account, email=email, role=role, name=name, actor=actor, at=at)


def _withdraw(account: Account, email: str, *, actor: Actor, at: datetime) -> bool:
    """Revoke invitations that wait; this will say whether there were any."""
    waiting = list(invitations.pending(account, at).filter(email=email))
    for invitation in waiting:
        invitations.revoke(invitation, actor=actor, at=at)
    return bool(waiting)


def _rename(membership: Membership, name: str, *, actor: Actor) -> None:
    if membership.given_name and actor.user != membership:
        membership.given_name = name
        membership.save(update_fields=["given_name"])
        return
    if actor.user != membership and _is_elsewhere(membership):
        raise Refused(
            _("%s is in other accounts too: only they can change their name.")
            % membership.name
        )
    membership.user.name = name
    membership.user.save(update_fields=["name"])
    # Of themselves they have told everybody.
    membership.given_name = ""
    membership.save(update_fields=["given_name"])


def _readdress(
    membership: Membership, email: str, *, actor: Actor, at: datetime
) -> None:
    """Move somebody who never signed in to another address.

    Whoever has the address may sign in as the person, so it is nobody else's later.
    """
    user = membership.user
    if user.has_usable_password() or user.is_staff or _is_elsewhere(membership):
        raise Refused(_("Only the person can change the address they sign in with."))
    _refuse_double(membership.account, email)
    if _withdraw(membership.account, user.email, actor=actor, at=at):
        _invite(
            membership.account,
            email,
            membership.name,
            membership.role,
            actor=actor,
            at=at,
        )
    user.email = email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        raise Refused(_("Email has already been taken")) from None


def _is_elsewhere(membership: Membership) -> bool:
    with tenancy.beyond():
        others = Membership.across_accounts.filter(user=membership.user_id)
        return others.exclude(account=membership.account_id).exists()


def _set_place(membership: Membership, told: Particulars) -> None:
    """Keep what belongs to the membership; raises ValidationError."""
    if told.job_title is not None:
        membership.job_title = told.job_title
    if told.time_zone is not None:
        membership.time_zone = told.time_zone
    membership.clean_fields(exclude=["user", "account"])
    membership.save(update_fields=["job_title", "time_zone"])
