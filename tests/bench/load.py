"""A small load generator: keep-alive connections in a closed loop."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

HOST = "127.0.0.1"


class Client(asyncio.Protocol):
    """One connection; it sends a request when the answer to the last one is in."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._read = bytearray()

    @classmethod
    async def connect(cls, port: int) -> Self:
        """Open a connection to this machine."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(cls, HOST, port)
        return client

    async def post(self, path: str, body: bytes) -> int:
        """Send a body and wait for the answer; this will return its status."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(
            b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (path.encode(), len(body), body)
        )
        return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError("The server hung up"))

    def data_received(self, data: bytes) -> None:
        self._read += data
        if self._answer and (status := _status(self._read)):
            self._read.clear()
            self._answer.set_result(status)


def _status(read: bytearray) -> int:
    """Return the status of the answer once all of it has been read, else 0."""
    head, found, body = read.partition(b"\r\n\r\n")
    if not found:
        return 0
    _, named, rest = head.lower().partition(b"content-length:")
    if named:
        is_whole = len(body) >= int(rest.partition(b"\r\n")[0])
    else:
        is_whole = body.endswith(b"0\r\n\r\n")
    return int(head[9:12]) if is_whole else 0


@dataclass
class Run:
    """What one run of the load generator has seen; latencies in seconds."""

    started_at: float = 0.0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def accepted(self) -> int:
        return sum(n for status, n in self.statuses.items() if status < 300)

    @property
    def refused(self) -> int:
        return self.statuses.total() - self.accepted

    @property
    def per_second(self) -> float:
        return self.accepted / self.seconds


async def closed_loop(
    port: int,
    path: str,
    bodies: Iterator[bytes],
    *,
    connections: int,
    seconds: float = 60.0,
) -> Run:
    """Send until the bodies or the seconds are over, on so many connections."""
    clients = [await Client.connect(port) for _ in range(connections)]
    run = Run(started_at=time.perf_counter())
    end = run.started_at + seconds
    try:
        await asyncio.gather(
            *(_send_all(client, path, bodies, run, end) for client in clients)
        )
    finally:
        for client in clients:
            client.close()
    run.seconds = time.perf_counter() - run.started_at
    return run


async def _send_all(
    client: Client, path: str, bodies: Iterator[bytes], run: Run, end: float
) -> None:
    while (before := time.perf_counter()) < end:
        if (body := next(bodies, None)) is None:
            return
        status = await client.post(path, body)
        run.latencies.append(time.perf_counter() - before)
        run.statuses[status] += 1


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of them lies; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if values else 0.0
