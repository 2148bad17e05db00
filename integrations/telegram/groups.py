"""The groups that a bot was brought into, and how people tell us which one is meant.

Whoever writes /connect in a group shows it to us. It is chosen by its name or number
in the form, never by itself: anybody may bring a bot into a group of theirs.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import Account
from integrations.models import ChatRequest
from integrations.telegram import client, layout, updates
from integrations.telegram.client import KIND, Bot, Busy
from integrations.telegram.updates import Update

# What such a request is called from then on, and for how long we look at it.
SHOWN: Final = "group"
KEPT: Final = timedelta(days=1)
# Of what waits at Telegram so much is looked at.
MOST_WAITING: Final = 20
CONNECT: Final = "connect"

Group = tuple[str, str]


def is_call(update: Update) -> bool:
    """Say whether somebody shows us a group."""
    is_command = update.kind == "command" and update.chat_type != "private"
    return is_command and updates.command(update.text).name == CONNECT


def remember(request: ChatRequest, *, at: datetime) -> None:
    """Keep the group for who fills in the form, in the account's scope."""
    request.door, request.processed_at = SHOWN, at
    request.save(update_fields=["door", "processed_at"])


def answer(update: Update) -> dict[str, Any]:
    """Say what the group is called, as an answer at the door."""
    words = _(
        "This group is number %(id)s. Write that, or the group's name, into the form"
        " in OnCall."
    )
    text = layout.plain(words % {"id": update.chat_id})
    return {"method": "sendMessage", "chat_id": update.chat_id, **text}


def seen(account: Account, bot: Bot) -> dict[str, str]:
    """Return the names of the groups that a bot was shown, by their numbers."""
    return dict([*_kept(account, bot), *_waiting(bot)])


def _kept(account: Account, bot: Bot) -> list[Group]:
    with tenancy.scope(account):
        rows = account.chat_requests.filter(
            kind=KIND,
            door=SHOWN,
            payload__bot_id=bot.bot_id,
            received_at__gt=timezone.now() - KEPT,
        )
        payloads = list(rows.order_by("id").values_list("payload", flat=True)[:100])
    return [(str(each["chat_id"]), str(each["chat_name"])) for each in payloads]


def _waiting(bot: Bot) -> Iterator[Group]:
    """Look at what waits at Telegram, before the bot has a door of ours."""
    body = {"limit": MOST_WAITING, "timeout": 0, "allowed_updates": ["message"]}
    try:
        found = client.call(bot.token, "getUpdates", body)
    except Busy:
        return
    for said in found if isinstance(found, list) else []:
        update = updates.read(said) if isinstance(said, dict) else None
        if update is not None and is_call(update):
            yield update.chat_id, update.chat_name
