"""Services as their directory and their page show them, in few queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    OuterRef,
    Prefetch,
    QuerySet,
)
from django.shortcuts import get_object_or_404

from accounts.models import Account, Membership
from incidents.models import Event, Integration, MaintenanceWindow, Service
from incidents.models.heartbeat import HEARTBEAT
from incidents.queries import maintenance
from incidents.queries.listing import OPEN
from incidents.states import TRIGGERED
from oncall.escalation import Level
from oncall.queries import people_of_levels, plans_of

SIZE: Final = 50
EVENTS: Final = 20


@dataclass(slots=True)
class Row:
    """A service with what the directory says of it."""

    service: Service
    # The worst state among its open incidents; blank when all is well.
    state: str = ""
    open_count: int = 0
    # Whom its first level with anybody pages now.
    people: list[Membership] = field(default_factory=list)
    # The window that it is in now, if it is.
    maintenance: MaintenanceWindow | None = None

    @property
    def integrations(self) -> list[Integration]:
        return list(self.service.integrations.all())

    @property
    def last_event_at(self) -> datetime | None:
        known = [each.last_event_at for each in self.integrations]
        return max((at for at in known if at is not None), default=None)


def find(account: Account, public_id: str) -> Service:
    """Find the account's service with what its page shows; raises Http404."""
    return get_object_or_404(_with_parts(account.services.all()), public_id=public_id)


def directory(
    account: Account, found: QuerySet[Service], after: str, at: datetime
) -> tuple[list[Row], str]:
    """List a page of services by name, and the name after which the next one begins."""
    if after:
        found = found.filter(name__gt=after)
    services = list(_with_parts(found).order_by("name")[: SIZE + 1])
    following = services[SIZE - 1].name if len(services) > SIZE else ""
    return rows(account, services[:SIZE], at), following


def rows(account: Account, services: Sequence[Service], at: datetime) -> list[Row]:
    """Say of each service how it is, and who is on call for it now."""
    found = {service.pk: Row(service) for service in services}
    _count_open(account, found)
    people = on_call(account, {s.escalation_policy_id for s in services}, at)
    windows = maintenance.covering(account, services, at)
    for pk, row in found.items():
        row.people = people.get(row.service.escalation_policy_id, [])
        row.maintenance = windows.get(pk)
    return list(found.values())


def on_call(
    account: Account, policy_ids: set[int], at: datetime
) -> dict[int, list[Membership]]:
    """Say whom each policy's first level that reaches anybody pages now."""
    plans = plans_of(account, policy_ids)
    levels: list[Level] = [level for plan in plans.values() for level in plan.levels]
    reached = iter(people_of_levels(account, levels, at))
    found: dict[int, list[Membership]] = {}
    for pk, plan in plans.items():
        everybody = [[r.membership for r in next(reached)] for _level in plan.levels]
        found[pk] = next((people for people in everybody if people), [])
    return found


def events(service: Service) -> list[Event]:
    """List the newest events of the service's integrations."""
    # A short walk through the index for each integration, all in one query.
    latest = Event.across_accounts.filter(integration=OuterRef("pk")).order_by("-id")
    # Of heartbeats as well, which the service did not bring along.
    every = Integration.across_accounts.filter(service=service)
    found = every.order_by().values_list(
        ArraySubquery(latest.values("pk")[:EVENTS]), flat=True
    )
    newest = sorted(chain.from_iterable(found), reverse=True)[:EVENTS]
    return list(
        service.account.events.filter(pk__in=newest)
        .select_related("integration", "alert__incident")
        .order_by("-id")
    )


def has_history(service: Service) -> bool:
    """Whether anything ever happened there, which deleting would take away."""
    return (
        service.incidents.exists()
        or service.account.events.filter(integration__service=service).exists()
    )


def tools(integrations: QuerySet[Integration]) -> QuerySet[Integration]:
    """Leave out those that are no tool's, but carry the events of a heartbeat."""
    return integrations.exclude(kind=HEARTBEAT)


def _with_parts(services: QuerySet[Service]) -> QuerySet[Service]:
    integrations = tools(Integration.across_accounts.all())
    return services.select_related("team", "escalation_policy").prefetch_related(
        Prefetch("integrations", integrations)
    )


def _count_open(account: Account, found: dict[int, Row]) -> None:
    counted = (
        account.incidents.filter(service__in=list(found), status__in=OPEN)
        .order_by()
        .values("service_id", "status")
        .annotate(number=Count("pk"))
    )
    for each in counted:
        row = found[each["service_id"]]
        row.open_count += each["number"]
        if row.state != TRIGGERED:
            row.state = each["status"]
