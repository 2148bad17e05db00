"""What may happen to members and teams: roles, leaving, coming back."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, Membership, Team, TeamMembership
from accounts.models.people import Role
from accounts.onboarding import Refused
from accounts.permissions import Actor


@transaction.atomic
def change_role(
    membership: Membership, role: str, *, actor: Actor, at: datetime
) -> None:
    """Give a member another role. Raises Refused for the last owner, NotPermitted."""
    actor.require("own" if Role.OWNER in {role, membership.role} else "people")
    before = membership.role
    if before == role:
        return
    _keep_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    details = {"from": before, "to": role}
    audit.record(actor, "changed role", membership, at=at, details=details)


@transaction.atomic
def deactivate(membership: Membership, *, actor: Actor, at: datetime) -> None:
    """Stop paging and admitting a member. Raises Refused and NotPermitted."""
    actor.require("own" if membership.role == Role.OWNER else "people")
    _keep_an_owner(membership)
    if membership.deactivated_at is None:
        membership.deactivated_at = at
        membership.save(update_fields=["deactivated_at"])
        audit.record(actor, "deactivated person", membership, at=at)


def reactivate(membership: Membership, *, actor: Actor, at: datetime) -> None:
    """Let a member come back as before. Raises NotPermitted."""
    actor.require("own" if membership.role == Role.OWNER else "people")
    if membership.deactivated_at is not None:
        membership.deactivated_at = None
        membership.save(update_fields=["deactivated_at"])
        audit.record(actor, "reactivated person", membership, at=at)


def roles_to_give(actor: Actor) -> list[tuple[str, str]]:
    """List the roles that the actor may give; only owners make owners."""
    return [
        (value, str(label))
        for value, label in Role.choices
        if value != Role.OWNER or actor.may("own")
    ]


@transaction.atomic
def save_team(
    team: Team, members: Iterable[Membership], *, actor: Actor, at: datetime
) -> None:
    """Create or change a team with its members. Raises Refused and NotPermitted."""
    actor.require("configure", of=team if team.pk else None)
    action = "changed team" if team.pk else "created team"
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise Refused(_("There is already a team with this name.")) from None
    members = list(members)
    _seat(team, {member.pk: member for member in members})
    names = sorted(str(member) for member in members)
    audit.record(actor, action, team, at=at, details={"members": names})


@transaction.atomic
def seat(
    team: Team, member: Membership, part: str | None, *, actor: Actor, at: datetime
) -> None:
    """Take a member into a team, or change their part in it. Raises NotPermitted."""
    actor.require("configure", of=team)
    usual = {"account": team.account, "part": part or usual_part(member)}
    place, is_new = team.places.get_or_create(membership=member, defaults=usual)
    if not is_new and part in (None, place.part):
        return
    place.part = part or place.part
    place.save(update_fields=["part"])
    details = {"member": str(member), "part": place.part}
    audit.record(actor, "added to team", team, at=at, details=details)


@transaction.atomic
def unseat(team: Team, member: Membership, *, actor: Actor, at: datetime) -> None:
    """Let a member leave a team. Raises NotPermitted."""
    actor.require("configure", of=team)
    number, _rows = team.places.filter(membership=member).delete()
    if number:
        details = {"member": str(member)}
        audit.record(actor, "removed from team", team, at=at, details=details)


def named(text: str) -> Q:
    """Match members by their address, or by a part of the name that others see."""
    own = Q(given_name="", user__name__icontains=text)
    return Q(given_name__icontains=text) | own | Q(user__email__icontains=text)


def usual_part(member: Membership) -> str:
    """Say what a member is in a team unless somebody says else: what their role is."""
    if member.role in {Role.OWNER, Role.ADMIN, Role.MANAGER}:
        return TeamMembership.Part.MANAGER.value
    return TeamMembership.Part(member.role).value


@transaction.atomic
def delete_team(team: Team, *, actor: Actor, at: datetime) -> None:
    """Delete a team; what it owned stays, without a team. Raises NotPermitted."""
    actor.require("configure")
    audit.record(actor, "deleted team", team, at=at)
    team.delete()


def _keep_an_owner(membership: Membership) -> None:
    """Lock the account, so that two owners cannot leave at the same time."""
    if membership.role != Role.OWNER:
        return
    Account.objects.select_for_update().get(pk=membership.account_id)
    others = membership.account.memberships.filter(
        role=Role.OWNER, deactivated_at=None, user__is_active=True
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise Refused(
            _("An account needs an owner. Make somebody else an owner first.")
        )


def _seat(team: Team, wanted: dict[int, Membership]) -> None:
    team.places.exclude(membership__in=wanted).delete()
    seated = set(team.places.values_list("membership_id", flat=True))
    for pk, member in sorted(wanted.items()):
        if pk not in seated:
            part = usual_part(member)
            team.places.create(account=team.account, membership=member, part=part)
