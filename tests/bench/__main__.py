"""`python -m tests.bench`: measures everything in one run and prints a report."""

import argparse
import asyncio
import statistics
import sys
import time
from dataclasses import dataclass

from tests.bench import (
    backlog,
    cost,
    due,
    events,
    history,
    instance,
    intake,
    mail,
    report,
    scratch,
)
from tests.bench.backlog import Backlog
from tests.bench.findings import Findings
from tests.bench.instance import Instance
from tests.bench.sink import Sink


@dataclass(frozen=True)
class Size:
    """How much one run measures."""

    seconds: float
    rounds: int
    events: int
    mails: int
    idle_seconds: float


ACCOUNTS = 1000
WHOLE = Size(seconds=3.0, rounds=3, events=1500, mails=50, idle_seconds=10.0)
QUICK = Size(seconds=0.8, rounds=1, events=300, mails=15, idle_seconds=3.0)


def main() -> int:
    """Measure, print, and write the figures where that was asked for."""
    options = _options()
    size = QUICK if options.quick else WHOLE
    began = time.monotonic()
    found = asyncio.run(_measure(size))
    found.took_seconds = time.monotonic() - began
    sys.stdout.write(f"{report.table(found)}\n\n{report.as_json(found)}\n")
    if options.write:
        report.write(found)
    return 0


async def _measure(size: Size) -> Findings:
    # It notes the machine's load, so it must come before ours.
    found = Findings()
    async with Sink() as sink:
        _say("starting an instance")
        with (
            instance.running(sink.port) as running,
            backlog.of(running) as waiting,
        ):
            keys = running.seed()
            await _warm_up(running, keys, sink, waiting)
            await _measure_rest(found, running, size)
            await _measure_mail(found, running, keys["at_once"][0], sink, size)
            await _measure_cost(found, running, keys["later"], waiting, size)
            with scratch.baseline(running) as port:
                await scratch.wait_until_it_answers(port)
                await _measure_intake(found, running, port, keys, waiting, size)
            found.memory_after = running.processes.memory()
            found.outcomes = waiting.outcomes()
            await _measure_crowd(found, running, keys["later"], sink, waiting, size)
            _say("schedules")
            found.schedules = running.time_schedules()
            return found


async def _warm_up(
    running: Instance, keys: dict[str, list[str]], sink: Sink, waiting: Backlog
) -> None:
    """Have every part load what it needs, and open its connections."""
    for _ in range(2):
        await mail.storm(running.port, keys["at_once"][0], sink, count=20)
    await mail.idle(running.port, keys["at_once"][0], sink, count=2)
    await waiting.is_worked()


async def _measure_rest(found: Findings, running: Instance, size: Size) -> None:
    _say("at rest")
    found.idling = await cost.idle(running.processes, size.idle_seconds)
    found.memory = running.processes.memory()


async def _measure_mail(
    found: Findings, running: Instance, key: str, sink: Sink, size: Size
) -> None:
    _say("event to mail")
    found.idle_mail = await mail.idle(running.port, key, sink, size.mails)
    found.storm = await mail.storm(running.port, key, sink)


async def _measure_cost(
    found: Findings, running: Instance, keys: list[str], waiting: Backlog, size: Size
) -> None:
    _say("CPU per event")
    run = events.new_run()
    for kind in cost.KINDS:
        found.costs[kind.name] = await cost.of_events(
            running.port,
            keys,
            kind,
            run,
            size.events,
            processes=running.processes,
            backlog=waiting,
            idling=found.idling,
        )


async def _measure_intake(
    found: Findings,
    running: Instance,
    baseline: int,
    keys: dict[str, list[str]],
    waiting: Backlog,
    size: Size,
) -> None:
    tools = keys["later"]
    candidates = [
        intake.Candidate("ours", running.port, events.PATH, tools),
        intake.Candidate("bare", baseline, "/take", tools),
        intake.Candidate("hello", baseline, "/hello", tools),
    ]
    for connections in intake.CONNECTIONS:
        _say(f"intake at {connections} connections")
        found.intake[connections] = await intake.compare(
            candidates,
            waiting,
            connections=connections,
            seconds=size.seconds,
            rounds=size.rounds,
        )


async def _measure_crowd(
    found: Findings,
    running: Instance,
    keys: list[str],
    sink: Sink,
    waiting: Backlog,
    size: Size,
) -> None:
    _say("a crowd of accounts")
    (found.one_account,) = await _costs_of(running, (keys,), waiting, size)
    crowd = running.crowd(f"crowd.make({ACCOUNTS})")
    found.among_many, found.of_many = await _costs_of(
        running, (keys, crowd), waiting, size
    )
    running.crowd("crowd.forget()")
    _say("pages due at once")
    found.pages = await due.pages(running, sink)
    found.quiet = await due.neighbours(running, sink, 1)
    found.noisy = await due.neighbours(running, sink, 100)
    running.crowd("crowd.forget()")
    _say("escalations among many")
    found.pending = await due.escalations(running, sink, 300, 15.0)
    found.at_once = await due.escalations(running, sink, 10_000, 0.0)
    _say("a long history")
    found.history = history.measure(running)


async def _costs_of(
    running: Instance, candidates: tuple[list[str], ...], waiting: Backlog, size: Size
) -> list[float]:
    """CPU of a new key by each list of integration keys, in turns, the median."""
    found: list[list[float]] = [[] for _ in candidates]
    idling = await cost.idle(running.processes, size.idle_seconds)
    for _round in range(size.rounds):
        for place, keys in enumerate(candidates):
            measured = await cost.of_events(
                running.port,
                keys,
                cost.KINDS[0],
                events.new_run(),
                size.events,
                processes=running.processes,
                backlog=waiting,
                idling=idling,
            )
            found[place].append(measured.total)
    return [statistics.median(totals) for totals in found]


def _say(what: str) -> None:
    sys.stderr.write(f"... {what}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of each")
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/performance.md"
    )
    options = parser.parse_args()
    if options.quick and options.write:
        parser.error("the figures of a quick run are too rough to write down")
    return options


if __name__ == "__main__":
    sys.exit(main())
