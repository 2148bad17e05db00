"""Acme's channel in the fake Slack, with an incident in it, for tests of what people
do there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from incidents.models import Incident
from integrations.chat import cards, rooms
from integrations.models import ChatMessage, Extension, SlackWorkspace
from integrations.slack import inbox
from tests import chats
from tests.fakes.slack import Channel, Message, Person, Slack

EVENT = Actor("event", name="Monitoring")


@dataclass
class Place:
    """Acme's channel in the fake, whose incidents our bot has shown there."""

    slack: Slack
    workspace: SlackWorkspace
    channel: Channel
    extension: Extension
    client: Client

    def shows(self, world: Any, title: str = "Disk full") -> tuple[Incident, Message]:
        """Open an incident and show it, as the queue does."""
        incident = actions.open_incident(
            world.service, actor=EVENT, at=timezone.now(), title=title
        )
        room = self.extension.room
        shown = ChatMessage.across_accounts.create(
            account=room.account,
            room=room,
            incident=incident,
            created_at=timezone.now(),
        )
        card = cards.of(shown, source=self.extension.name)
        shown.message_id = rooms.of(room).post(room, card)
        shown.save()
        message = self.channel.message(shown.message_id)
        assert message is not None
        return incident, message

    def links(self, person: Any) -> Person:
        """Let somebody of the fake be a member."""
        there = self.slack.person(person.user.name.lower())
        self.workspace.account.chat_users.create(
            place=self.workspace.place,
            user_id=there.id,
            name=there.name,
            membership=person.membership,
            linked_by="sign-in",
            created_at=timezone.now(),
        )
        return there

    def presses(self, message: Message, what: str, user: Person, **how: Any) -> Any:
        """Press a button, and let the inbox do what it says."""
        answer = self.slack.presses(self.client, message, f"oncall:{what}", user, **how)
        self.works()
        return answer

    def works(self, later: timedelta = timedelta()) -> None:
        """Let the inbox do what waits, now or later."""
        inbox.answer_due(lambda: timezone.now() + later)

    def told(self, user: Person) -> list[str]:
        """Return what somebody was told in private, the oldest first."""
        return [message.words for message in self.channel.whispers(user)]


def place(slack: Slack, world: Any, client: Client, **given: Any) -> Place:
    """Connect the fake's workspace to an account, with a channel for its service."""
    workspace = chats.workspace(
        world.account,
        team_id=slack.team.id,
        name=slack.team.name,
        bot_user_id=slack.team.bot,
        token=slack.install(),
    )
    channel = slack.channel("incidents")
    room = chats.room(
        world.account, workspace=workspace, channel_id=channel.id, name="#incidents"
    )
    extension = chats.extension(room, world.service, **given)
    return Place(slack, workspace, channel, extension, client)
