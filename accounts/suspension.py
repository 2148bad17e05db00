"""Operators switch an account off, with a reason, and on again."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Account
from accounts.permissions import Actor


@transaction.atomic
def suspend(
    account: Account, reason: str, *, at: datetime, details: dict[str, Any]
) -> None:
    """Keep everybody out of the account; a second time changes the reason only."""
    account.suspended_at = account.suspended_at or at
    account.suspended_reason = reason
    account.save(update_fields=["suspended_at", "suspended_reason"])
    audit.record(
        Actor("operator"),
        "suspended account",
        account,
        at=at,
        details={**details, "reason": reason},
    )


@transaction.atomic
def unsuspend(account: Account, *, at: datetime, details: dict[str, Any]) -> None:
    """Let people in again; an account that is not suspended stays as it is."""
    if account.suspended_at is None:
        return
    account.suspended_at = None
    account.suspended_reason = ""
    account.save(update_fields=["suspended_at", "suspended_reason"])
    audit.record(
        Actor("operator"), "unsuspended account", account, at=at, details=details
    )
