"""Maintenance windows: planning them, ending them, and what they cover now."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account
from accounts.permissions import Actor
from incidents import recurrence
from incidents.models import MaintainedService, MaintenanceWindow, Service
from incidents.recurrence import Series
from oncall.refusals import NotAllowed

# Occurrences may not touch, or nobody would ever be paged.
PERIODS = {
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=28),
}


def covers(service: Service, at: datetime) -> MaintenanceWindow | None:
    """Return the window that the service is in, the one that lasts longest.

    This will keep that window from ending until the transaction is over, so that an
    alert which is held because of it is there to be let through at its end.
    """
    return (
        service.account.maintenance_windows.select_for_update(of=("self",), no_key=True)
        .filter(
            maintained_services__service=service,
            starts_at__lte=at,
            ends_at__gt=at,
            ended_at=None,
        )
        .order_by("-ends_at")
        .first()
    )


@transaction.atomic
def plan(
    account: Account,
    *,
    actor: Actor,
    at: datetime,
    services: Collection[Service],
    starts_at: datetime,
    ends_at: datetime,
    **values: Any,
) -> MaintenanceWindow:
    """Plan a window; a start in the past becomes now. Raises NotAllowed."""
    require(actor, services)
    window = MaintenanceWindow(account=account, created_by=actor.user, created_at=at)
    window.time_zone = account.time_zone
    _set(window, services, starts_at=starts_at, ends_at=ends_at, at=at, **values)
    _add(window, services)
    audit.record(actor, "planned maintenance window", window, at=at)
    return window


@transaction.atomic
def change(
    window: MaintenanceWindow,
    *,
    actor: Actor,
    at: datetime,
    services: Collection[Service],
    **values: Any,
) -> MaintenanceWindow:
    """Change a window that has not begun; raises NotAllowed for another one."""
    window = _locked(window)
    require(actor, [*covered(window), *services])
    if window.starts_at <= at:
        raise NotAllowed(_("The window has begun; only its end can be moved."))
    _set(window, services, at=at, **values)
    window.save()
    window.maintained_services.all().delete()
    _cover(window, services)
    audit.record(actor, "changed maintenance window", window, at=at)
    return window


@transaction.atomic
def extend(
    window: MaintenanceWindow,
    *,
    actor: Actor,
    at: datetime,
    ends_at: datetime,
    description: str,
) -> MaintenanceWindow:
    """Move the end of a window that is under way, and say what it is for."""
    require(actor, covered(window))
    window = _under_way(window, at=at)
    if ends_at <= at:
        raise NotAllowed(_("The end must be in the future; or end the window now."))
    window.ends_at, window.description = ends_at, description
    window.save(update_fields=["ends_at", "description"])
    audit.record(actor, "changed maintenance window", window, at=at)
    return window


@transaction.atomic
def end(window: MaintenanceWindow, *, actor: Actor, at: datetime) -> MaintenanceWindow:
    """End a window that is under way; the engine lets the held alerts through."""
    require(actor, covered(window))
    window = _under_way(window, at=at)
    window.ends_at = max(at, window.starts_at + timedelta.resolution)
    window.save(update_fields=["ends_at"])
    audit.record(actor, "ended maintenance window", window, at=at)
    return window


@transaction.atomic
def stop_repeating(
    window: MaintenanceWindow, *, actor: Actor, at: datetime
) -> MaintenanceWindow:
    """Let a window that is under way be the last one of its series."""
    require(actor, covered(window))
    window = _under_way(window, at=at)
    window.repeats = ""
    window.save(update_fields=["repeats"])
    audit.record(actor, "stopped recurring maintenance window", window, at=at)
    return window


@transaction.atomic
def delete(window: MaintenanceWindow, *, actor: Actor, at: datetime) -> None:
    """Delete a window that has not begun, and with it those that would follow."""
    require(actor, covered(window))
    window = _locked(window)
    if window.starts_at <= at:
        raise NotAllowed(_("The window has begun; end it instead."))
    audit.record(actor, "deleted maintenance window", window, at=at)
    window.delete()


def next_occurrence(
    window: MaintenanceWindow, *, at: datetime
) -> tuple[datetime, datetime] | None:
    """Say when a recurring window takes place again, if it does."""
    if not window.repeats:
        return None
    series = Series(
        starts_at=window.series_starts_at or window.starts_at,
        ends_at=window.series_ends_at or window.ends_at,
        repeats=window.repeats,
        zone=ZoneInfo(window.time_zone),
        last_day=window.repeats_until,
    )
    return recurrence.following(series, window.starts_at, at=at)


def plan_next(
    window: MaintenanceWindow, services: Collection[Service], *, at: datetime
) -> MaintenanceWindow | None:
    """Plan the window that follows a recurring one, once; None for the last one."""
    found = next_occurrence(window, at=at)
    if found is None or window.following.exists():
        return None
    starts_at, ends_at = found
    following = MaintenanceWindow(
        account=window.account,
        description=window.description,
        starts_at=starts_at,
        ends_at=ends_at,
        series_starts_at=window.series_starts_at,
        series_ends_at=window.series_ends_at,
        repeats=window.repeats,
        time_zone=window.time_zone,
        repeats_until=window.repeats_until,
        previous=window,
        created_by=window.created_by,
        created_at=at,
    )
    _add(following, services)
    return following


def covered(window: MaintenanceWindow) -> list[Service]:
    """List the services of a window."""
    rows = window.maintained_services.select_related("service").order_by("pk")
    return [row.service for row in rows]


def require(actor: Actor, services: Collection[Service]) -> None:
    """Ask for the right to each of the services; raises NotPermitted."""
    if not services:
        actor.require("configure")
    for service in services:
        actor.require("configure", of=service)


def _set(
    window: MaintenanceWindow,
    services: Collection[Service],
    *,
    at: datetime,
    starts_at: datetime,
    ends_at: datetime,
    **values: Any,
) -> None:
    """Give a window its time and its other facts; raises NotAllowed."""
    for name, value in values.items():
        setattr(window, name, value)
    starts_at = max(starts_at, at)
    if ends_at <= starts_at:
        raise NotAllowed(_("The end must be in the future, and after the start."))
    if not services:
        raise NotAllowed(_("Choose at least one service."))
    if window.repeats and ends_at - starts_at >= PERIODS[window.repeats]:
        raise NotAllowed(_("The window must be over before it takes place again."))
    window.starts_at = window.series_starts_at = starts_at
    window.ends_at = window.series_ends_at = ends_at


def _add(window: MaintenanceWindow, services: Collection[Service]) -> None:
    """Save a new window under the account's next number."""
    # Whoever plans another one at the same time waits for the number.
    account = Account.objects.select_for_update().get(pk=window.account_id)
    last = account.maintenance_windows.aggregate(last=Max("number"))["last"]
    window.number = (last or 0) + 1
    window.save()
    _cover(window, services)


def _cover(window: MaintenanceWindow, services: Collection[Service]) -> None:
    MaintainedService.across_accounts.bulk_create(
        MaintainedService(account_id=window.account_id, window=window, service=service)
        for service in services
    )


def _locked(window: MaintenanceWindow) -> MaintenanceWindow:
    account = window.account
    return account.maintenance_windows.select_for_update().get(pk=window.pk)


def _under_way(window: MaintenanceWindow, *, at: datetime) -> MaintenanceWindow:
    """Lock a window that lasts now; raises NotAllowed for another one."""
    window = _locked(window)
    if not window.starts_at <= at < window.ends_at:
        raise NotAllowed(_("The window is not under way."))
    return window
