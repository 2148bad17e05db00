"""What the API shows of a service: its settings, and how it stands now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from accounts.models import Account
from incidents.models import Incident, Integration, Service
from incidents.queries import maintenance
from incidents.queries import services as queries
from incidents.queries.listing import OPEN
from incidents.states import TRIGGERED
from integrations.api import lists, references, service_integrations, times
from integrations.api import teams as team_resource
from integrations.api.requests import ApiRequest
from integrations.api.urgency_rules import represent as urgency

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Standing:
    """How services stand now, by their primary keys."""

    # The worst status among the open incidents.
    open: dict[int, str] = field(default_factory=dict)
    maintained: set[int] = field(default_factory=set)
    last_incident_at: dict[int, datetime] = field(default_factory=dict)


def full(rows: QuerySet[Service]) -> QuerySet[Service]:
    """Load what `shown` shows in a constant number of queries."""
    tools = queries.tools(Integration.across_accounts.select_related("service"))
    return rows.select_related("team", "escalation_policy").prefetch_related(
        Prefetch("integrations", tools)
    )


def shown(
    request: ApiRequest, services: Iterable[Service], at: datetime
) -> list[dict[str, Any]]:
    """Show services together, with how each stands."""
    found = list(services)
    standing = stand(request.account, found, at)
    return [represent(request, service, standing) for service in found]


def by_id(
    request: ApiRequest, services: Iterable[Service], at: datetime
) -> dict[int, dict[str, Any]]:
    """Show services that others include, by their primary keys."""
    pks = {service.pk for service in services}
    found = list(full(request.account.services.filter(pk__in=pks)))
    shapes = shown(request, found, at)
    return dict(zip((each.pk for each in found), shapes, strict=True))


def represent(
    request: ApiRequest, service: Service, standing: Standing
) -> dict[str, Any]:
    """Show a service; its policy as a reference."""
    wanted = set(lists.values(request, "include"))
    teams = [service.team] if service.team else []
    last_at = standing.last_incident_at.get(service.pk)
    return {
        **references.identity(request, service),
        "name": service.name,
        "description": service.description or None,
        "created_at": times.spelled(request, service.created_at),
        "status": _status(service, standing),
        "last_incident_timestamp": times.spelled(request, last_at),
        "auto_resolve_timeout": _seconds(service.auto_resolve_timeout),
        "acknowledgement_timeout": _seconds(service.acknowledgement_timeout),
        "escalation_policy": references.reference(request, service.escalation_policy),
        "teams": references.either(
            request, teams, wanted, "teams", team_resource.represent
        ),
        "integrations": references.either(
            request,
            service.integrations.all(),
            wanted,
            "integrations",
            service_integrations.represent,
        ),
        **urgency(service),
        **_noise(service),
        "alert_creation": "create_alerts_and_incidents",
        "addons": [],
        "response_play": None,
    }


def stand(account: Account, services: Sequence[Service], at: datetime) -> Standing:
    """Find out how services stand, in a constant number of queries."""
    standing = Standing(maintained=set(maintenance.covering(account, services, at)))
    statuses = (
        account.incidents.filter(service__in=services, status__in=OPEN)
        .order_by()
        .values_list("service_id", "status")
        .distinct()
    )
    for pk, status in statuses:
        if standing.open.get(pk) != TRIGGERED:
            standing.open[pk] = status
    newest = Incident.across_accounts.filter(service=OuterRef("pk")).order_by("-id")
    last = Subquery(newest.values("created_at")[:1])
    rows = account.services.filter(pk__in=[service.pk for service in services])
    # Of other services' rows there is nothing to say.
    dates = rows.order_by().annotate(last_at=last).exclude(last_at=None)
    standing.last_incident_at = dict(dates.values_list("pk", "last_at"))
    return standing


def _status(service: Service, standing: Standing) -> str:
    if service.disabled_at:
        return "disabled"
    if service.pk in standing.maintained:
        return "maintenance"
    worst = standing.open.get(service.pk)
    if worst is None:
        return "active"
    return "critical" if worst == TRIGGERED else "warning"


def _noise(service: Service) -> dict[str, Any]:
    window = service.grouping_window
    is_timed = service.grouping == Service.Grouping.TIME
    return {
        "alert_grouping_parameters": {
            "type": service.grouping or None,
            "config": _grouping(service),
        },
        # The older spelling of the same.
        "alert_grouping": "time" if is_timed else None,
        "alert_grouping_timeout": (window or 0 * MINUTE) // MINUTE
        if is_timed
        else None,
        "auto_pause_notifications_parameters": {
            "enabled": bool(service.auto_pause),
            "timeout": _seconds(service.auto_pause),
        },
    }


def _grouping(service: Service) -> dict[str, Any] | None:
    window = service.grouping_window or timedelta()
    if service.grouping == Service.Grouping.TIME:
        return {"timeout": window // MINUTE}
    if service.grouping == Service.Grouping.CONTENT:
        return {
            "aggregate": service.grouping_match,
            "fields": service.grouping_fields,
            "time_window": _seconds(window),
        }
    return None


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())
