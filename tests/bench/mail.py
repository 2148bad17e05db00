"""From an event to its mail: alone on an idle machine, and in a storm."""

import asyncio
import random
import statistics
import time
from dataclasses import dataclass

from tests.bench import events
from tests.bench.load import Client, closed_loop, percentile
from tests.bench.sink import Sink

PAUSE = 0.3
STORM = 150
STORM_CONNECTIONS = 32
PATIENCE = 60


@dataclass(frozen=True)
class Idle:
    """Milliseconds from sending one event to its mail at the mail server."""

    events: int
    lost: int
    answer_p50: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Storm:
    """Milliseconds from the storm's first event to its mails."""

    events: int
    lost: int
    accepted_within: float
    first: float
    median: float
    last: float

    @property
    def per_second(self) -> float:
        """Mails per second, from the first event to the last mail."""
        return (self.events - self.lost) / self.last * 1000 if self.last else 0.0


async def idle(port: int, key: str, sink: Sink, count: int) -> Idle:
    """Send single events, apart from each other and from the engine's ticks."""
    client, run = await Client.connect(port), events.new_run()
    latencies, answers, lost = [], [], 0
    for number in range(count):
        mark = events.mark(run, number)
        before = time.perf_counter()
        await client.post(
            events.PATH, events.body(key, "trigger", f"{run}-{number}", mark)
        )
        answers.append((time.perf_counter() - before) * 1000)
        if await sink.wait_for([mark], PATIENCE):
            latencies.append((sink.arrivals[mark] - before) * 1000)
        else:
            lost += 1
        # Ticks come each second: a fixed pause would meet them always or never.
        await asyncio.sleep(PAUSE * random.uniform(0.5, 1.5))  # noqa: S311
    client.close()
    return Idle(
        count,
        lost,
        statistics.median(answers),
        percentile(latencies, 0.5),
        percentile(latencies, 0.99),
    )


async def storm(port: int, key: str, sink: Sink, count: int = STORM) -> Storm:
    """Send that many events of distinct dedup keys at once and wait for their mails."""
    run = events.new_run()
    marks = [events.mark(run, number) for number in range(count)]
    sent = await closed_loop(
        port,
        events.PATH,
        events.bodies([key], "trigger", run, count),
        connections=STORM_CONNECTIONS,
    )
    await sink.wait_for(marks, PATIENCE)
    came = [
        (sink.arrivals[mark] - sent.started_at) * 1000
        for mark in marks
        if mark in sink.arrivals
    ]
    return Storm(
        count,
        count - len(came),
        sent.seconds * 1000,
        min(came, default=0.0),
        statistics.median(came) if came else 0.0,
        max(came, default=0.0),
    )
