"""Links somebody in Telegram to the member who opens a link of their profile there."""

import base64
import secrets
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Account, Membership
from accounts.permissions import Actor
from integrations.chat import inbox, linking, people
from integrations.models import ChatUser
from integrations.telegram import client
from integrations.telegram.client import KIND, Bot

SALT: Final = "integrations.telegram.linking"
VALID: Final = timedelta(hours=1)
# Whose it is, until when, and what makes it another one each time; then its signature.
FORM: Final = struct.Struct(">QI8s")
SIGNED: Final = 16


@dataclass(frozen=True, slots=True)
class Link:
    """Where a member tells a bot who they are."""

    bot: str
    place: str
    address: str


def links(membership: Membership, *, at: datetime) -> list[Link]:
    """List where a member can tell the account's bots who they are, in its scope.

    Each address works once, and for an hour.
    """
    return [
        Link(f"@{bot.username}", bot.place, _address(bot, membership, at))
        for bot in client.bots(membership.account).values()
    ]


def take(
    account: Account, bot: Bot, code: str, user_id: str, *, name: str, at: datetime
) -> ChatUser | None:
    """Link whoever shows a code to its member, in the account's scope.

    None for a code that is not good (any more). Raises linking.Taken.
    """
    membership = _whose(account, bot, code, at)
    if membership is None or not _is_first(account, code, at):
        return None
    user = people.met(account, bot.place, user_id, name=name, at=at)
    actor = Actor(KIND, membership)
    by = ChatUser.Linked.SIGN_IN
    return linking.link(user, membership, by=by, actor=actor, at=at)


def _address(bot: Bot, membership: Membership, at: datetime) -> str:
    until = int((at + VALID).timestamp())
    content = FORM.pack(membership.pk, until, secrets.token_bytes(8))
    code = base64.urlsafe_b64encode(content + _signature(bot, content)).decode()
    return f"https://t.me/{bot.username}?start={code.rstrip('=')}"


def _whose(account: Account, bot: Bot, code: str, at: datetime) -> Membership | None:
    try:
        content = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        given, signature = content[: FORM.size], content[FORM.size :]
        pk, until, _nonce = FORM.unpack(given)
    except (ValueError, struct.error):
        return None
    is_ours = constant_time_compare(signature, _signature(bot, given))
    if not is_ours or until < at.timestamp():
        return None
    rows = account.memberships.select_related("account", "user")
    found: Membership | None = rows.filter(pk=pk).first()
    return found if found and found.is_active else None


def _is_first(account: Account, code: str, at: datetime) -> bool:
    kept = inbox.keep(account, KIND, "link", {}, name=f"link {code}", at=at)
    if kept is not None:
        inbox.finish(kept, at=at)
    return kept is not None


def _signature(bot: Bot, content: bytes) -> bytes:
    value = f"{bot.bot_id}:{content.hex()}"
    return salted_hmac(SALT, value, algorithm="sha256").digest()[:SIGNED]
