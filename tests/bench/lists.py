"""The API's lists beside a million incidents: how long they take, how often they ask.

`listed` makes the account and counts the queries; the long history is made in SQL, by
the superuser.
"""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import psycopg

from tests.bench.instance import Instance

INCIDENTS = 1_000_000
STILL_OPEN = 5_000
ROUNDS = 40
WARM = 3
SECONDS_APART = 20
# Each table copies one sound row of the product's, with what differs per incident. The
# first service has a half of all, the others share the rest.
SERVICE = """(%(services)s::bigint[])[
    CASE n %% 2 WHEN 0 THEN 1 ELSE 1 + n %% cardinality(%(services)s::bigint[]) END]"""
AT = "now() - n * interval '20 s'"
ENDED = f"n > {STILL_OPEN}"
TABLES: Mapping[str, Mapping[str, str]] = {
    "incidents_incident": {
        "id": "%(first)s + n",
        "public_id": "'Q' || lpad(upper(to_hex(%(first)s + n)), 13, '0')",
        "number": "%(first)s + n",
        "title": "'Disk full on db-' || n",
        "service_id": SERVICE,
        "incident_key": "'disk-' || n",
        "status": f"CASE WHEN {ENDED} THEN 'resolved' ELSE 'acknowledged' END",
        "urgency": "CASE WHEN n %% 10 = 3 THEN 'low' ELSE 'high' END",
        "created_at": AT,
        "changed_at": AT,
        "resolved_at": f"CASE WHEN {ENDED} THEN {AT} + interval '1 hour' END",
        "escalate_at": "NULL",
        "acknowledgement_expires_at": "NULL",
        "auto_resolve_at": "NULL",
    },
    "incidents_alert": {
        "id": "%(first)s + n",
        "public_id": "'P' || lpad(upper(to_hex(%(first)s + n)), 13, '0')",
        "service_id": SERVICE,
        "incident_id": "%(first)s + n",
        "dedup_key": "'disk-' || n",
        "summary": "'Disk full on db-' || n",
        "status": f"CASE WHEN {ENDED} THEN 'resolved' ELSE 'triggered' END",
        "created_at": AT,
    },
    "incidents_timelineentry": {
        "id": "%(first)s - n",
        "public_id": "'P' || lpad(upper(to_hex(%(first)s + n)), 13, '0')",
        "incident_id": "%(first)s + n",
        "at": AT,
    },
    "incidents_notification": {
        "id": "%(first)s - n",
        "public_id": "'P' || lpad(upper(to_hex(%(first)s + n)), 13, '0')",
        "token": "md5((%(first)s + n)::text)",
        "incident_id": "%(first)s + n",
        "status": "CASE WHEN n %% 50 = 0 THEN 'failed' ELSE 'delivered' END",
        "sent_at": f"CASE WHEN n %% 50 > 0 THEN {AT} END",
        "failed_at": f"CASE WHEN n %% 50 = 0 THEN {AT} END",
    },
    "incidents_assignment": {
        "id": "%(first)s + n",
        "incident_id": "%(first)s + n",
        "membership_id": """(%(people)s::bigint[])[
            1 + n %% cardinality(%(people)s::bigint[])]""",
    },
}
# Assignments are of what is open.
ROWS = {"incidents_assignment": STILL_OPEN}
COPY = """
INSERT INTO {table} ({columns}, {named}) SELECT {columns}, {values}
FROM (SELECT * FROM {table} WHERE account_id = %(account)s ORDER BY id LIMIT 1) model,
    generate_series(1, %(rows)s) AS n
"""
COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_name = %s AND column_name <> ALL (%s)
"""
LISTS = (
    "/incidents",
    "/incidents?date_range=all",
    "/incidents?statuses[]=triggered&statuses[]=acknowledged",
    "/incidents?statuses[]=resolved&date_range=all",
    "/incidents?urgencies[]=low",
    "/incidents?service_ids[]={busy}&date_range=all",
    "/incidents?service_ids[]={quiet}&date_range=all",
    "/incidents?team_ids[]={team}",
    "/incidents?user_ids[]={user}&date_range=all",
    "/incidents?incident_key=disk-777777&date_range=all",
    "/incidents?since={past}&until={later}",
    "/incidents?since={past}&until={later}&sort_by=created_at:asc",
    "/incidents?sort_by=incident_number:desc&date_range=all",
    "/incidents?sort_by=resolved_at:desc&statuses[]=resolved&date_range=all",
    "/incidents?date_range=all&offset=9900",
    "/incidents?include[]=services&include[]=teams&include[]=assignees"
    "&include[]=escalation_policies&include[]=first_trigger_log_entries",
    "/incidents/{incident}",
    "/incidents/{incident}/log_entries",
    "/incidents/{incident}/alerts",
    "/incidents/{incident}/notes",
    "/incidents/{incident}/past_incidents",
    "/log_entries",
    "/log_entries?since={past}&until={later}&is_overview=true",
    "/log_entries?team_ids[]={team}",
    "/log_entries/{entry}",
    "/notifications?since={past}&until={later}",
    "/notifications?since={past}&until={later}&filter=email_notification",
    "/users",
    "/users?include[]=contact_methods&include[]=notification_rules",
    "/teams",
    "/services",
    "/services?include[]=integrations&include[]=escalation_policies",
    "/escalation_policies",
    "/schedules",
    "/oncalls",
    "/maintenance_windows",
    "/change_events",
    "/audit/records",
    "/tags",
    "/webhook_subscriptions",
)


@dataclass(frozen=True)
class Listed:
    """One list: milliseconds, and queries of a page of 10 and of one of 100 rows."""

    path: str
    median: float
    p95: float
    queries: tuple[int, int]

    @property
    def is_constant(self) -> bool:
        """Whether a longer page asks the database no more often."""
        return self.queries[0] == self.queries[1]


@dataclass
class Lists:
    """What the lists cost, and how many incidents were there."""

    incidents: int = 0
    lists: list[Listed] = field(default_factory=list)

    @property
    def slowest(self) -> float:
        """Milliseconds: the 95th percentile of the slowest list."""
        return max((one.p95 for one in self.lists), default=0.0)

    @property
    def growing(self) -> int:
        """How many lists ask more often for more rows."""
        return sum(not one.is_constant for one in self.lists)


def measure(instance: Instance) -> Lists:
    """Fill an account of its own, and ask for every list again and again."""
    made = instance.crowd("listed.make()")
    with instance.connect("oncall") as database:
        # The rows are copies of sound ones; their keys need no second look.
        database.execute("SET session_replication_role = replica")
        for table in TABLES:
            _fill(database, table, made)
        database.execute("ANALYZE")
    paths = [path.format(**made["names"]) for path in LISTS]
    queries = instance.crowd(f"listed.count({paths!r}, {made['keys'][0]!r})")
    found = Lists(incidents=INCIDENTS)
    for path, shown in zip(paths, LISTS, strict=True):
        times = _times(instance.port, path, made["keys"])
        found.lists.append(
            Listed(
                shown,
                times[len(times) // 2],
                times[int(len(times) * 0.95)],
                tuple(queries[path]),
            )
        )
    return found


def _fill(
    database: psycopg.Connection[Any], table: str, made: Mapping[str, Any]
) -> None:
    named = TABLES[table]
    row = database.execute(COLUMNS.encode(), [table, list(named)]).fetchone()
    columns = row[0] if row else ""
    values = {
        "first": 100_000_000,
        "rows": ROWS.get(table, INCIDENTS),
        "services": made["services"],
        "people": made["people"],
        "account": made["account"],
    }
    query = COPY.format(
        table=table,
        columns=columns,
        named=", ".join(named),
        values=", ".join(named.values()),
    )
    database.execute(query.encode(), values)


def _times(port: int, path: str, keys: list[str]) -> list[float]:
    """Ask again and again on one connection; milliseconds, the shortest first."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    turns, times = cycle(keys), []
    for round_ in range(WARM + ROUNDS):
        headers = {"Authorization": f"Token token={next(turns)}"}
        began = time.perf_counter()
        connection.request("GET", f"/api{path}", headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {content[:300]!r}")
        if round_ >= WARM:
            times.append(took)
    connection.close()
    return sorted(times)
