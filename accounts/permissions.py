"""What a role may do, and who acts by which way."""

from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models.people import Membership, Role

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


class NotPermitted(PermissionDenied):
    """The actor's role does not allow this; the words are fit for a person."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts (nobody, for the system itself) and by which way.

    The way is one of web, api, email, sms, voice, push, slack, event, timeout,
    engine, operator. An integration's events and the engine act without a user.
    """

    via: str
    user: Membership | None = None
    # Says who acts where no member does: an integration, or an API key.
    name: str = ""
    may_write: bool = True

    def may(self, ability: Ability) -> bool:
        """Say whether the actor's role includes the ability."""
        if not self.may_write and ability != "view":
            return False
        return self.user is None or may(self.user, ability)

    def require(self, ability: Ability) -> None:
        """Do nothing, or raise NotPermitted."""
        if not self.may(ability):
            raise NotPermitted(
                _("Your role does not allow this; ask an admin of the account.")
            )


def may(membership: Membership, ability: Ability) -> bool:
    """Say whether the member's role includes the ability."""
    return membership.is_active and ability in ROLES.get(membership.role, frozenset())
