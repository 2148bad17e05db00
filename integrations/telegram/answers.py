"""Does what people press and write where our bots are, and tells them what came of it.

What is done is done in one transaction with the memory that it was; that they are told
comes afterwards, and may fail.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import Account
from integrations.chat import acting, inbox, people
from integrations.chat.acting import Person
from integrations.chat.linking import Taken
from integrations.chat.rooms import Failure
from integrations.models import ChatRequest, Room
from integrations.telegram import client, commands, layout, linking, updates
from integrations.telegram.client import KIND, Bot, Moved
from integrations.telegram.updates import Command, Update

# What Telegram shows at the top of the chat has so much room.
LONGEST_ALERT: Final = 200


def work(request: ChatRequest, at: datetime) -> None:
    """Do what one update asks for. Raises nothing that a second try would mend."""
    payload = dict(request.payload)
    bot_id = payload.pop("bot_id")
    update = Update(**payload)
    with tenancy.scope(request.account):
        bot = client.bots(request.account).get(bot_id)
    if bot is not None:
        HANDLERS[update.kind](request, bot, update, at)


def _press(request: ChatRequest, bot: Bot, update: Update, at: datetime) -> None:
    verb, public_id = layout.read(update.text)
    words, is_done = _acted(
        request,
        bot,
        update,
        at,
        lambda room, person: acting.act(
            acting.find(room, public_id), verb, person, room, at
        ),
    )
    body = {
        "callback_query_id": update.press_id,
        "text": words[:LONGEST_ALERT],
        "show_alert": not is_done,
    }
    _tell(bot, "answerCallbackQuery", body)


def _answer(request: ChatRequest, bot: Bot, update: Update, at: datetime) -> None:
    """Keep an answer to an incident's message as a note, where that is wanted."""
    with tenancy.scope(request.account):
        room = _room(request.account, update)
        message = (
            room.messages.filter(message_id=update.answers, incident__isnull=False)
            .select_related("incident__service")
            .first()
            if room
            else None
        )
        incident = message.incident if message else None
        if room is None or incident is None:
            return
        if not acting.takes_notes(room, incident):
            return
    words, is_done = _acted(
        request,
        bot,
        update,
        at,
        lambda room, person: acting.note(incident, update.text, person, room, at),
    )
    if not is_done:
        _say(bot, update, words)


def _command(request: ChatRequest, bot: Bot, update: Update, at: datetime) -> None:
    command = updates.command(update.text)
    if not _is_meant(command, bot, update):
        return
    if command.name == "start" and update.chat_type == "private" and command.words:
        _say(bot, update, _linked(request, bot, update, command.words, at))
        return
    with tenancy.scope(request.account):
        user = people.known(request.account, bot.place, update.user_id)
        if user is None:
            said = _unknown(request.account)
        else:
            member, words = user.membership, command.words
            said = commands.answer(member, command.name, words, at)
        inbox.finish(request, at=at)
    _say(bot, update, said)


def _is_meant(command: Command, bot: Bot, update: Update) -> bool:
    """Say whether a command is for our bot: a group may have others, and paths."""
    if command.bot:
        return command.bot.lower() == bot.username.lower()
    return update.chat_type == "private" or command.name in commands.COMMANDS


def _linked(
    request: ChatRequest, bot: Bot, update: Update, code: str, at: datetime
) -> str:
    """Link who came by the link of a profile."""
    with tenancy.scope(request.account):
        inbox.finish(request, at=at)
        try:
            user = linking.take(
                request.account, bot, code, update.user_id, name=update.name, at=at
            )
        except Taken as taken:
            return str(taken)
        if user is None or user.membership is None:
            return _("This link is used up or too old; your profile has a new one.")
        words = _("You are %(name)s in %(account)s.")
        return words % {"name": user.membership.name, "account": request.account.name}


def _move(request: ChatRequest, bot: Bot, update: Update, at: datetime) -> None:
    """Follow a group to its new number, unless it is known there already."""
    with tenancy.scope(request.account):
        rooms = request.account.rooms.filter(kind=KIND)
        if not rooms.filter(channel_id=update.moved_to).exists():
            rooms.filter(channel_id=update.chat_id).update(channel_id=update.moved_to)
        inbox.finish(request, at=at)


def _acted(
    request: ChatRequest,
    bot: Bot,
    update: Update,
    at: datetime,
    deed: Callable[[Room, Person], str],
) -> tuple[str, bool]:
    """Do something in a room as somebody; this will say what, and if it was done."""
    person = Person(bot.place, update.user_id, update.name, KIND)
    try:
        with tenancy.scope(request.account):
            room = _room(request.account, update)
            if room is None:
                return _("OnCall shows nothing in this group any more."), False
            words = deed(room, person)
            inbox.finish(request, at=at)
            return words, True
    except acting.Refused as refusal:
        return str(refusal), False
    except acting.Unknown:
        with tenancy.scope(request.account):
            people.met(
                request.account, bot.place, update.user_id, name=update.name, at=at
            )
        return _unknown(request.account), False


def _room(account: Account, update: Update) -> Room | None:
    rows = account.rooms.select_related("account")
    found: Room | None = rows.filter(kind=KIND, channel_id=update.chat_id).first()
    return found


def _unknown(account: Account) -> str:
    words = _(
        "OnCall does not know you. Link yourself on your profile in %(account)s:"
        " %(url)s"
    )
    profile = f"{settings.SITE_URL}{reverse('profile')}"
    return words % {"account": account.name[:50], "url": profile}


def _say(bot: Bot, update: Update, words: str) -> None:
    """Answer what somebody wrote."""
    to = {"message_id": update.message_id, "allow_sending_without_reply": True}
    body = {
        "chat_id": update.chat_id,
        "reply_parameters": to,
        **layout.plain(words),
    }
    _tell(bot, "sendMessage", body)


def _tell(bot: Bot, method: str, body: dict[str, Any]) -> None:
    # What is done is done, whether or not they hear of it.
    with suppress(Failure, Moved):
        client.call(bot.token, method, body)


Handler = Callable[[ChatRequest, Bot, Update, datetime], None]
HANDLERS: Final[Mapping[str, Handler]] = {
    "press": _press,
    "answer": _answer,
    "command": _command,
    "move": _move,
}
