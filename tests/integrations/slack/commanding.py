"""Types commands of Slack, as the inbox hands them on."""

from typing import Any

from accounts.models import Membership
from accounts.permissions import Actor
from integrations.models import ChatUser, SlackWorkspace
from integrations.slack import commands
from integrations.slack.commands import Answer, Command
from tests import chats
from tests.factories import NOON

CHANNEL = "C0INCIDENTS"


class Typist:
    """Somebody at a keyboard of Slack, in a channel of an account's workspace."""

    def __init__(
        self,
        workspace: SlackWorkspace,
        member: Membership | None,
        *,
        channel: str = CHANNEL,
        actor: Actor | None = None,
    ) -> None:
        self.workspace = workspace
        self.actor = Actor("slack", member) if member else actor
        self.channel = channel

    def types(self, text: str, **given: Any) -> Answer:
        """Type `/oncall text`."""
        values = {
            "account": self.workspace.account,
            "workspace": self.workspace,
            "user_id": "U0TYPIST",
            "user_name": "typist",
            "channel_id": self.channel,
            "words": text,
            "response_url": "",
            "at": NOON,
            "actor": self.actor,
        }
        return commands.answer(Command(**{**values, **given}))


def typist(world: Any, person: str | None = "alice", **given: Any) -> Typist:
    """Let a person of a world type; None for somebody whom we do not know."""
    workspace = world.account.slack_workspaces.first() or chats.workspace(world.account)
    member = world.people[person].membership if person else None
    return Typist(workspace, member, **given)


def links(typed: Typist, member: Membership, user_id: str) -> ChatUser:
    """Say who somebody of the workspace is."""
    workspace = typed.workspace
    return workspace.account.chat_users.create(
        place=workspace.place,
        user_id=user_id,
        name=member.name,
        membership=member,
        linked_by=ChatUser.Linked.ADMIN,
        created_at=NOON,
    )
