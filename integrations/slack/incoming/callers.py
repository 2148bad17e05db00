"""Who has pressed, typed or written something in Slack, and as whom they act here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.permissions import Actor
from integrations.chat import people
from integrations.models import ChatUser, SlackWorkspace
from integrations.slack.incoming.whose import part

VIA = "slack"


class Unknown(Exception):
    """Nobody knows which member they are, and only members may do this."""


class Refused(Exception):
    """They may not; the words are fit for a person."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody in Slack, as a request names them."""

    user_id: str
    # The workspace that they come from; blank where Slack does not say.
    team_id: str
    name: str

    def is_stranger(self, workspace: SlackWorkspace) -> bool:
        """Say whether they come from a workspace that shares a channel with ours."""
        return bool(self.team_id) and self.team_id != workspace.team_id


def of_interaction(payload: dict[str, Any]) -> Caller:
    """Read who pressed a button or sent a form."""
    user = payload.get("user")
    name = _text(part(user, "name")) or _text(part(user, "username"))
    return Caller(_text(part(user, "id")), _text(part(user, "team_id")), name)


def of_command(payload: dict[str, Any]) -> Caller:
    """Read who typed a command."""
    return Caller(
        _text(payload.get("user_id")),
        _text(payload.get("team_id")),
        _text(payload.get("user_name")),
    )


def of_message(event: dict[str, Any]) -> Caller:
    """Read who wrote a message; its event does not say their name."""
    home = _text(event.get("user_team")) or _text(event.get("source_team"))
    return Caller(_text(event.get("user")), home or _text(event.get("team")), "")


def known(workspace: SlackWorkspace, caller: Caller) -> ChatUser | None:
    """Find what we know of somebody, in the account's scope."""
    found: ChatUser | None = (
        workspace.account.chat_users.select_related("membership__user")
        .filter(place=workspace.place, user_id=caller.user_id)
        .first()
    )
    return found


def actor(workspace: SlackWorkspace, caller: Caller, *, anybody: str = "") -> Actor:
    """Say as whom somebody acts, in the account's scope; raises Unknown and Refused.

    `anybody` names the extension that lets anybody of its workspace act. Who comes
    from another one, through a shared channel, is not anybody.
    """
    user = known(workspace, caller)
    if user and user.membership and not user.membership.is_active:
        raise Refused(
            _("You are not an active member of %(account)s any more.")
            % {"account": workspace.account.name}
        )
    found = people.actor(
        workspace.account,
        workspace.place,
        caller.user_id,
        via=VIA,
        name=caller.name or (user.name if user else "") or caller.user_id,
        anybody="" if caller.is_stranger(workspace) else anybody,
    )
    if found is None:
        raise Unknown
    return found


def met(workspace: SlackWorkspace, caller: Caller, *, at: datetime) -> ChatUser:
    """Keep who they are, so that admins see whom to link."""
    user = known(workspace, caller)
    if user and not caller.name:
        return user
    return people.met(
        workspace.account, workspace.place, caller.user_id, name=caller.name, at=at
    )


def _text(value: Any) -> str:
    return value[: people.LONGEST_NAME] if isinstance(value, str) else ""
