"""Much that is due at one instant: pages, escalations, and a noisy neighbour."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from tests.bench import events
from tests.bench.instance import Instance
from tests.bench.load import percentile
from tests.bench.sink import Sink

ACCOUNTS = 500
PAGES = 5000
PATIENCE = 180
# How long before they are due the rows get their time.
AHEAD = 5.0
NEIGHBOURS = 20
PENDING = 100_000
# What stands far ahead moves to its time; see `crowd`.
PAGES_MOVE = """
UPDATE incidents_notification
SET send_at = send_at - %(by)s, planned_for = planned_for - %(by)s
WHERE status = 'planned' AND send_at > now() + interval '1 day'
"""
FIRED = "SELECT id FROM incidents_incident WHERE id = ANY(%s) AND level > 1"
LOOK = 0.1
ESCALATIONS_MOVE = """
UPDATE incidents_incident SET escalate_at = escalate_at - %(by)s
WHERE escalate_at > now() + interval '1 day'
"""


@dataclass(frozen=True)
class Lateness:
    """Seconds from being due to the mail at the mail server."""

    count: int
    lost: int
    p50: float
    p99: float
    last: float


NONE = Lateness(0, 0, 0.0, 0.0, 0.0)


async def pages(instance: Instance, sink: Sink) -> Lateness:
    """5,000 pages of 500 accounts, each to a person of its own, due at once."""
    run = events.new_run()
    wanted = [(PAGES // ACCOUNTS, 0)] * ACCOUNTS
    due = _moved(
        instance, PAGES_MOVE, instance.crowd(f"crowd.pages({run!r}, {wanted!r})")
    )
    return await _arrived(sink, run, dict.fromkeys(range(PAGES), due))


async def neighbours(instance: Instance, sink: Sink, noise: int) -> Lateness:
    """Single pages of accounts, beside one that has `noise` times as many at once.

    They become due in the seconds after the noisy account's.
    """
    run = events.new_run()
    wanted = [(noise * NEIGHBOURS, 0)] + [(1, n % 5) for n in range(NEIGHBOURS)]
    due = _moved(
        instance, PAGES_MOVE, instance.crowd(f"crowd.pages({run!r}, {wanted!r})")
    )
    first = noise * NEIGHBOURS
    times = {first + n: due + n % 5 for n in range(NEIGHBOURS)}
    found = await _arrived(sink, run, times)
    await sink.wait_for([events.mark(run, n) for n in range(first)], PATIENCE)
    return found


async def escalations(
    instance: Instance, sink: Sink, due: int, over: float
) -> tuple[Lateness, Lateness]:
    """Escalations that are due within some seconds, among PENDING others.

    This will say how late their next levels began, and how late the mails came.
    """
    run = events.new_run()
    far, made = instance.crowd(f"crowd.escalations({run!r}, {PENDING}, {due}, {over})")
    begins = _moved(instance, ESCALATIONS_MOVE, far)
    times = [begins + over * n / due for n in range(len(made))]
    places, ids = zip(*made, strict=True)
    found = await asyncio.gather(
        _fired(instance, dict(zip(ids, times, strict=True))),
        _arrived(sink, run, dict(zip(places, times, strict=True))),
    )
    instance.crowd("crowd.forget()")
    return found[0], found[1]


def _moved(instance: Instance, query: str, far: float) -> float:
    """Move what stands far ahead to a moment from now, and name that."""
    with instance.connect("oncall") as database:
        # As the database does by itself in a minute after so many new rows.
        database.execute("ANALYZE")
        due = time.time() + AHEAD
        database.execute(query.encode(), {"by": timedelta(seconds=far - due)})
    return due


async def _fired(instance: Instance, due: dict[int, float]) -> Lateness:
    """Look often at which have begun their next level, and say how late that was."""
    late: list[float] = []
    waiting = dict(due)
    until = max(due.values()) + PATIENCE
    with instance.connect("oncall") as database:
        while waiting and time.time() < until:
            await asyncio.sleep(LOOK)
            rows = await asyncio.to_thread(
                lambda: database.execute(FIRED, [list(waiting)]).fetchall()
            )
            late += [time.time() - waiting.pop(pk) for (pk,) in rows]
    return _lateness(late, len(due))


async def _arrived(sink: Sink, run: str, due: dict[int, float]) -> Lateness:
    """Wait for the marks, and say how late each came after its time of the epoch."""
    offset = time.perf_counter() - time.time()
    marks = {events.mark(run, place): at + offset for place, at in due.items()}
    waits = max(due.values()) - time.time() + PATIENCE
    await sink.wait_for(marks, waits)
    late = [
        sink.arrivals[mark] - at for mark, at in marks.items() if mark in sink.arrivals
    ]
    return _lateness(late, len(marks))


def _lateness(late: list[float], count: int) -> Lateness:
    return Lateness(
        count,
        count - len(late),
        percentile(late, 0.5),
        percentile(late, 0.99),
        max(late, default=0.0),
    )
