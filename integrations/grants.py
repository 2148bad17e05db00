"""What apps may do in an account: who let them, in words, until it is revoked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from accounts import audit
from accounts.models import Account, Membership
from accounts.permissions import Actor
from incidents import catalogue
from integrations.models import App, Connection, Delegation
from integrations.oauth import delegations, scopes


@dataclass(frozen=True, slots=True)
class Row:
    """A grant as pages show it."""

    delegation: Delegation
    # What it allows, in sentences.
    allows: list[str]


def of_member(member: Membership) -> list[Row]:
    """Return what apps may do for a person, the newest first."""
    mine = live(member.account).filter(membership=member)
    return rows(mine.order_by("-id"))


def live(account: Account) -> QuerySet[Delegation]:
    """Return every grant of the account that is not revoked."""
    found = account.delegations.filter(revoked_at=None)
    return found.select_related("app", "membership__user", "granted_by__user")


def rows(found: Iterable[Delegation]) -> list[Row]:
    """Say in words what grants allow."""
    return [Row(one, scopes.in_words(one.scope.split())) for one in found]


def apps(account: Account) -> QuerySet[App]:
    """Return the apps that can do something here, with their connections and grants."""
    connections = account.connections.select_related(
        "integration__service", "connected_by__user"
    )
    used = Q(pk__in=account.connections.values("app")) | Q(
        pk__in=account.delegations.filter(revoked_at=None).values("app")
    )
    return (
        App.objects.filter(used)
        .prefetch_related(
            Prefetch("connections", connections.order_by("-id")),
            Prefetch("delegations", live(account).order_by("-id")),
        )
        .order_by("name", "id")
    )


@transaction.atomic
def disconnect(
    app: App,
    account: Account,
    *,
    keeps_integrations: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """End every grant of an app in the account, and perhaps its integrations too.

    Those that are kept go on opening incidents. Raises NotPermitted.
    """
    actor.require("administer")
    for delegation in live(account).filter(app=app):
        delegations.revoke(delegation, actor=actor, at=at)
    if not keeps_integrations:
        for connection in live_connections(app, account):
            catalogue.disable_integration(connection.integration, actor=actor, at=at)
    details = {"app": app.name, "integrations kept": keeps_integrations}
    audit.record(actor, "ended access of app", account, at=at, details=details)


def live_connections(app: App, account: Account) -> QuerySet[Connection]:
    """Return the app's connections through which events still open incidents."""
    found = account.connections.filter(app=app, integration__disabled_at=None)
    return found.select_related("integration__service", "integration__account")
