"""CPU per event of all processes, until the notification is planned."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench import events
from tests.bench.backlog import Backlog
from tests.bench.load import closed_loop
from tests.bench.processes import Processes, difference

CONNECTIONS = 8
Parts = dict[str, float]


@dataclass(frozen=True)
class Kind:
    """What an event asks for, and what must come of it."""

    name: str
    action: str
    outcome: str


KINDS = (
    Kind("new key", "trigger", "opened"),
    Kind("repeat", "trigger", "repeated"),
    Kind("resolve", "resolve", "resolved"),
)


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU of one event, by part, less what idling costs."""

    events: int
    parts: Parts

    @property
    def total(self) -> float:
        return sum(self.parts.values())


async def idle(processes: Processes, seconds: float) -> Parts:
    """Measure the CPU seconds that each part uses in a second of nothing to do."""
    before = processes.cpu()
    await asyncio.sleep(seconds)
    used = difference(processes.cpu(), before)
    return {part: spent / seconds for part, spent in used.items()}


async def of_events(
    port: int,
    keys: Sequence[str],
    kind: Kind,
    run: str,
    count: int,
    *,
    processes: Processes,
    backlog: Backlog,
    idling: Parts,
) -> Cost:
    """Send so many events at once and measure until none waits."""
    outcomes = backlog.outcomes()
    started_at, before = time.perf_counter(), processes.cpu()
    sent = await closed_loop(
        port,
        events.PATH,
        events.bodies(keys, kind.action, run, count),
        connections=CONNECTIONS,
    )
    await backlog.is_worked()
    seconds = time.perf_counter() - started_at
    used = difference(processes.cpu(), before)
    done = backlog.outcomes()[kind.outcome] - outcomes[kind.outcome]
    if not sent.accepted == done == count:
        # An event that was refused, or that did nothing, costs too little.
        raise RuntimeError(
            f"Of {count} events {sent.accepted} were accepted and {done} {kind.outcome}"
        )
    return Cost(
        count,
        {
            part: (spent - idling.get(part, 0.0) * seconds) * 1000 / count
            for part, spent in used.items()
        },
    )
