"""Sets a timer aside that cannot be worked, and in the end moves its chain on."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from accounts import tenancy
from accounts.models import Account
from accounts.models.contact import Urgency
from incidents import alarms, states, timeline
from incidents.models import Incident, TimelineEntry

logger = logging.getLogger(__name__)

# After so many failures in a row the incident is moved past what fails.
PATIENCE = 5
POSTPONEMENT = timedelta(seconds=5)


def set_aside(account: Account, pk: int, column: str, *, at: datetime) -> None:
    """Try the timer again later; after PATIENCE, let the chain go on without it."""
    try:
        with tenancy.scope(account):
            fresh = account.incidents.select_for_update(of=("self",), no_key=True).get(
                pk=pk
            )
            fresh.failures += 1
            setattr(fresh, column, at + POSTPONEMENT * fresh.failures)
            if fresh.failures >= PATIENCE:
                logger.critical("Quarantined %s of incident %s", column, fresh.pk)
                _move_on(fresh, column, at=at)
            fresh.save()
    except Exception:
        logger.exception("Could not set incident %s aside", pk)


def _move_on(incident: Incident, column: str, *, at: datetime) -> None:
    """Let the chain advance without the step that keeps failing; operators see it."""
    incident.failures = 0
    setattr(incident, column, None)
    if column == "escalate_at":
        _pass_level(incident, at=at)
    elif column == "raise_at":
        incident.urgency = Urgency.HIGH
        if incident.status == states.TRIGGERED:
            incident.escalate_at = at
    elif column in ("acknowledgement_expires_at", "snoozed_until"):
        incident.status = states.TRIGGERED
        incident.escalate_at = at
    timeline.write(
        [
            TimelineEntry(
                account_id=incident.account_id,
                incident=incident,
                verb="repaired",
                at=at,
                via="engine",
                details={"what": column, "quarantined": True},
            )
        ]
    )


def _pass_level(incident: Incident, *, at: datetime) -> None:
    """Go on at the next level; behind the last one the owners have to know."""
    if incident.level < _levels(incident):
        incident.level += 1
        incident.unreached_at = None
        incident.escalate_at = at
        return
    incident.exhausted_at = at
    incident.unreached_at = None
    try:
        with transaction.atomic():
            alarms.tell_exhausted([incident], at=at)
    except Exception:
        logger.critical("Nobody could be told of incident %s", incident.pk)


def _levels(incident: Incident) -> int:
    """Count the levels of a plan that may be what is broken."""
    levels = incident.plan.get("levels") if isinstance(incident.plan, dict) else None
    return len(levels) if isinstance(levels, list) else 0
