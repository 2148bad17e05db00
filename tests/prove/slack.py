"""A Slack that fails all the time, in one way after the other."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Self

import psycopg

from tests.prove import wire
from tests.prove.providers import LONG

# So long it fails in one way.
TURN = 4.0
# What it asks for when there is too much: the least that Slack's own answers say.
RETRY_AFTER = 1
MOODS = ("busy", "broken", "silent", "refusing")


WAITING = """
    SELECT count(*), count(*) FILTER (WHERE due_at IS NOT NULL),
        count(*) FILTER (WHERE message_id <> '') FROM integrations_chatmessage
"""


@dataclass(frozen=True)
class Chats:
    """How a run's chats fared: what was asked of them, by how they failed, and rows."""

    asked: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    waiting: int = 0
    # Impossible where all fail.
    shown: int = 0


class FailingSlack:
    """Answers 429 or 500, keeps silent, or is not there at all: never anything else."""

    def __init__(self) -> None:
        # What was asked of it, by its mood; nobody can count who was refused.
        self.asked: Counter[str] = Counter()
        self.mood = MOODS[0]
        self.port = 0
        self._server: asyncio.Server | None = None
        self._turning: asyncio.Task[None] | None = None
        self._talking: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._open()
        self._turning = asyncio.create_task(self._turn())
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._turning:
            self._turning.cancel()
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        self._close()

    def seen(self, connection: psycopg.Connection[Any]) -> Chats:
        """Say what was asked, and how many messages wait for better times."""
        row = connection.execute(WAITING).fetchone()
        return Chats(dict(self.asked), *(row or ()))

    async def _turn(self) -> None:
        for mood in cycle(MOODS):
            self.mood = mood
            if mood == "refusing":
                self._close()
            elif self._server is None:
                await self._open()
            await asyncio.sleep(TURN)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, backlog=512, limit=wire.LARGEST
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, OSError):
                await reader.readuntil(b"\r\n\r\n")
                await self._answer(writer)
        finally:
            self._talking.discard(task)
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        """Fail once, and hang up: the body that was sent does not matter."""
        self.asked[self.mood] += 1
        if self.mood == "silent":
            await asyncio.sleep(LONG)
            return
        busy = self.mood == "busy"
        said = b'{"ok": false, "error": "%s"}' % (
            b"ratelimited" if busy else b"fatal_error"
        )
        head = f"HTTP/1.1 {429 if busy else 500} -\r\nConnection: close\r\n"
        if busy:
            head += f"Retry-After: {RETRY_AFTER}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n"
        writer.write(head.encode() + said)
        await writer.drain()
