"""Leads from a bot's token and a group's name to a room."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import Account
from integrations.chat.rooms import Broken, Failure, Unavailable
from integrations.chat.rooms import Refused as RefusedThere
from integrations.models import Room
from integrations.telegram import client, groups, hooks
from integrations.telegram.client import KIND, Bot, Moved
from integrations.webhooks.refusals import Refused

NUMBER: Final = re.compile(r"-?\d{1,20}", re.ASCII)
# A public channel or group has a name of its own.
PUBLIC: Final = re.compile(r"@\w{4,40}", re.ASCII)
ABSENT: Final = {"left", "kicked"}
MOST_NAMED: Final = 10

Values = Mapping[str, str]


def connect(account: Account, values: Values, before: Room | None) -> Room:
    """Make a room of a group that the bot is in, and listen to what happens there.

    What is left empty is as before. Raises Refused, or a failure of rooms.
    """
    bot = _bot(
        values.get("token", "") or (client.bot_of(before).token if before else "")
    )
    typed = values.get("group", "").strip() or (before.channel_id if before else "")
    # Before we listen, Telegram itself tells what the bot has seen.
    seen = groups.seen(account, bot)
    _listen(account, bot)
    found = _group(bot, typed, seen)
    room = Room(account=account, kind=KIND, channel_id=str(found.get("id", "")))
    name = found.get("title") or found.get("username") or found.get("first_name")
    room.name = str(name or room.channel_id)[:200]
    room.secret = bot.as_text()
    _bring_up_to_date(account, bot)
    return room


def _bot(token: str) -> Bot:
    try:
        me = client.call(token, "getMe", {})
    except Broken as failure:
        raise Refused(str(failure), "token") from None
    if not isinstance(me, dict) or not isinstance(me.get("id"), int):
        raise Unavailable(_("Telegram answered strangely."))
    return Bot(token, me["id"], str(me.get("username", "")))


def _listen(account: Account, bot: Bot) -> None:
    """Have updates sent to us, and not to another account any more than to none."""
    if hooks.is_taken(account, bot):
        words = _("Another account is connected to this bot; make another one.")
        raise Refused(words, "token")
    try:
        hooks.listen(account, bot)
    except RefusedThere as failure:
        words = _(
            "Telegram cannot reach this installation, which it must by https under a"
            " public address. %(why)s"
        )
        raise Refused(words % {"why": failure}) from None


def _group(bot: Bot, typed: str, seen: dict[str, str]) -> dict[str, Any]:
    named = [number for number, name in seen.items() if name.strip() == typed]
    if len(named) == 1:
        return _chat(bot, named[0])
    if not NUMBER.fullmatch(typed) and not PUBLIC.fullmatch(typed):
        raise Refused(_choice(bot, typed, seen), "group")
    return _chat(bot, typed)


def _choice(bot: Bot, typed: str, seen: dict[str, str]) -> str:
    """Say what to do so that we find the group."""
    if not seen:
        words = _(
            "The bot has been shown no group yet. Add @%(bot)s to yours, write"
            " /connect there, and send this form again."
        )
        return words % {"bot": bot.username}
    names = ", ".join(
        f"“{name}” ({number})" for number, name in list(seen.items())[-MOST_NAMED:]
    )
    if not typed:
        words = _("Which of these groups is it? Write its number: %(names)s.")
    else:
        words = _("Write the number of the group. The bot was shown these: %(names)s.")
    return words % {"names": names}


def _chat(bot: Bot, chat_id: str) -> dict[str, Any]:
    """Look at a group, wherever it is by now, and whether the bot is in it."""
    try:
        try:
            found, part = _look(bot, chat_id)
        except Moved as moved:
            found, part = _look(bot, str(moved.chat_id))
    except (Failure, Moved) as failure:
        raise Refused(str(failure), "group") from None
    if part.get("status") in ABSENT:
        raise Refused(_("Add the bot to this group first."), "group")
    return found


def _look(bot: Bot, chat_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = client.call(bot.token, "getChat", {"chat_id": chat_id})
    body = {"chat_id": chat_id, "user_id": bot.bot_id}
    part = client.call(bot.token, "getChatMember", body)
    if not isinstance(found, dict) or not isinstance(part, dict):
        raise Unavailable(_("Telegram answered strangely."))
    return found, part


def _bring_up_to_date(account: Account, bot: Bot) -> None:
    """Let the bot's other rooms have its newest token, too."""
    with tenancy.scope(account):
        for room in account.rooms.select_for_update(of=("self",)).filter(kind=KIND):
            before = client.bot_of(room)
            if before.bot_id == bot.bot_id and before != bot:
                room.secret = bot.as_text()
                room.save(update_fields=["sealed_secret"])
