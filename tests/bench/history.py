"""A long history: what the tick and the list cost beside a million incidents.

The rows are made in SQL, by the superuser; `ticking` measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.bench.instance import Instance

ENDED, OPEN, FEW = 1_000_000, 100_000, 10_000
# Every column without a default of the database; the rest is as the product writes it.
FILL = """
INSERT INTO incidents_incident ({columns}, public_id, number, title, status,
    created_at, changed_at, resolved_at, escalate_at, acknowledgement_expires_at)
SELECT {columns}, 'Q' || lpad(upper(to_hex(%(first)s + n)), 13, '0'),
    %(first)s + n, 'Disk full on db-' || n,
    CASE WHEN n <= %(ended)s THEN 'resolved' WHEN n %% 2 = 0 THEN 'triggered'
         ELSE 'acknowledged' END,
    now() - n * interval '20 s', now() - n * interval '20 s',
    CASE WHEN n <= %(ended)s THEN now() - n * interval '20 s' END,
    CASE WHEN n > %(ended)s AND n %% 2 = 0 THEN now() + interval '1 day' END,
    CASE WHEN n > %(ended)s AND n %% 2 = 1 THEN now() + interval '1 day' END
FROM incidents_incident, generate_series(1, %(ended)s + %(open)s) AS n
WHERE incidents_incident.id = %(model)s
"""
COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_name = 'incidents_incident' AND column_name NOT IN ('id', 'public_id',
    'number', 'title', 'status', 'created_at', 'changed_at', 'resolved_at',
    'escalate_at', 'acknowledgement_expires_at')
"""
# Of each open one a page was sent.
SENT = """
INSERT INTO incidents_notification ({columns}, public_id, token, incident_id)
SELECT {values}, 'P' || lpad(upper(to_hex(%(first)s + incident.number)), 13, '0'),
    md5((%(first)s + incident.number)::text), incident.id
FROM incidents_notification AS model, incidents_incident AS incident
WHERE model.id = %(page)s AND incident.account_id = model.account_id
    AND incident.status <> 'resolved' AND incident.number > %(first)s
"""
PAGE_COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', '),
    string_agg('model.' || quote_ident(column_name), ', ')
FROM information_schema.columns WHERE table_name = 'incidents_notification'
AND column_name NOT IN ('id', 'public_id', 'token', 'incident_id')
"""
MODEL = """
SELECT page.id, page.incident_id FROM incidents_notification page
JOIN accounts_account account ON account.id = page.account_id
WHERE account.subdomain = %s AND page.status = 'sent' ORDER BY page.id LIMIT 1
"""
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Costs:
    """Milliseconds: of database time in a tick and an audit, and of a list page."""

    tick: float = 0.0
    audit: float = 0.0
    few: float = 0.0
    many: float = 0.0

    @property
    def ratio(self) -> float:
        """A list page beside the long history, over one beside the short."""
        return self.many / self.few if self.few else 0.0


def measure(instance: Instance) -> Costs:
    """Fill the first two accounts of the crowd, one a little and one a lot."""
    with instance.connect("oncall") as database:
        # The rows are copies of sound ones; their keys need no second look.
        database.execute("SET session_replication_role = replica")
        _fill(database, "crowd-0", 1, FEW, OPEN // 100)
        _fill(database, "crowd-1", 2, ENDED, OPEN)
        database.execute("ANALYZE")
    found: dict[str, float] = instance.crowd("ticking.costs()")
    return Costs(**found)


def _fill(
    database: psycopg.Connection[Any], account: str, place: int, ended: int, open_: int
) -> None:
    page, incident = _row(database, MODEL, [account])
    values = {
        "first": place * 10_000_000,
        "ended": ended,
        "open": open_,
        "model": incident,
        "page": page,
    }
    (columns,) = _row(database, COLUMNS)
    database.execute(FILL.format(columns=columns).encode(), values)
    names, copied = _row(database, PAGE_COLUMNS)
    sent = SENT.format(columns=names, values=copied)
    database.execute(sent.encode(), values)


def _row(
    database: psycopg.Connection[Any], query: str, values: Sequence[Any] = ()
) -> Row:
    row: Row | None = database.execute(query.encode(), values).fetchone()
    if row is None:
        raise RuntimeError("The crowd has no page that was sent to copy")
    return row
