"""API keys: made, shown once, found again by their digest, revoked."""

import secrets
import string
from datetime import datetime, timedelta
from hashlib import sha256

from accounts import audit
from accounts.models import Account, ApiKey, Membership
from accounts.permissions import Actor

ALPHABET = string.digits + string.ascii_letters
LENGTH = 20
# How exactly the last use is known; a row is not written for each call.
USE_IS_NOTED_EVERY = timedelta(minutes=1)


def create(
    account: Account,
    name: str,
    membership: Membership | None,
    read_only: bool,
    at: datetime,
    *,
    actor: Actor | None = None,
) -> tuple[ApiKey, str]:
    """Make a key of the account, or of one member; this will tell the secret once.

    Without an actor an operator makes it. Raises NotPermitted.
    """
    actor = actor or Actor("operator")
    if membership is None or membership != actor.user:
        actor.require("administer")
    secret = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    key = account.api_keys.create(
        name=name,
        membership=membership,
        is_read_only=read_only,
        prefix=secret[:4],
        digest=digest(secret),
        created_by=actor.user,
    )
    audit.record(actor, "created API key", key, at=at, details=_scope(key))
    return key, secret


def revoke(key: ApiKey, *, actor: Actor, at: datetime) -> None:
    """End a key; a second time does nothing. Raises NotPermitted."""
    if key.membership is None or key.membership != actor.user:
        actor.require("administer")
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        audit.record(actor, "revoked API key", key, at=at)


def authenticate(secret: str) -> ApiKey | None:
    """Find the live key, with its account and member; asked in `all_accounts()`."""
    if len(secret) != LENGTH:
        return None
    key = (
        ApiKey.across_accounts.select_related("account", "membership__user")
        .filter(digest=digest(secret), revoked_at=None, account__suspended_at=None)
        .first()
    )
    if key is not None and key.membership and not key.membership.is_active:
        return None
    return key


def note_use(key: ApiKey, at: datetime) -> None:
    """Remember when the key was last used, at most once a minute."""
    if key.last_used_at is None or at - key.last_used_at >= USE_IS_NOTED_EVERY:
        key.last_used_at = at
        key.save(update_fields=["last_used_at"])


def digest(secret: str) -> str:
    """Hash a secret of enough randomness that it needs no salt."""
    return sha256(secret.encode()).hexdigest()


def _scope(key: ApiKey) -> dict[str, str]:
    whose = str(key.membership) if key.membership else "account"
    return {"of": whose, "access": "read" if key.is_read_only else "read and write"}
