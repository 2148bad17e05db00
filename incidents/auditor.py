"""Asks what the engine may have lost, repairs it, and beats the outside heart.

Two questions, in SQL: has every open, unacknowledged incident a time that will come,
or a policy that ended? Is anything overdue?
"""

import logging
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q

from accounts import tenancy
from accounts.models.contact import Urgency
from incidents import actions
from incidents.models import Event, Incident, Notification, TimelineEntry
from incidents.models.incident import Status

logger = logging.getLogger(__name__)

BATCH = 500
OVERDUE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit found."""

    repaired: int
    oldest_due: datetime | None


def audit(at: datetime) -> Findings:
    """Repair chains that would never go on, report what is overdue, and beat."""
    repaired = sum(_repair(incident, at=at) for incident in _lost())
    oldest = oldest_due()
    if oldest is not None and oldest < at - OVERDUE:
        logger.critical("Work is overdue since %s", oldest)
    elif settings.HEARTBEAT_URL:
        _beat()
    return Findings(repaired, oldest)


def oldest_due() -> datetime | None:
    """Return the earliest time of all work that waits, also in the future."""
    with tenancy.all_accounts():
        times = [
            Incident.across_accounts.filter(escalate_at__isnull=False).aggregate(
                at=Min("escalate_at")
            )["at"],
            Incident.across_accounts.filter(snoozed_until__isnull=False).aggregate(
                at=Min("snoozed_until")
            )["at"],
            Incident.across_accounts.filter(
                acknowledgement_expires_at__isnull=False
            ).aggregate(at=Min("acknowledgement_expires_at"))["at"],
            Incident.across_accounts.filter(auto_resolve_at__isnull=False).aggregate(
                at=Min("auto_resolve_at")
            )["at"],
            Notification.across_accounts.filter(
                status=Notification.Status.PLANNED
            ).aggregate(at=Min("send_at"))["at"],
            Event.across_accounts.filter(processed_at=None, retry_at=None).aggregate(
                at=Min("received_at")
            )["at"],
        ]
    return min((at for at in times if at is not None), default=None)


def _lost() -> list[Incident]:
    """Find triggered incidents without a time to come and without an end.

    A low-urgency one never escalates; it is lost only if nobody was ever told.
    """
    silent = Q(urgency=Urgency.HIGH) | Q(notifications=None)
    with tenancy.all_accounts():
        return list(
            Incident.across_accounts.filter(
                silent, status=Status.TRIGGERED, escalate_at=None, exhausted_at=None
            ).select_related("account")[:BATCH]
        )


def _repair(incident: Incident, *, at: datetime) -> bool:
    """Let a lost chain go on now; this will say so on its timeline."""
    try:
        with tenancy.scope(incident.account):
            fresh = actions.lock(incident)
            if fresh.status != Status.TRIGGERED or fresh.escalate_at is not None:
                return False
            logger.critical("Repaired incident %s, which had no next step", fresh.pk)
            fresh.escalate_at = at
            fresh.save(update_fields=["escalate_at"])
            TimelineEntry.across_accounts.create(
                account_id=fresh.account_id,
                incident=fresh,
                verb="repaired",
                at=at,
                via="engine",
                details={"what": "escalate_at"},
            )
            return True
    except Exception:
        logger.exception("Could not repair incident %s", incident.pk)
        return False


def _beat() -> None:
    """Tell the outside monitor that the engine lives."""
    try:
        request = urllib.request.Request(settings.HEARTBEAT_URL, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=5):  # noqa: S310
            pass
    except OSError as error:
        logger.warning("The heartbeat could not be sent: %s", error)
