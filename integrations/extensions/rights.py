"""Who may see and change an extension: whoever may configure what it hears of."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.permissions import Actor
from integrations.extensions import values
from integrations.extensions.values import Scope, Values
from integrations.models import ExtendedService, Extension
from integrations.webhooks import rights


def require(wanted: Values, actor: Actor) -> None:
    """Do nothing, or raise NotPermitted.

    Of no service, as of the whole account, the account's right counts.
    """
    if wanted.scope == Scope.TEAM and wanted.team is not None:
        actor.require("configure", of=wanted.team)
        return
    if wanted.scope != Scope.SERVICES or not wanted.services:
        actor.require("configure")
    for service in wanted.services:
        actor.require("configure", of=service)


def require_for(extension: Extension, actor: Actor) -> None:
    """Do nothing, or raise NotPermitted, for what an extension hears of now."""
    require(values.of(extension), actor)


def visible(rows: QuerySet[Extension], actor: Actor) -> QuerySet[Extension]:
    """Leave those of which the actor may configure everything that they hear of."""
    teams = rights.only_of(actor)
    if teams is None:
        return rows
    chosen = ExtendedService.across_accounts.filter(extension=OuterRef("pk"))
    foreign = chosen.filter(Q(service__team=None) | ~Q(service__team__in=teams))
    of_services = Q(Exists(chosen), ~Exists(foreign), scope=Scope.SERVICES)
    return rows.filter(of_services | Q(scope=Scope.TEAM, team__in=teams))
