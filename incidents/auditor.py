"""Asks what the engine may have lost, repairs it, and beats the outside heart.

Three questions, in SQL: has every open, unacknowledged incident a time that will come,
or a policy that ended? Are its pages there? Is anything overdue?
"""

import logging
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min, QuerySet

from accounts import tenancy
from incidents import repairs
from incidents.chains import TIMERS
from incidents.models import (
    Alert,
    Event,
    Heartbeat,
    Incident,
    Integration,
    MaintenanceWindow,
    Notification,
)

logger = logging.getLogger(__name__)

OVERDUE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit found."""

    repaired: int
    oldest_due: datetime | None


def audit(at: datetime) -> Findings:
    """Repair chains that would never go on, report what is overdue, and beat."""
    repaired = repairs.repair_all(at)
    oldest = oldest_due()
    if oldest is not None and oldest < at - OVERDUE:
        logger.critical("Work is overdue since %s", oldest)
    elif settings.HEARTBEAT_URL:
        _beat()
    return Findings(repaired, oldest)


def oldest_due() -> datetime | None:
    """Return the earliest time of all work that waits, also in the future."""
    with tenancy.all_accounts():
        times = [_earliest(rows, column) for rows, column in _waiting()]
    return min((at for at in times if at is not None), default=None)


def _waiting() -> Iterator[tuple[QuerySet[Any], str]]:
    """List what waits, each by a column that has an index over just that."""
    for column in TIMERS:
        rows = Incident.across_accounts.filter(**{f"{column}__isnull": False})
        yield rows, column
    planned = Notification.Status.PLANNED
    yield Notification.across_accounts.filter(status=planned), "send_at"
    yield Alert.across_accounts.filter(release_at__isnull=False), "release_at"
    events = Event.across_accounts.filter(processed_at=None, retry_at=None)
    yield events, "received_at"
    yield Heartbeat.across_accounts.filter(due_at__isnull=False), "due_at"
    yield Integration.across_accounts.filter(quiet_at__isnull=False), "quiet_at"
    yield MaintenanceWindow.across_accounts.filter(ended_at=None), "ends_at"


def _earliest(rows: QuerySet[Any], column: str) -> datetime | None:
    found: datetime | None = rows.aggregate(at=Min(column))["at"]
    return found


def _beat() -> None:
    """Tell the outside monitor that the engine lives."""
    try:
        request = urllib.request.Request(settings.HEARTBEAT_URL, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=5):  # noqa: S310
            pass
    except OSError as error:
        logger.warning("The heartbeat could not be sent: %s", error)
