"""Secrets of apps: made, shown once, recognised by their digest, revoked."""

import secrets
import string
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.permissions import Actor
from integrations.models import App, AppSecret

# The new one is put in place while the old one still works.
MOST_VALID = 2
# Letters and digits alone mean the same in a header, a form and a shell.
ALPHABET = string.ascii_letters + string.digits
LENGTH = 40
SHOWN = 6
# How exactly the last use is known; a row is not written for each call.
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class Refused(ValueError):
    """The app may have no further secret; the words are fit for a person."""


def matches(app: App, secret: str, *, at: datetime) -> bool:
    """Say whether the secret is a valid one of the app; this will note its use.

    Asked inside a scope that sees the app.
    """
    if not secret:
        return False
    found = AppSecret.across_accounts.filter(
        app=app, digest=_digest(secret), revoked_at=None
    ).first()
    if found is None:
        return False
    if found.last_used_at is None or at - found.last_used_at >= USE_IS_NOTED_EVERY:
        found.last_used_at = at
        found.save(update_fields=["last_used_at"])
    return True


def valid(app: App) -> QuerySet[AppSecret]:
    """Return the secrets that work, the newest first."""
    mine = AppSecret.across_accounts.filter(app=app, revoked_at=None)
    return mine.select_related("app__account", "account", "created_by__user")


def may_have_more(app: App) -> bool:
    """Say whether `add` would give the app another one."""
    return not app.is_public_client and valid(app).count() < MOST_VALID


@transaction.atomic
def add(app: App, *, actor: Actor, at: datetime) -> tuple[AppSecret, str]:
    """Give the app one more secret; this will tell it once.

    Raises Refused for a third one or a public client, and NotPermitted.
    """
    actor.require("administer")
    app = App.objects.select_for_update(of=("self",)).get(pk=app.pk)
    if app.is_public_client:
        raise Refused(_("This app cannot keep a secret, so it has none."))
    if valid(app).count() >= MOST_VALID:
        raise Refused(_("The app has two valid secrets. Revoke one of them first."))
    secret = "".join(secrets.choice(ALPHABET) for _letter in range(LENGTH))
    row = AppSecret.across_accounts.create(
        app=app,
        account=app.account,
        prefix=secret[:SHOWN],
        digest=_digest(secret),
        created_by=actor.user,
        created_at=at,
    )
    _record("added app secret", row, actor=actor, at=at)
    return row, secret


def revoke(secret: AppSecret, *, actor: Actor, at: datetime) -> None:
    """End a secret; a second time does nothing. Raises NotPermitted."""
    actor.require("administer")
    live = AppSecret.across_accounts.filter(pk=secret.pk, revoked_at=None)
    if live.update(revoked_at=at):
        _record("revoked app secret", secret, actor=actor, at=at)


def _record(action: str, secret: AppSecret, *, actor: Actor, at: datetime) -> None:
    # A public app's are operators' business, which their own log keeps.
    if secret.account is not None:
        details = {"begins with": secret.prefix}
        audit.record(actor, action, secret.app, at=at, details=details)


def _digest(secret: str) -> str:
    """Hash a secret of enough randomness that it needs no salt."""
    return sha256(secret.encode()).hexdigest()
