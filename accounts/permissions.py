"""What a role may do, in the account or for what a team owns, and who acts how."""

from dataclasses import dataclass
from typing import Literal, Protocol

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models.people import Membership, Role, Team, TeamMembership

Ability = Literal["view", "respond", "configure", "people", "administer", "own"]

# Each role may do what the ones below it may.
ROLES: dict[str, frozenset[Ability]] = {
    Role.OBSERVER: frozenset({"view"}),
    Role.RESPONDER: frozenset({"view", "respond"}),
    Role.MANAGER: frozenset({"view", "respond", "configure"}),
    Role.ADMIN: frozenset({"view", "respond", "configure", "people", "administer"}),
    Role.OWNER: frozenset(
        {"view", "respond", "configure", "people", "administer", "own"}
    ),
}
# What a part in a team adds for what the team owns; none takes anything away.
PARTS: dict[str, frozenset[Ability]] = {
    TeamMembership.Part.OBSERVER: ROLES[Role.OBSERVER],
    TeamMembership.Part.RESPONDER: ROLES[Role.RESPONDER],
    TeamMembership.Part.MANAGER: ROLES[Role.MANAGER],
}


class Owned(Protocol):
    """Something that may belong to a team: a service, a schedule, a policy."""

    @property
    def team_id(self) -> int | None: ...


class NotPermitted(PermissionDenied):
    """The actor's role does not allow this; the words are fit for a person."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts (nobody, for the system itself) and by which way.

    The way is one of web, api, email, sms, voice, push, slack, mattermost, telegram,
    event, timeout, engine, operator. An integration's events and the engine act
    without a user.
    """

    via: str
    user: Membership | None = None
    # Says who acts where no member does: an integration, or an API key.
    name: str = ""
    may_write: bool = True

    def may(self, ability: Ability, *, of: Owned | Team | None = None) -> bool:
        """Say whether the actor's role includes the ability.

        For something that a team owns, or for the team itself, their part in the
        team counts too.
        """
        if not self.may_write and ability != "view":
            return False
        return self.user is None or may(self.user, ability, of=of)

    def may_anywhere(self, ability: Ability) -> bool:
        """Say whether the actor may do this for anything, if only for one team's."""
        if self.may(ability):
            return True
        if self.user is None or not self.may_write or not self.user.is_active:
            return False
        return any(ability in PARTS[part] for part in self.user.parts.values())

    def require(self, ability: Ability, *, of: Owned | Team | None = None) -> None:
        """Do nothing, or raise NotPermitted."""
        if not self.may(ability, of=of):
            raise _refusal()

    def require_anywhere(self, ability: Ability) -> None:
        """Do nothing, or raise NotPermitted: a door's part, before it knows of what."""
        if not self.may_anywhere(ability):
            raise _refusal()

    def require_move(self, before: Owned, team: Team | None) -> None:
        """Ask for the right to give something to another team, or to none.

        Whoever may configure it only as one of its team may not take it from there
        to where they have no say. Raises NotPermitted.
        """
        if before.team_id != (team.pk if team else None):
            self.require("configure", of=team)


def may(
    membership: Membership, ability: Ability, *, of: Owned | Team | None = None
) -> bool:
    """Say whether the member's role, or their part in the team, has the ability."""
    if not membership.is_active:
        return False
    if ability in ROLES.get(membership.role, frozenset()):
        return True
    team = of.pk if isinstance(of, Team) else of.team_id if of is not None else None
    return team is not None and ability in PARTS.get(
        membership.parts.get(team, ""), frozenset()
    )


def _refusal() -> NotPermitted:
    return NotPermitted(
        _("Your role does not allow this; ask an admin of the account.")
    )
