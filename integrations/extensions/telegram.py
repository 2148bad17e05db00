"""Telegram: a message for each incident in a group, with buttons, by a bot."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from integrations.chat import inbox, rooms
from integrations.chat.cards import Card
from integrations.chat.rooms import Gone, Refused, Unavailable
from integrations.extensions import schemas
from integrations.extensions.schemas import Answers, Field
from integrations.models import Room
from integrations.telegram import answers, client, connecting, layout


class Telegram:
    """Keeps messages in a group true, as a bot."""

    kind = client.KIND
    can_update = True
    can_thread = True
    can_act = True
    # Twenty a minute is what a group takes.
    pace = timedelta(seconds=3)

    def post(self, room: Room, card: Card) -> str:
        """Show a card; this will return the message's id."""
        said = client.call_there(room, "sendMessage", layout.message(card))
        if not isinstance(said, dict) or not said.get("message_id"):
            raise Unavailable(str(_("Telegram answered strangely.")), is_uncertain=True)
        return str(said["message_id"])

    def update(self, room: Room, message_id: str, card: Card) -> None:
        """Show it as it is now. Raises Gone where the message was deleted."""
        body = {"message_id": _number(message_id), **layout.message(card)}
        try:
            client.call_there(room, "editMessageText", body)
        except Refused as refusal:
            if client.SAME not in str(refusal).lower():
                raise

    def reply(self, room: Room, message_id: str, lines: Sequence[str]) -> None:
        """Answer the message with lines of the timeline, without a sound."""
        to = {"message_id": _number(message_id), "allow_sending_without_reply": True}
        body = {
            "reply_parameters": to,
            "disable_notification": True,
            **layout.plain("\n".join(lines)),
        }
        client.call_there(room, "sendMessage", body)

    def find(self, room: Room, card: Card) -> str:
        """Find nothing: a bot cannot look back."""
        return ""


def _number(message_id: str) -> int:
    """Read a message's number; raises Gone for what is none."""
    if not message_id.isdecimal():
        raise Gone(str(_("The message was deleted in Telegram.")))
    return int(message_id)


def connect(account: Account, answers: Answers) -> Room:
    """Make a room of what was typed; see `connecting`."""
    return connecting.connect(account, answers.values, answers.room)


def _place(room: Room) -> str:
    return client.bot_of(room).place


def _known(room: Room) -> Mapping[str, str]:
    return {"group": room.channel_id}


rooms.register(Telegram())
inbox.register(Telegram.kind, answers.work)
schemas.register(
    schemas.Schema(
        key=Telegram.kind,
        public_id="PXTELEGRAM",
        label=_("Telegram"),
        description=_(
            "Shows incidents in a group, with buttons to acknowledge, resolve and"
            " escalate, by a bot of yours."
        ),
        connect=connect,
        place=_place,
        known=_known,
        fields=(
            Field(
                "token",
                _("Token of the bot"),
                _(
                    "In Telegram write /newbot to @BotFather, who makes a bot and"
                    " tells you its token."
                ),
                is_secret=True,
                max_length=200,
            ),
            Field(
                "group",
                _("Group"),
                _(
                    "Add the bot to the group and write /connect there; then write the"
                    " group's name here, or the number that the bot answers."
                ),
                is_required=False,
                max_length=200,
            ),
        ),
    )
)
