"""Asks Telegram what we need, as the bot that somebody made for us.

The token is a part of every address, so nothing here ever shows one.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Account
from integrations.chat import calls
from integrations.chat.rooms import Broken, Failure, Gone, Refused
from integrations.models import Room

NAME: Final = "Telegram"
KIND: Final = "telegram"
TOKEN: Final = re.compile(r"\d{5,20}:[\w-]{20,100}", re.ASCII)
# What it says, in lower case, where the code does not tell.
SAME: Final = "message is not modified"
LOST: Final = (
    *("message to edit not found", "message_id_invalid", "message can't be edited"),
    *("message to be replied not found", "message thread not found"),
)
SHUT: Final = (
    *("chat not found", "not enough rights", "have no rights", "chat_write_forbidden"),
    *("topic_closed", "topic closed", "need administrator rights", "group is deact"),
)


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot, and what it may do in our name; kept sealed."""

    token: str = field(repr=False)
    bot_id: int
    username: str

    def as_text(self) -> str:
        """Write it down, to be sealed."""
        return json.dumps(asdict(self))

    @property
    def place(self) -> str:
        """Where the ids of its people are unique."""
        return f"telegram {self.bot_id}"


class Moved(Exception):
    """The group has become a larger one, with another id."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(_("The group has moved."))
        self.chat_id = chat_id


class Busy(Failure):
    """Another program listens for the bot."""


def bot_of(room: Room) -> Bot:
    """Open what is needed to write to a room."""
    return Bot(**json.loads(room.secret))


def bots(account: Account) -> dict[int, Bot]:
    """Return the bots of an account's rooms by their ids, in its scope."""
    found = map(bot_of, account.rooms.filter(kind=KIND).order_by("id"))
    return {bot.bot_id: bot for bot in found}


def call(token: str, method: str, body: dict[str, Any]) -> Any:
    """Have a method of the bot done; this will return its result.

    Raises Moved, Busy, and the failures of rooms.
    """
    if not TOKEN.fullmatch(token):
        raise _unknown_token()
    answer = calls.ask(
        "POST",
        f"{settings.TELEGRAM_API_BASE.rstrip('/')}/bot{token}/{method}",
        chat=NAME,
        body=body,
    )
    said = answer.object
    if said.get("ok") is True:
        return said.get("result")
    raise _failure(answer.status, said)


def call_there(room: Room, method: str, body: dict[str, Any]) -> Any:
    """Have something done in a room's group, wherever that is by now."""
    token, body = bot_of(room).token, {"chat_id": room.channel_id, **body}
    try:
        return call(token, method, body)
    except Moved as moved:
        # Telegram tells our door as well, which then knows it for good.
        return _call_moved(token, method, body | {"chat_id": moved.chat_id})


def _call_moved(token: str, method: str, body: dict[str, Any]) -> Any:
    try:
        return call(token, method, body)
    except Moved as moved:
        raise Broken(str(moved)) from None


def _failure(status: int, said: dict[str, Any]) -> Exception:
    words = str(said.get("description", ""))
    lower = words.lower()
    parameters = said.get("parameters")
    moved = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else 0
    if isinstance(moved, int) and moved:
        return Moved(moved)
    if status in (401, 404):
        return _unknown_token()
    if status == 409:
        return Busy(_("Another program listens for this bot."))
    if status == 403:
        return Broken(_("The bot was removed from the group, or blocked there."))
    if any(each in lower for each in SHUT):
        return Broken(_("The bot may not write in this group, or the group is gone."))
    if any(each in lower for each in LOST):
        return Gone(_("The message was deleted in Telegram."))
    quoted = calls.quoted(words or status)
    return Refused(_("Telegram refused it (%(said)s).") % {"said": quoted})


def _unknown_token() -> Broken:
    return Broken(_("Telegram does not know the bot's token (any more)."))
