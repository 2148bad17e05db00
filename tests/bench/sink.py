"""A mail server on this machine that stamps when each marked mail has arrived."""

import asyncio
import time
from collections.abc import Iterable
from typing import Self

from tests.bench.events import MARK

LARGEST_MAIL = 1 << 24


class Sink:
    """Takes every mail; `arrivals` tells when each mark came first."""

    def __init__(self) -> None:
        self.arrivals: dict[str, float] = {}
        self.mails = 0
        self._server: asyncio.Server | None = None
        self._changed = asyncio.Event()
        self._serving: set[asyncio.Future[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, backlog=512, limit=LARGEST_MAIL
        )
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._server:
            self._server.close()
        # Their clients are gone; they only have to notice.
        await asyncio.wait_for(asyncio.gather(*self._serving), 5)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def wait_for(self, marks: Iterable[str], seconds: float) -> bool:
        """Wait until all of them came; False if they did not within the time."""
        missing = set(marks)
        deadline = time.perf_counter() + seconds
        while missing := missing - self.arrivals.keys():
            self._changed.clear()
            left = deadline - time.perf_counter()
            try:
                await asyncio.wait_for(self._changed.wait(), max(0.0, left))
            except TimeoutError:
                return False
        return True

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        dialogue = asyncio.ensure_future(self._talk(reader, writer))
        self._serving.add(dialogue)
        await dialogue
        self._serving.discard(dialogue)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            writer.write(b"220 sink ESMTP\r\n")
            while line := await reader.readline():
                if line[:4].upper() == b"DATA":
                    writer.write(b"354 Go on\r\n")
                    self._take(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(_answer(line[:4].upper()))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _take(self, mail: bytes) -> None:
        now = time.perf_counter()
        self.mails += 1
        for found in MARK.findall(mail):
            self.arrivals.setdefault(found.decode(), now)
        self._changed.set()


def _answer(verb: bytes) -> bytes:
    return b"221 Bye\r\n" if verb == b"QUIT" else b"250 OK\r\n"
