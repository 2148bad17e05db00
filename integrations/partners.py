"""The verbs of partners' apps: register, change, disable, enable, delete."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Account
from accounts.permissions import Actor
from incidents import catalogue
from integrations import app_secrets, grants
from integrations.models import App


@transaction.atomic
def register(
    account: Account, *, actor: Actor, at: datetime, values: Mapping[str, Any]
) -> App:
    """Make an app that people of this account may connect. Raises NotPermitted."""
    actor.require("administer")
    app = App(
        account=account,
        client_type=App.CLIENT_CONFIDENTIAL,
        authorization_grant_type=App.GRANT_AUTHORIZATION_CODE,
    )
    _write(app, values)
    audit.record(actor, "registered app", app, at=at, details=_summary(app))
    return app


def register_public(values: Mapping[str, Any]) -> App:
    """Make an app that every account may connect; this is operators' to ask for."""
    app = App(
        client_type=App.CLIENT_CONFIDENTIAL,
        authorization_grant_type=App.GRANT_AUTHORIZATION_CODE,
    )
    _write(app, values)
    return app


@transaction.atomic
def change(app: App, *, actor: Actor, at: datetime, values: Mapping[str, Any]) -> App:
    """Say something else about an app; its keys stay. Raises NotPermitted.

    One that cannot keep a secret any more loses those that it has.
    """
    actor.require("administer")
    before = _summary(app)
    _write(app, values)
    if app.is_public_client:
        for secret in app_secrets.valid(app):
            app_secrets.revoke(secret, actor=actor, at=at)
    details = {"before": before, "after": _summary(app)}
    audit.record(actor, "changed app", app, at=at, details=details)
    return app


def disable(app: App, *, actor: Actor, at: datetime) -> None:
    """Let nobody connect the app any more; what is connected stays."""
    _switch(app, "disabled app", at, actor=actor, at=at)


def enable(app: App, *, actor: Actor, at: datetime) -> None:
    """Let people connect the app again."""
    _switch(app, "enabled app", None, actor=actor, at=at)


@transaction.atomic
def delete(app: App, *, keeps_integrations: bool, actor: Actor, at: datetime) -> None:
    """Delete an account's app with its secrets and all that people let it do.

    Integrations that it connected go on, or open nothing any more; their keys and
    history stay either way. Raises NotPermitted.
    """
    actor.require("administer")
    account = app.account
    if account is None:
        raise ValueError("a public app is not one account's to delete")
    if not keeps_integrations:
        for connection in grants.live_connections(app, account):
            catalogue.disable_integration(connection.integration, actor=actor, at=at)
    details = {"integrations kept": keeps_integrations}
    audit.record(actor, "deleted app", app, at=at, details=details)
    app.delete()


def _write(app: App, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(app, name, value)
    app.save()


def _switch(
    app: App, action: str, value: datetime | None, *, actor: Actor, at: datetime
) -> None:
    actor.require("administer")
    if bool(app.disabled_at) != bool(value):
        app.disabled_at = value
        app.save(update_fields=["disabled_at"])
        audit.record(actor, action, app, at=at)


def _summary(app: App) -> dict[str, Any]:
    return {
        "name": app.name,
        "addresses": app.redirect_uris.split(),
        "sends events": app.has_events,
        "OAuth": str(app.get_kind_display() or ""),
        "scopes": app.scopes.split(),
        "client": app.client_type,
    }
