"""The account that an app wants to act in by itself: `as_account-us.acme`."""

import re
from collections.abc import Iterable

from django.conf import settings

from accounts.models import Account

# Clients put their own idea of the region in; the host they called has only one.
_WANTED = re.compile(r"^as_account-[a-z0-9]+\.(?P<subdomain>[a-z0-9-]+)$")


def spelled(account: Account) -> str:
    """Name the account as apps do."""
    return f"as_account-{settings.REGION}.{account.subdomain}"


def wanted(scopes: Iterable[str]) -> Account | None:
    """Find the account that these scopes name; nothing unless they name one."""
    found = [match["subdomain"] for name in scopes if (match := _WANTED.match(name))]
    if len(found) != 1:
        return None
    return Account.objects.filter(subdomain=found[0], suspended_at=None).first()
