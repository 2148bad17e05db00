"""What a service is in the middle of when alerts come: one cheap query answers it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from incidents.models import Service

RATE_PERIOD = timedelta(minutes=1)

# By hand, because every batch of events with a trigger asks it: Django would take
# longer to write the query than PostgreSQL takes to answer.
_LOOK = """
    SELECT
        (SELECT count(*) FROM (
            SELECT created_at FROM incidents_incident
            WHERE service_id = %(service)s ORDER BY id DESC LIMIT %(limit)s
         ) newest WHERE created_at > %(since)s),
        EXISTS (SELECT FROM incidents_incident
            WHERE service_id = %(service)s AND status <> 'resolved'
            AND group_key <> ''),
        EXISTS (SELECT FROM incidents_suppressionrule
            WHERE service_id = %(service)s AND disabled_at IS NULL),
        (SELECT max(w.ends_at) FROM incidents_maintainedservice m
            JOIN incidents_maintenancewindow w ON w.id = m.window_id
            WHERE m.service_id = %(service)s AND w.ended_at IS NULL
            AND w.starts_at <= %(at)s AND w.ends_at > %(at)s)
"""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides, besides its settings, what new alerts of a service become."""

    # Incidents opened in the last minute, counted up to the service's limit.
    opened: int
    # Whether an open incident may take alerts along.
    has_groups: bool
    has_rules: bool
    # When the maintenance ends; None outside of any.
    maintained_until: datetime | None

    def room(self, service: Service) -> int | None:
        """Say how many incidents may open before a storm begins; None: any number."""
        if service.storm_limit is None:
            return None
        return max(service.storm_limit - self.opened, 0)


def look(service: Service, *, at: datetime) -> Situation:
    """Look at what the service is in the middle of."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOK,
            {
                "service": service.pk,
                "limit": service.storm_limit or 0,
                "since": at - RATE_PERIOD,
                "at": at,
            },
        )
        return Situation(*cursor.fetchone())


def settle(service: Service, *, at: datetime, coming: int) -> Situation:
    """Look, and where alerts may meet on one incident let one worker in at a time.

    To be called before any incident is locked; the lock lasts for the transaction.
    """
    if service.grouping:
        _lock(service)
        return look(service, at=at)
    situation = look(service, at=at)
    room = situation.room(service)
    if situation.has_groups or (room is not None and coming > room):
        _lock(service)
        return look(service, at=at)
    return situation


def _lock(service: Service) -> None:
    # Rows that point at the service may still be written by others meanwhile.
    own = service.account.services.filter(pk=service.pk)
    list(own.select_for_update(no_key=True).order_by().values_list("pk"))
