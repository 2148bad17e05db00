"""`python -m tests.bench.lists`: the API's lists beside a million incidents.

How long each takes in an account with a long history and in one with a short one, and
how often it asks the database. `listed` makes the accounts and counts; the histories
are made in SQL, by the superuser.
"""

import argparse
import http.client
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import psycopg

from tests.bench import instance, report
from tests.bench.instance import Instance

LONG, SHORT = 1_000_000, 1_000
STILL_OPEN = 500
# Nobody's mail server: nothing is paged here.
NO_MAIL = 9
GOAL = 100
ROUNDS = 40
WARM = 3
# Each table copies one sound row of the product's, with what differs per incident. The
# first service has a half of all, the others share the rest.
SERVICE = """(%(services)s::bigint[])[
    CASE n %% 2 WHEN 0 THEN 1 ELSE 1 + n %% cardinality(%(services)s::bigint[]) END]"""
AT = "now() - n * interval '20 s'"
ENDED = f"n > {STILL_OPEN}"
TABLES: Mapping[str, Mapping[str, str]] = {
    "incidents_incident": {
        "id": "%(first)s - n",
        "public_id": "'Q' || lpad(upper(to_hex(%(first)s - n)), 13, '0')",
        "number": "%(first)s - n",
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
        "id": "%(first)s - n",
        "public_id": "'P' || lpad(upper(to_hex(%(first)s - n)), 13, '0')",
        "service_id": SERVICE,
        "incident_id": "%(first)s - n",
        "dedup_key": "'disk-' || n",
        "summary": "'Disk full on db-' || n",
        "status": f"CASE WHEN {ENDED} THEN 'resolved' ELSE 'triggered' END",
        "created_at": AT,
    },
    "incidents_timelineentry": {
        "id": "%(first)s - n",
        "public_id": "'P' || lpad(upper(to_hex(%(first)s - n)), 13, '0')",
        "incident_id": "%(first)s - n",
        "at": AT,
    },
    "incidents_notification": {
        "id": "%(first)s - n",
        "public_id": "'P' || lpad(upper(to_hex(%(first)s - n)), 13, '0')",
        "token": "md5((%(first)s - n)::text)",
        "incident_id": "%(first)s - n",
        "status": "CASE WHEN n %% 50 = 0 THEN 'failed' ELSE 'delivered' END",
        "sent_at": f"CASE WHEN n %% 50 > 0 THEN {AT} END",
        "failed_at": f"CASE WHEN n %% 50 = 0 THEN {AT} END",
    },
    "incidents_assignment": {
        "id": "%(first)s - n",
        "incident_id": "%(first)s - n",
        "membership_id": """(%(people)s::bigint[])[
            1 + n %% cardinality(%(people)s::bigint[])]""",
    },
}
COPY = """
INSERT INTO {table} ({columns}, {named}) SELECT {columns}, {values}
FROM (SELECT * FROM {table} WHERE account_id = %(account)s ORDER BY id LIMIT 1) model,
    generate_series(1, %(rows)s) AS n
ORDER BY n DESC
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
    # The median in the account with the short history.
    short: float
    queries: tuple[int, int]


def main() -> int:
    """Measure, print, and write the figures where that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lists")
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/performance.md"
    )
    options = parser.parse_args()
    with instance.running(NO_MAIL) as running:
        found = measure(running)
    text = "\n".join(_table(found))
    sys.stdout.write(f"{text}\n")
    if options.write:
        report.put("lists", text)
    return 0


def measure(running: Instance) -> list[Listed]:
    """Fill two accounts of their own, and ask for every list again and again."""
    accounts = [
        _account(running, "Short", SHORT, first=300_000_000),
        _account(running, "Long", LONG, first=100_000_000),
    ]
    with running.connect("oncall") as database:
        database.execute("ANALYZE")
    queries, times = [], []
    for made in accounts:
        paths = [path.format(**made["names"]) for path in LISTS]
        queries.append(running.crowd(f"listed.count({paths!r}, {made['keys'][0]!r})"))
        times.append([_times(running.port, path, made["keys"]) for path in paths])
    return [
        Listed(path, _middle(long), _late(long), _middle(short), tuple(asked))
        for path, short, long, asked in zip(LISTS, *times, queries[1], strict=True)
    ]


def _account(
    running: Instance, name: str, incidents: int, *, first: int
) -> dict[str, Any]:
    made: dict[str, Any] = running.crowd(f"listed.make({name!r})")
    with running.connect("oncall") as database:
        # The rows are copies of sound ones; their keys need no second look.
        database.execute("SET session_replication_role = replica")
        for table in TABLES:
            # Assignments are of what is open.
            rows = STILL_OPEN if table == "incidents_assignment" else incidents
            _fill(database, table, made, first=first, rows=rows)
    return made


def _fill(
    database: psycopg.Connection[Any],
    table: str,
    made: Mapping[str, Any],
    *,
    first: int,
    rows: int,
) -> None:
    named = TABLES[table]
    row = database.execute(COLUMNS.encode(), [table, list(named)]).fetchone()
    columns = row[0] if row else ""
    query = COPY.format(
        table=table,
        columns=columns,
        named=", ".join(named),
        values=", ".join(named.values()),
    )
    database.execute(query.encode(), {**made, "first": first, "rows": rows})


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


def _middle(times: list[float]) -> float:
    return times[len(times) // 2]


def _late(times: list[float]) -> float:
    return times[int(len(times) * 0.95)]


def _table(found: list[Listed]) -> Iterator[str]:
    late = max(found, key=lambda one: one.p95)
    growing = [one.path for one in found if one.queries[0] != one.queries[1]]
    yield (
        f"Milliseconds over HTTP, 25 rows a page, in an account with {LONG:,} incidents"
        f" (1,000 services, 200 users) and in one with {SHORT:,}; queries for 10 rows"
        f" and for 100. The slowest 95th percentile is {late.p95:.0f} ms"
        f" ({'met' if late.p95 <= GOAL else '**missed**'}: goal {GOAL});"
        f" lists that ask more often for more rows: {len(growing)}.\n"
    )
    yield from report.rows(
        ("list", "p50", "p95", "p50, short", "long / short", "queries"),
        *(
            (
                *(f"`{one.path}`", f"{one.median:.1f}", f"{one.p95:.1f}"),
                *(f"{one.short:.1f}", f"{one.median / one.short:.2f}"),
                " / ".join(map(str, one.queries)),
            )
            for one in found
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
