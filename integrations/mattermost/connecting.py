"""Leads from what people type to a channel of their Mattermost."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import Account
from integrations import outgoing
from integrations.chat.rooms import Broken, Failure
from integrations.mattermost import client
from integrations.mattermost.client import ID, Secret
from integrations.mattermost.presses import KIND
from integrations.models import Room
from integrations.webhooks.refusals import Refused

# So many are named where none was typed.
MOST_NAMED: Final = 20

Values = Mapping[str, str]


def connect(account: Account, values: Values, before: Room | None) -> Room:
    """Make a room of a channel that the bot is in; what is left empty is as before.

    Raises Refused, or a failure of rooms.
    """
    secret = _secret(values, client.secret_of(before) if before else None)
    typed = values.get("channel", "") or (before.channel_id if before else "")
    found = _channel(secret, typed.strip().lstrip("~#"))
    room = Room(account=account, kind=KIND, channel_id=str(found.get("id", "")))
    if not client.is_member(secret, room.channel_id, "me"):
        raise Refused(_("Add the bot to this channel first."), "channel")
    room.name = str(found.get("display_name") or found.get("name") or "")[:200]
    room.secret = secret.as_text()
    _bring_up_to_date(account, secret)
    return room


def _secret(values: Values, before: Secret | None) -> Secret:
    """Ask the server whether it knows the bot."""
    typed, token = values.get("address", ""), values.get("token", "")
    address = _address(typed or (before.address if before else ""))
    # A token is sent to the server that it was typed for, and to no other.
    if before and address != before.address and not token:
        raise Refused(_("Type the token for the other server."), "token")
    given = Secret(address, token or (before.token if before else ""), bot_id="")
    try:
        bot = client.me(given)
    except Broken as failure:
        raise Refused(str(failure), "token") from None
    except Failure as failure:
        raise Refused(str(failure), "address") from None
    return Secret(given.address, given.token, str(bot.get("id", "")))


def _address(text: str) -> str:
    address = text.strip().rstrip("/").removesuffix("/api/v4")
    try:
        outgoing.check(address)
    except outgoing.Refused as refusal:
        raise Refused(str(refusal), "address") from None
    if urlsplit(address).query or urlsplit(address).fragment:
        raise Refused(_("This is not the address of a server."), "address")
    return address


def _channel(secret: Secret, typed: str) -> dict[str, Any]:
    found = _typed(secret, typed) if typed else None
    if found is None:
        raise Refused(_choice(secret, typed), "channel")
    return found


def _typed(secret: Secret, typed: str) -> dict[str, Any] | None:
    """Find a channel by its id, its address, "team/channel", or its name alone."""
    if ID.fullmatch(typed):
        return client.channel(secret, typed)
    team, name = _names(secret, typed)
    if team:
        return client.channel_of_team(secret, team, name)
    wanted = name.casefold()
    found = [
        channel
        for _team, channel in client.channels(secret)
        if wanted in _called(channel)
    ]
    return found[0] if len(found) == 1 else None


def _names(secret: Secret, typed: str) -> tuple[str, str]:
    parts = typed.removeprefix(f"{secret.address}/").strip("/").split("/")
    if len(parts) == 3 and parts[1] == "channels":
        return parts[0], parts[2]
    return (parts[0], parts[1]) if len(parts) == 2 else ("", typed)


def _called(channel: dict[str, Any]) -> set[str]:
    return {str(channel.get(key, "")).casefold() for key in ("name", "display_name")}


def _choice(secret: Secret, typed: str) -> str:
    """Say which channels there are to choose from."""
    found = [
        f"{team.get('name')}/{channel.get('name')}"
        for team, channel in islice(client.channels(secret), MOST_NAMED)
    ]
    if not found:
        return _("The bot is in no channel yet. Add it to one.")
    words = _("Choose one of the bot's channels: %(names)s.")
    if typed:
        words = _("The bot knows no such channel; it is in these: %(names)s.")
    return words % {"names": ", ".join(found)}


def _bring_up_to_date(account: Account, secret: Secret) -> None:
    """Let the bot's other rooms have its newest token, too."""
    with tenancy.scope(account):
        for room in account.rooms.select_for_update(of=("self",)).filter(kind=KIND):
            before = client.secret_of(room)
            is_same = (before.address, before.bot_id) == (secret.address, secret.bot_id)
            if is_same and before != secret:
                room.secret = secret.as_text()
                room.save(update_fields=["sealed_secret"])
