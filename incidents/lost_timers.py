"""Finds timers that were lost, and sets them again from what is still known.

The ends of acknowledgements, snoozes and of an incident's whole time stand on its
timeline as well; when an urgency is raised follows from the service.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.dateparse import parse_datetime

from accounts import tenancy
from accounts.models.contact import Urgency
from incidents import urgencies
from incidents.models import Incident, Service
from incidents.models.incident import Status

BATCH = 500
# No rest is longer; whatever was lost before has been found.
LONGEST = timedelta(days=8)

RESTING = ("snoozed_until", "acknowledgement_expires_at")

# What rests, without an end; its last entry about that says whether it had one.
RESTS = """
    SELECT i.id, CASE e.verb WHEN 'snooze' THEN 'snoozed_until'
        ELSE 'acknowledgement_expires_at' END, e.details ->> 'until'
    FROM incidents_incident i CROSS JOIN LATERAL (
        SELECT verb, details FROM incidents_timelineentry
        WHERE incident_id = i.id AND verb IN ('acknowledge', 'snooze')
        ORDER BY id DESC LIMIT 1) e
    WHERE i.status = 'acknowledged' AND i.snoozed_until IS NULL
        AND i.acknowledgement_expires_at IS NULL AND i.changed_at > %(since)s
        AND e.details ? 'until'
    LIMIT %(batch)s
"""
ENDS = """
    SELECT i.id, 'auto_resolve_at', e.details ->> 'resolves_at'
    FROM incidents_service s JOIN incidents_incident i ON i.service_id = s.id
    CROSS JOIN LATERAL (
        SELECT details FROM incidents_timelineentry
        WHERE incident_id = i.id AND verb IN ('trigger', 'reopen')
        ORDER BY id DESC LIMIT 1) e
    WHERE s.auto_resolve_timeout IS NOT NULL AND i.status <> 'resolved'
        AND i.auto_resolve_at IS NULL
        AND i.changed_at > %(since)s - s.auto_resolve_timeout
        AND e.details ? 'resolves_at' AND NOT EXISTS (
            SELECT 1 FROM incidents_timelineentry
            WHERE incident_id = i.id AND verb = 'repaired'
                AND details @> '{"what": "auto_resolve_at", "quarantined": true}')
    LIMIT %(batch)s
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """A timer of an open incident that should be there, and when it is due."""

    incident: Incident
    column: str
    due: datetime

    def put_back(self, locked: Incident, *, at: datetime) -> bool:
        """Set the timer of the locked incident; False where it is not lost any more."""
        # Of a rest, one of the two is enough.
        timers = RESTING if self.column in RESTING else (self.column,)
        is_set = any(getattr(locked, name) is not None for name in timers)
        if is_set or locked.status != self.incident.status:
            return False
        setattr(locked, self.column, max(self.due, at))
        locked.save(update_fields=[self.column])
        return True


def find(at: datetime) -> list[Lost]:
    """Find open incidents that have lost a timer."""
    with tenancy.all_accounts():
        return [*_noted(RESTS, at), *_noted(ENDS, at), *_raises(at)]


def _noted(query: str, at: datetime) -> list[Lost]:
    """Find what a timeline still knows."""
    with connection.cursor() as cursor:
        cursor.execute(query, {"since": at - LONGEST, "batch": BATCH})
        rows = cursor.fetchall()
    if not rows:
        return []
    found = Incident.across_accounts.select_related("account").in_bulk(
        [pk for pk, _column, _end in rows]
    )
    return [
        Lost(found[pk], column, due)
        for pk, column, end in rows
        if pk in found and (due := parse_datetime(end)) is not None
    ]


def _raises(at: datetime) -> Iterator[Lost]:
    """Find what waits for support hours, and does not know when they begin."""
    low = Incident.across_accounts.exclude(status=Status.RESOLVED).filter(
        urgency=Urgency.LOW,
        raise_at=None,
        service__urgency_rule=Service.UrgencyRule.SUPPORT_HOURS,
        service__raise_at_support_start=True,
    )
    for incident in low.select_related("account", "service")[:BATCH]:
        if due := urgencies.raises_at(incident.service, incident.urgency, after=at):
            yield Lost(incident, "raise_at", due)
