"""Acme's channel in the fake Slack, with an incident in it, for tests of what people
do there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts import tenancy
from accounts.permissions import Actor
from incidents import actions
from incidents.models import Incident
from integrations.chat import cards, rooms
from integrations.models import ChatMessage, Extension, SlackWorkspace
from integrations.slack.answering import inbox
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
        """Open an incident and show it."""
        incident = self.opens(world, title)
        return incident, self.posts(incident)

    def opens(self, world: Any, title: str = "Disk full") -> Incident:
        """Open an incident that is to be shown."""
        incident = actions.open_incident(
            world.service, actor=EVENT, at=timezone.now(), title=title
        )
        ChatMessage.across_accounts.create(
            account=incident.account,
            room=self.extension.room,
            incident=incident,
            created_at=timezone.now(),
        )
        return incident

    def posts(self, incident: Incident) -> Message:
        """Show it, as the queue does: the chat is called outside of a transaction."""
        with tenancy.all_accounts():
            rows = ChatMessage.across_accounts.select_related(
                "room__workspace", "account"
            )
            shown = rows.get(incident=incident)
        room = rooms.of(shown.room)
        card = cards.of(shown, source=self.extension.name)
        shown.message_id = room.post(shown.room, card)
        with tenancy.all_accounts():
            shown.save()
        message = self.channel.message(shown.message_id)
        assert message is not None
        return message

    def updates(self, incident: Incident) -> None:
        """Show it as it is now."""
        rows = ChatMessage.across_accounts.select_related("room__workspace", "account")
        shown = rows.get(incident=incident)
        card = cards.of(shown, source=self.extension.name)
        rooms.of(shown.room).update(shown.room, shown.message_id, card)

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
    with tenancy.all_accounts():
        return _place(slack, world, client, **given)


def _place(slack: Slack, world: Any, client: Client, **given: Any) -> Place:
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
