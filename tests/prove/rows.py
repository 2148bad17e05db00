"""What the product has written down in the end, read past its walls."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

EVENTS = """
SELECT e.id, i.service_id AS service, e.action, e.dedup_key, e.outcome,
       substring(e.body->>'summary' FROM 'E[0-9]{6}Z') AS mark,
       extract(epoch FROM e.received_at)::float AS received_at,
       e.processed_at IS NOT NULL AS is_processed, e.attempts, a.incident_id AS incident
FROM incidents_event e JOIN incidents_integration i ON i.id = e.integration_id
LEFT JOIN incidents_alert a ON a.id = e.alert_id ORDER BY e.id
"""
INCIDENTS = """
SELECT n.id, n.number, n.service_id AS service, a.name AS account, n.status, n.urgency,
       n.title, substring(n.title FROM 'E[0-9]{6}Z') AS mark,
       n.own_key <> '' AS is_own, extract(epoch FROM n.created_at)::float AS created_at
FROM incidents_incident n JOIN accounts_account a ON a.id = n.account_id ORDER BY n.id
"""
TIMELINE = """
SELECT incident_id AS incident, verb, via, details,
       extract(epoch FROM at)::float AS at,
       extract(epoch FROM pg_xact_commit_timestamp(xmin))::float AS committed_at
FROM incidents_timelineentry ORDER BY at, id
"""
DELIVERIES = """
SELECT n.id, n.incident_id AS incident, n.purpose, n.membership_id AS person, n.kind,
       coalesce(c.address, n.address) AS address, n.delay_minutes AS minutes,
       n.status, n.token, n.attempts, n.error, n.bundled_into_id AS bundled_into,
       extract(epoch FROM n.planned_for)::float AS planned_for
FROM incidents_notification n
LEFT JOIN accounts_contactmethod c ON c.id = n.contact_method_id ORDER BY n.id
"""
# What has to be gone before all is quiet. Acknowledgements wait for longer.
WAITING = """
SELECT (SELECT count(*) FROM incidents_event WHERE processed_at IS NULL)
     + (SELECT count(*) FROM incidents_notification n
        JOIN incidents_incident i ON i.id = n.incident_id
        WHERE n.status = 'planned' AND i.own_key = '')
     + (SELECT count(*) FROM incidents_incident
        WHERE status = 'triggered' AND escalate_at IS NOT NULL AND own_key = '')
"""
OPEN = """
SELECT i.service_id, a.dedup_key FROM incidents_alert a
JOIN incidents_integration i ON i.id = a.integration_id
WHERE a.status = 'triggered' ORDER BY a.id
"""


@dataclass(frozen=True)
class EventRow:
    """An event that was committed, and what came of it."""

    id: int
    service: int
    action: str
    dedup_key: str
    outcome: str
    mark: str | None
    received_at: float
    is_processed: bool
    attempts: int
    incident: int | None


@dataclass(frozen=True)
class IncidentRow:
    """An incident; its mark is that of the event that opened it."""

    id: int
    number: int
    service: int
    account: str
    status: str
    urgency: str
    title: str
    mark: str | None
    # The product opened it about itself.
    is_own: bool
    created_at: float


@dataclass(frozen=True)
class Entry:
    """A line of a timeline."""

    incident: int
    verb: str
    via: str
    at: float
    details: Mapping[str, Any] = field(default_factory=dict)
    # When others could see it, which is later than the instant that it names.
    committed_at: float | None = None


@dataclass(frozen=True)
class Delivery:
    """One planned page or alarm."""

    id: int
    incident: int | None
    purpose: str
    person: int | None
    kind: str
    address: str
    minutes: int
    status: str
    token: str
    attempts: int
    error: str
    bundled_into: int | None
    planned_for: float


@dataclass(frozen=True)
class Rows:
    """All of it."""

    events: list[EventRow]
    incidents: dict[int, IncidentRow]
    timelines: dict[int, list[Entry]]
    deliveries: dict[int, Delivery]


def load(connection: psycopg.Connection[Any]) -> Rows:
    """Read everything."""
    timelines: dict[int, list[Entry]] = defaultdict(list)
    for row in _all(connection, TIMELINE):
        timelines[row["incident"]].append(Entry(**row))
    return Rows(
        events=[EventRow(**row) for row in _all(connection, EVENTS)],
        incidents={
            row["id"]: IncidentRow(**row) for row in _all(connection, INCIDENTS)
        },
        timelines=timelines,
        deliveries={row["id"]: Delivery(**row) for row in _all(connection, DELIVERIES)},
    )


def waiting(connection: psycopg.Connection[Any]) -> int:
    """How many rows still have a time to come."""
    row = connection.execute(WAITING.encode()).fetchone()
    return int(row[0]) if row else 0


def open_keys(connection: psycopg.Connection[Any]) -> list[tuple[int, str]]:
    """The service and the dedup key of each open alert."""
    return [(row[0], row[1]) for row in connection.execute(OPEN.encode()).fetchall()]


def _all(connection: psycopg.Connection[Any], query: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode()).fetchall()
