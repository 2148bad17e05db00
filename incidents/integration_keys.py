"""Whose an integration key is: for a while after a rotation, each has two."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from accounts import tenancy
from incidents.models import Integration

# Long enough to carry the new key into every tool.
BOTH_WORK: Final = timedelta(days=7)


def having(key: str, at: datetime, prefix: str = "") -> Q:
    """Match the integration that a key opens now; a prefix says by which relation."""
    previous = {
        f"{prefix}previous_key": key,
        f"{prefix}previous_key_until__gt": at,
    }
    return Q(**{f"{prefix}key": key}) | Q(**previous)


def find(key: str, at: datetime) -> Integration | None:
    """Find the integration, with its account and service; None without one."""
    # PostgreSQL refuses what no key can be.
    if not (key.isascii() and key.isalnum()):
        return None
    with tenancy.all_accounts():
        every = Integration.across_accounts.select_related("account", "service")
        return every.filter(having(key, at)).first()
