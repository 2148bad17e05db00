"""Slack: a message for each incident in a channel, with buttons and a thread."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from integrations.chat import rooms
from integrations.chat.cards import Card, IncidentCard
from integrations.extensions import schemas
from integrations.extensions.schemas import Answers, Offer
from integrations.models import Room, SlackWorkspace
from integrations.slack.access import picking
from integrations.slack.api import client
from integrations.slack.api.client import Client
from integrations.slack.layout import blocks, rich
from integrations.webhooks.refusals import Refused

EVENT_TYPE: Final = "oncall_incident"
# A little earlier than the first attempt, for clocks that differ.
MARGIN: Final = timedelta(minutes=5)
# How far back the message of a test is looked for, which says no time.
A_WHILE: Final = timedelta(hours=1)


class Slack:
    """Keeps messages in a channel true, as our app's bot."""

    kind = picking.KIND
    can_update = True
    can_thread = True
    can_act = True
    # Slack says at least 50 for a method of its third tier; presses update as well.
    updates_per_minute = 40

    def post(self, room: Room, card: Card) -> str:
        """Show a card; this will return the message's id."""
        slack = _client(room)
        try:
            return _post(slack, room, card, is_bare=False)
        except rooms.Refused:
            if not _has_addresses(card):
                raise
        # Slack fetches images while it takes a message, and without one takes nothing.
        return _post(slack, room, card, is_bare=True)

    def update(self, room: Room, message_id: str, card: Card) -> None:
        """Show it as it is now."""
        slack = _client(room)
        try:
            return _update(slack, room, message_id, card, is_bare=False)
        except rooms.Refused:
            if not _has_addresses(card):
                raise
        return _update(slack, room, message_id, card, is_bare=True)

    def reply(self, room: Room, message_id: str, lines: Sequence[str]) -> None:
        """Write lines of the timeline into the message's thread."""
        shown = [[rich.text(line)] for line in lines]
        _client(room).post_message(
            room.channel_id,
            rich.said(*shown),
            [rich.block(*shown)],
            thread_ts=message_id,
        )

    def find(self, room: Room, card: Card) -> str:
        """Look among the channel's messages for the one of a lost answer."""
        if room.workspace is None:
            return ""
        since = timezone.now() - A_WHILE
        if isinstance(card, IncidentCard):
            since = card.opened_at
        oldest = f"{(since - MARGIN).timestamp():.6f}"
        found = _client(room).history(room.channel_id, oldest, "")
        return next(
            (
                str(message["ts"])
                for message in found
                if _key(message, room.workspace) == card.key
            ),
            "",
        )


def connect(account: Account, answers: Answers) -> Room:
    """Make a room of the chosen channel, or of the same one as before."""
    before = answers.room
    workspace = answers.workspace or (before.workspace if before else None)
    if workspace is None:
        raise Refused(_("Choose a workspace of Slack."), "workspace")
    wanted = answers.channel.strip() or (before.channel_id if before else "")
    if not wanted:
        raise Refused(_("Choose a channel."), "channel")
    return picking.room(account, workspace, wanted)


def choices(
    account: Account,
    workspace: SlackWorkspace | None,
    query: str = "",
    cursor: str = "",
) -> Offer:
    """List the channels of the chosen workspace."""
    if workspace is None:
        return Offer(())
    found = picking.channels(workspace, query, cursor)
    return Offer(found.found, found.cursor)


def _client(room: Room) -> Client:
    if room.workspace is None:
        raise rooms.Broken(_("Its workspace of Slack is not connected any more."))
    return client.of(room.workspace)


def _post(slack: Client, room: Room, card: Card, *, is_bare: bool) -> str:
    return slack.post_message(
        room.channel_id,
        blocks.text(card),
        blocks.of(card, is_bare=is_bare),
        metadata=_metadata(card),
    )


def _update(
    slack: Client, room: Room, message_id: str, card: Card, *, is_bare: bool
) -> None:
    slack.update_message(
        room.channel_id,
        message_id,
        blocks.text(card),
        blocks.of(card, is_bare=is_bare),
        metadata=_metadata(card),
    )


def _has_addresses(card: Card) -> bool:
    return isinstance(card, IncidentCard) and bool(card.images or card.links)


def _metadata(card: Card) -> dict[str, Any]:
    """Mark a message as ours, for us and for other apps of the workspace."""
    known = {"key": card.key}
    if isinstance(card, IncidentCard):
        known |= {"incident": card.public_id, "number": str(card.number)}
    return {"event_type": EVENT_TYPE, "event_payload": known}


def _key(message: dict[str, Any], workspace: SlackWorkspace) -> str:
    """Read the mark of a message, if it is one of ours: other apps may write it too."""
    if workspace.bot_user_id and message.get("user") != workspace.bot_user_id:
        return ""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return ""
    known = metadata.get("event_payload")
    return str(known.get("key", "")) if isinstance(known, dict) else ""


def _place(room: Room) -> str:
    return room.workspace.place if room.workspace else ""


rooms.register(Slack())
schemas.register(
    schemas.Schema(
        key=picking.KIND,
        public_id="PXSLACK",
        label=gettext_lazy("Slack"),
        description=gettext_lazy(
            "Shows incidents in a channel, with buttons to acknowledge, resolve and"
            " more, and their timeline in a thread. Somebody must sign in to Slack to"
            " allow it."
        ),
        connect=connect,
        choices=choices,
        has_workspaces=True,
        place=_place,
        missing=picking.missing,
    )
)
