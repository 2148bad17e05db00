"""`python -m tests.bench.webhooks`: how fast webhooks are, and that paging is as well.

Webhooks per second with four subscriptions, CPU of an event with and without them, and
the time from an event to its mail while every receiver keeps silent.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Self

from tests.bench import backlog, events, instance, mail
from tests.bench.backlog import Backlog
from tests.bench.instance import Instance
from tests.bench.load import closed_loop, percentile
from tests.bench.sink import Sink

SUBSCRIPTIONS = 4
CONNECTIONS = 8
PATIENCE = 300
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
CALLS = "from tests.bench import listeners; listeners."


class Receiver:
    """Takes webhooks and answers at once, or not at all; stamps each when it came."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[bytes, float]] = []
        self.is_silent = False
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._server:
            self._server.close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    async def wait_for(self, count: int) -> bool:
        """Wait until so many came."""
        deadline = time.perf_counter() + PATIENCE
        while len(self.arrivals) < count and time.perf_counter() < deadline:
            await asyncio.sleep(0.02)
        return len(self.arrivals) >= count

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                [length] = [
                    int(line.partition(b":")[2])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ]
                body = await reader.readexactly(length)
                found = events.MARK.search(body)
                self.arrivals.append((found[0] if found else b"", time.perf_counter()))
                if not self.is_silent:
                    writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@dataclass
class Found:
    """What was measured."""

    per_second: float = 0.0
    lost: int = 0
    # From an event to its webhook, alone on an idle machine.
    idle_p50_ms: float = 0.0
    idle_p99_ms: float = 0.0
    # CPU of all parts for one event, without and with the subscriptions.
    cpu_ms: float = 0.0
    cpu_with_ms: float = 0.0
    # From an event to its mail, with nobody listening and with receivers that hang.
    mail_p50_ms: float = 0.0
    mail_p99_ms: float = 0.0
    mail_beside_silence_p50_ms: float = 0.0
    mail_beside_silence_p99_ms: float = 0.0

    @property
    def ratio(self) -> float:
        """How much later a mail comes beside receivers that hang."""
        return self.mail_beside_silence_p50_ms / self.mail_p50_ms


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.webhooks")
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--mails", type=int, default=50)
    options = parser.parse_args()
    found = asyncio.run(_measure(options.events, options.mails))
    figures = asdict(found) | {"ratio": found.ratio}
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 0


async def _measure(count: int, mails: int) -> Found:
    found = Found()
    async with Sink() as sink, Receiver() as receiver:
        with instance.running(sink.port) as running, backlog.of(running) as waiting:
            keys = running.seed()
            await mail.idle(running.port, keys["at_once"][0], sink, 5)
            quiet = await mail.idle(running.port, keys["at_once"][0], sink, mails)
            found.mail_p50_ms, found.mail_p99_ms = quiet.p50, quiet.p99
            await _flood(running, keys["later"], count // 4, waiting)
            found.cpu_ms = await _flood(running, keys["later"], count, waiting)
            running.shell(f"{CALLS}listen({receiver.url!r}, {SUBSCRIPTIONS})")
            await _measure_speed(found, running, keys, receiver, waiting, count)
            receiver.is_silent = True
            await _flood(running, keys["later"], count // 4, waiting)
            beside = await mail.idle(running.port, keys["at_once"][0], sink, mails)
            found.mail_beside_silence_p50_ms = beside.p50
            found.mail_beside_silence_p99_ms = beside.p99
            running.shell(f"{CALLS}forget()")
    return found


async def _measure_speed(
    found: Found,
    running: Instance,
    keys: dict[str, list[str]],
    receiver: Receiver,
    waiting: Backlog,
    count: int,
) -> None:
    await _alone(running, keys["later"][0], receiver, 3)
    latencies = await _alone(running, keys["later"][0], receiver, 30)
    found.idle_p50_ms = percentile(latencies, 0.5) * 1000
    found.idle_p99_ms = percentile(latencies, 0.99) * 1000
    receiver.arrivals.clear()
    before, began = running.processes.cpu(), time.perf_counter()
    await _flood(running, keys["later"], count, waiting)
    await receiver.wait_for(count * SUBSCRIPTIONS)
    found.lost = count * SUBSCRIPTIONS - len(receiver.arrivals)
    last = max(at for _mark, at in receiver.arrivals)
    found.per_second = len(receiver.arrivals) / (last - began)
    used = running.processes.cpu()
    total = sum(used.values()) - sum(before.values())
    found.cpu_with_ms = total / count * 1000


async def _alone(
    running: Instance, key: str, receiver: Receiver, count: int
) -> list[float]:
    """Seconds from single events to the first of their webhooks."""
    latencies = []
    for _number in range(count):
        receiver.arrivals.clear()
        before = time.perf_counter()
        bodies = events.bodies([key], count=1)
        await closed_loop(running.port, events.PATH, bodies, connections=1)
        await receiver.wait_for(SUBSCRIPTIONS)
        latencies.append(receiver.arrivals[0][1] - before)
        await asyncio.sleep(0.3)
    return latencies


async def _flood(
    running: Instance, keys: list[str], count: int, waiting: Backlog
) -> float:
    """Send events and wait until they are worked; return the CPU of one, in ms."""
    before = sum(running.processes.cpu().values())
    bodies = events.bodies(keys, count=count)
    await closed_loop(running.port, events.PATH, bodies, connections=CONNECTIONS)
    await waiting.is_worked()
    return (sum(running.processes.cpu().values()) - before) / count * 1000


if __name__ == "__main__":
    sys.exit(main())
