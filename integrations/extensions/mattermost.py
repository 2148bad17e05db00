"""Mattermost: a post for each incident in a channel, with buttons and a thread."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from integrations.chat import inbox, rooms
from integrations.chat.cards import Card
from integrations.extensions import schemas
from integrations.extensions.schemas import Answers, Field
from integrations.mattermost import client, connecting, layout, presses
from integrations.models import Room


class Mattermost:
    """Keeps posts in a channel true, as a bot."""

    kind = presses.KIND
    can_update = True
    can_thread = True
    can_act = True
    # Bots are told of what people write only over a connection of another kind.
    is_deaf = True

    def post(self, room: Room, card: Card) -> str:
        """Show a card; this will return the post's id."""
        return client.post(client.secret_of(room), layout.post(room, card))

    def update(self, room: Room, message_id: str, card: Card) -> None:
        """Show it as it is now."""
        client.patch(client.secret_of(room), message_id, layout.patch(room, card))

    def reply(self, room: Room, message_id: str, lines: Sequence[str]) -> None:
        """Write lines of the timeline into the post's thread."""
        body = {
            "channel_id": room.channel_id,
            "root_id": message_id,
            "message": layout.lines(list(lines)),
        }
        client.post(client.secret_of(room), body)

    def find(self, room: Room, card: Card) -> str:
        """Look among the latest posts for the one of a lost answer."""
        secret = client.secret_of(room)
        for post in client.latest(secret, room.channel_id):
            props = post.get("props")
            key = props.get(layout.KEY) if isinstance(props, dict) else None
            if post.get("user_id") == secret.bot_id and key == card.key:
                return str(post.get("id", ""))
        return ""


def connect(account: Account, answers: Answers) -> Room:
    """Make a room of what was typed; see `connecting`."""
    return connecting.connect(account, answers.values, answers.room)


def _place(room: Room) -> str:
    return client.secret_of(room).place


def _known(room: Room) -> Mapping[str, str]:
    address = client.secret_of(room).address
    return {"address": address, "channel": room.channel_id}


rooms.register(Mattermost())
inbox.register(Mattermost.kind, presses.later)
schemas.register(
    schemas.Schema(
        key=presses.KIND,
        public_id="PXMATTERMOST",
        label=_("Mattermost"),
        description=_(
            "Shows incidents in a channel, with buttons to acknowledge, resolve and"
            " escalate, and their timeline in a thread."
        ),
        connect=connect,
        place=_place,
        known=_known,
        fields=(
            Field(
                "address",
                _("Address of the server"),
                _("Such as https://chat.example.com."),
            ),
            Field(
                "token",
                _("Token of the bot"),
                _(
                    "An admin of Mattermost makes a bot under Integrations, Bot"
                    " Accounts, and is shown its token once."
                ),
                is_secret=True,
                max_length=200,
            ),
            Field(
                "channel",
                _("Channel"),
                _(
                    "Its address, or team/channel. Add the bot to it first. Left empty,"
                    " we name the channels that the bot is in."
                ),
                is_required=False,
                max_length=400,
            ),
        ),
    )
)
