"""Maintenance windows as their pages, and those of services, show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Account
from incidents import maintenance
from incidents.models import MaintainedService, MaintenanceWindow, Service

SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A window with what pages say of it."""

    window: MaintenanceWindow
    services: list[Service]
    is_under_way: bool = False
    # When it takes place again.
    next_at: datetime | None = None


def find(account: Account, public_id: str) -> MaintenanceWindow:
    """Find the account's window with its services; raises Http404."""
    rows = _with_services(account.maintenance_windows.all())
    return get_object_or_404(rows, public_id=public_id)


def under_way(account: Account, at: datetime) -> list[Row]:
    """List the windows that last now, the one that ends first in front."""
    rows = account.maintenance_windows.filter(starts_at__lte=at, ends_at__gt=at)
    return [row_of(window, at) for window in _with_services(rows).order_by("ends_at")]


def upcoming(account: Account, at: datetime) -> list[Row]:
    """List the windows that have not begun."""
    rows = account.maintenance_windows.filter(starts_at__gt=at)
    return [row_of(window, at) for window in _with_services(rows)]


def past(
    account: Account, at: datetime, before: int | None
) -> tuple[list[Row], int | None]:
    """List a page of windows that are over, newest first, and where the next begins."""
    rows = account.maintenance_windows.filter(ends_at__lte=at)
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = list(_with_services(rows).order_by("-number")[: SIZE + 1])
    following = found[SIZE - 1].number if len(found) > SIZE else None
    return [row_of(window, at) for window in found[:SIZE]], following


def row_of(window: MaintenanceWindow, at: datetime) -> Row:
    """Say of a window what pages show; its services are loaded."""
    services = [each.service for each in window.maintained_services.all()]
    again = maintenance.next_occurrence(window, at=at) if window.ends_at > at else None
    is_under_way = window.starts_at <= at < window.ends_at
    return Row(window, services, is_under_way, again[0] if again else None)


def covering(
    account: Account, services: Sequence[Service], at: datetime
) -> dict[int, MaintenanceWindow]:
    """Say for each service that is in maintenance which window ends last."""
    rows = MaintainedService.across_accounts.filter(
        account=account,
        service__in=services,
        window__starts_at__lte=at,
        window__ends_at__gt=at,
    )
    found = rows.select_related("window").order_by("window__ends_at")
    return {row.service_id: row.window for row in found}


def planned_for(service: Service, at: datetime) -> list[MaintenanceWindow]:
    """List the windows of a service that are not over."""
    windows = service.account.maintenance_windows
    return list(windows.filter(maintained_services__service=service, ends_at__gt=at))


def _with_services(
    windows: QuerySet[MaintenanceWindow],
) -> QuerySet[MaintenanceWindow]:
    covered = MaintainedService.across_accounts.select_related("service")
    return windows.select_related("account", "created_by__user").prefetch_related(
        Prefetch("maintained_services", covered.order_by("service__name"))
    )
