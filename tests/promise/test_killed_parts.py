"""Kills the parts of one running instance, and counts what providers have taken."""

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg.rows import dict_row

from oncall.embedded import environment
from tests.prove.ledger import Ledger, Page
from tests.prove.plans import Conversation, Event, Fault
from tests.prove.stage import Stage, stage

Result = TypeVar("Result")

# One worker, so that its end is the end of all senders.
PARTS = ("web", "worker-1", "beat-1")
PATIENCE = 60.0
LOOK = 0.1
# Bob's texts leave at once; his mails and the next level are due in minutes.
SERVICE = "Checkout"
# Erin's mails leave at once, and nobody can ask a mail server what it has taken.
MAIL_SERVICE = "Batch"

EVENTS = """
SELECT substring(e.body->>'summary' FROM 'E[0-9]{6}Z') AS mark, e.outcome,
       a.incident_id AS incident
FROM incidents_event e LEFT JOIN incidents_alert a ON a.id = e.alert_id
"""
PAGES = """
SELECT n.id, n.incident_id AS incident, n.kind, n.status, n.attempts,
       coalesce(leader.token, n.token) AS token,
       extract(epoch FROM n.planned_for)::float AS planned_for
FROM incidents_notification n
LEFT JOIN incidents_notification leader ON leader.id = n.bundled_into_id
WHERE n.incident_id = ANY(%s) AND n.kind = %s AND n.delay_minutes = %s ORDER BY n.id
"""
# What waits for minutes is made due soon: rows are the timers, and a test cannot wait.
HURRY = """
UPDATE incidents_notification n SET send_at = soon.at, planned_for = soon.at
FROM (SELECT clock_timestamp() + make_interval(secs => 3) AS at) soon
WHERE status = 'planned' AND attempts = 0 AND incident_id = ANY(%s) RETURNING n.id
"""
# A lease is 30 s; its end is moved near, as if they had passed.
END_LEASES = """
UPDATE incidents_notification SET send_at = clock_timestamp()
WHERE status = 'planned' AND attempts > 0
"""


class Running:
    """The instance, driven from a test's thread while its doubles go on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, found: Stage) -> None:
        self.loop = loop
        self.stage = found
        self.number = 0

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def triggers(
        self, count: int, service: str = SERVICE, every: float = 0.0
    ) -> tuple[Conversation, ...]:
        """Events that each open an incident of the first account."""
        place = next(
            place
            for place, found in enumerate(self.stage.tools.services)
            if found.name == service
        )
        first = self.number + 1
        self.number += count
        return tuple(
            Conversation(
                number * every,
                place,
                ((0.0, _trigger(first + number, place)),),
            )
            for number in range(count)
        )

    def send(self, said: tuple[Conversation, ...]) -> list[str]:
        """Send until all are accepted; this will return their marks."""
        self.do(self.stage.tools.say(said))
        return _marks(said)

    def breaks(self, *faults: Fault) -> None:
        self.do(self.stage.breaker.break_all(faults))

    def breaks_while_sending(
        self, said: tuple[Conversation, ...], *faults: Fault
    ) -> list[str]:
        async def both() -> None:
            await asyncio.gather(
                self.stage.tools.say(said), self.stage.breaker.break_all(faults)
            )

        self.do(both())
        return _marks(said)

    def rows(self, query: str, *given: Any) -> list[dict[str, Any]]:
        with (
            self.stage.instance.connect() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            cursor.execute(query.encode(), given)
            return cursor.fetchall() if cursor.description else []

    def incidents(self, marks: list[str]) -> list[int]:
        """Wait until the events are worked; this will return what they opened."""

        def worked() -> bool:
            return len(self._events(marks)) == len(marks)

        self.wait(worked, f"{len(marks)} events are worked")
        return [row["incident"] for row in self._events(marks)]

    def _events(self, marks: list[str]) -> list[dict[str, Any]]:
        return [
            row
            for row in self.rows(EVENTS)
            if row["mark"] in marks and row["outcome"] == "opened"
        ]

    def pages(
        self, incidents: list[int], kind: str, minutes: int = 0
    ) -> list[dict[str, Any]]:
        return self.rows(PAGES, incidents, kind, minutes)

    def all_taken(
        self, incidents: list[int], kind: str, minutes: int = 0
    ) -> list[dict[str, Any]]:
        """Wait until a provider has taken a page of each; this will return the rows."""

        def taken() -> bool:
            pages = self.pages(incidents, kind, minutes)
            return {row["incident"] for row in pages} == set(incidents) and all(
                row["status"] in ("sent", "delivered") for row in pages
            )

        self.wait(taken, f"{kind} for {len(incidents)} incidents")
        return self.pages(incidents, kind, minutes)

    def arrived(self, token: str) -> list[Page]:
        return [
            page
            for page in self.stage.ledger.pages
            if page.token == token and page.has_arrived
        ]

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not _holds(condition):
            assert time.monotonic() < deadline, f"In vain waited for: {what}"
            self.do(asyncio.sleep(LOOK))


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except psycopg.OperationalError:
        # The database is one of those who were killed.
        return False


def _trigger(number: int, service: int) -> Event:
    return Event(number, service, "trigger", f"key-{number}", "critical")


def _marks(said: tuple[Conversation, ...]) -> list[str]:
    return [event.mark for each in said for _pause, event in each.steps]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """An instance whose people answer nothing."""
    home = Path(tempfile.mkdtemp(prefix="oncall-killed-"))
    # The database runs as another user when we are root, and must get through.
    home.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in environment.ITS_OWN:
            patch.delenv(name, raising=False)
        loop = asyncio.new_event_loop()
        stack.callback(loop.close)
        hand = stack.enter_context(ThreadPoolExecutor(1, "loop"))
        hand.submit(loop.run_forever)
        stack.callback(loop.call_soon_threadsafe, loop.stop)

        def do(work: Coroutine[Any, Any, Result]) -> Result:
            return asyncio.run_coroutine_threadsafe(work, loop).result(5 * PATIENCE)

        opened = stage(home / "data", Ledger(), seed=1, parts=PARTS, is_read=False)
        found = do(opened.__aenter__())
        stack.callback(lambda: do(opened.__aexit__(None, None, None)))
        yield Running(loop, found)


@pytest.mark.promise(1)
def test_an_emptied_and_killed_redis_delays_no_page(running):
    incidents = running.incidents(running.send(running.triggers(5)))
    running.all_taken(incidents, "sms")

    waiting = running.rows(HURRY, incidents)
    assert len(waiting) == 5
    running.breaks(Fault(0, "flush", "redis"), Fault(0.5, "restart", "redis", 3.5))

    for row in running.all_taken(incidents, "email", 1):
        (page,) = running.arrived(row["token"])
        assert page.at - row["planned_for"] < 4.0


@pytest.mark.promise(2, 3)
def test_killed_web_servers_and_workers_lose_no_event_and_open_nothing_twice(running):
    said = running.triggers(40, every=0.1)

    marks = running.breaks_while_sending(
        said,
        Fault(0.7, "kill", "web"),
        Fault(1.0, "kill", "worker-1"),
        Fault(2.5, "kill", "web"),
    )

    incidents = running.incidents(marks)
    assert len(set(incidents)) == 40
    keys = "SELECT dedup_key FROM incidents_alert WHERE incident_id = ANY(%s)"
    found = Counter(row["dedup_key"] for row in running.rows(keys, incidents))
    assert set(found.values()) == {1}
    starts = (
        "SELECT count(*) AS started FROM incidents_timelineentry"
        " WHERE verb = 'level_started' AND incident_id = ANY(%s)"
    )
    assert running.rows(starts, incidents)[0]["started"] == 40
    timers = (
        "SELECT id FROM incidents_incident WHERE id = ANY(%s) AND escalate_at IS NULL"
    )
    assert running.rows(timers, incidents) == []
    running.rows(END_LEASES)
    for row in running.all_taken(incidents, "sms"):
        assert running.arrived(row["token"])


@pytest.mark.promise(4)
@pytest.mark.parametrize(("mood", "count"), [("late", 2), ("silent", 1)])
def test_a_page_whose_sender_was_killed_in_the_call_is_sent_again(running, mood, count):
    mail = running.stage.mail
    mail.share, mail.mood = 1.0, mood
    asked = mail.asked
    (incident,) = running.incidents(running.send(running.triggers(1, MAIL_SERVICE)))
    running.wait(lambda: mail.asked > asked, "the provider is asked")

    running.breaks(Fault(0, "kill", "worker-1"))
    mail.mood = ""
    (row,) = running.pages([incident], "email")
    assert (row["status"], row["attempts"]) == ("planned", 1)

    running.rows(END_LEASES)
    (row,) = running.all_taken([incident], "email")
    assert row["attempts"] == 2
    assert len(running.arrived(row["token"])) == count


@pytest.mark.promise(8)
def test_a_database_that_crashes_while_sending_loses_nothing(running):
    said = running.triggers(40, every=0.1)

    marks = running.breaks_while_sending(
        said, Fault(2.0, "restart immediate", "postgres")
    )

    incidents = running.incidents(marks)
    assert len(set(incidents)) == 40
    running.rows(END_LEASES)
    for row in running.all_taken(incidents, "sms"):
        assert running.arrived(row["token"])
