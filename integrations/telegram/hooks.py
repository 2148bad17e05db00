"""The address at which a bot's updates arrive, and the secret that they show.

Both follow from the account, the bot and our key, so that nothing has to be kept.
"""

import re
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import tenancy
from accounts.models import Account
from integrations.telegram import client
from integrations.telegram.client import Bot

SALT: Final = "integrations.telegram"
TOKEN: Final = re.compile(r"(P\w{6,13})-(\d{5,20})-([0-9a-f]{32})", re.ASCII)
UPDATES: Final = ["message", "channel_post", "callback_query"]
MOST_CONNECTIONS: Final = 10


def listen(account: Account, bot: Bot) -> None:
    """Have a bot's updates sent to us. Raises the failures of rooms."""
    path = reverse("telegram_updates", args=[token(account, bot.bot_id)])
    body = {
        "url": f"{settings.SITE_URL}{path}",
        "secret_token": secret(account, bot.bot_id),
        "allowed_updates": UPDATES,
        "max_connections": MOST_CONNECTIONS,
    }
    client.call(bot.token, "setWebhook", body)


def is_taken(account: Account, bot: Bot) -> bool:
    """Say whether a bot's updates go to another account that has rooms of it."""
    said = client.call(bot.token, "getWebhookInfo", {})
    address = str(said.get("url", "")) if isinstance(said, dict) else ""
    found = read(address.rpartition("/")[2])
    if found is None or found[0] == account:
        return False
    with tenancy.scope(found[0]):
        return bot.bot_id in client.bots(found[0])


def token(account: Account, bot_id: int) -> str:
    """Name the door of a bot."""
    name = f"{account.public_id}-{bot_id}"
    return f"{name}-{_signed('door', name)[:32]}"


def secret(account: Account, bot_id: int) -> str:
    """Make what Telegram shows at that door."""
    return _signed("secret", f"{account.public_id}-{bot_id}")


def is_secret(given: str, account: Account, bot_id: int) -> bool:
    """Say whether it is that."""
    return constant_time_compare(given, secret(account, bot_id))


def read(found: str) -> tuple[Account, int] | None:
    """Read whose door, and which bot's, one is; None for what is no door of ours."""
    parts = TOKEN.fullmatch(found)
    if parts is None:
        return None
    public_id, bot_id, mac = parts.groups()
    if not constant_time_compare(mac, _signed("door", f"{public_id}-{bot_id}")[:32]):
        return None
    with tenancy.all_accounts():
        account = Account.objects.filter(public_id=public_id, suspended_at=None).first()
    return (account, int(bot_id)) if account else None


def _signed(what: str, name: str) -> str:
    return salted_hmac(f"{SALT}.{what}", name, algorithm="sha256").hexdigest()
