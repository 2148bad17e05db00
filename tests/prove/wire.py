"""Just enough HTTP/1.1 for senders and for providers, on asyncio's streams."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

LARGEST = 1 << 22


class Hung(Exception):
    """No answer: refused, cut off or too late."""


@dataclass(frozen=True)
class Message:
    """A request or an answer; names of headers are in lower case."""

    start: str
    headers: dict[str, str]
    body: bytes

    @property
    def status(self) -> int:
        return int(self.start.split(" ", 2)[1])

    @property
    def path(self) -> str:
        return self.start.split(" ", 2)[1]


async def post(
    port: int,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    patience: float,
    method: str = "POST",
) -> Message:
    """Send a request to this machine on a connection of its own; raises Hung."""
    try:
        async with asyncio.timeout(patience):
            return await _exchange(port, path, body, headers, method)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
        raise Hung(type(error).__name__) from error


async def _exchange(
    port: int, path: str, body: bytes, headers: Mapping[str, str], method: str
) -> Message:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LARGEST)
    try:
        fields = {
            "Host": f"localhost:{port}",
            "Content-Length": str(len(body)),
            "Connection": "close",
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        await writer.drain()
        return await _read(reader)
    finally:
        writer.close()


Handler = Callable[[Message], Awaitable[bytes | None]]


Dialogue = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """Takes connections on a port of its own, and hangs up on all at its end."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._server: asyncio.Server | None = None
        self._talking: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, backlog=512, limit=LARGEST
        )
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._server:
            self._server.close()
        # Callers keep connections open, and a killed one never says good-bye.
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, OSError):
                await self._dialogue(reader, writer)
        finally:
            self._talking.discard(task)
            writer.close()


class Server(Listener):
    """Answers requests; a handler that returns None cuts the connection."""

    def __init__(self, handler: Handler) -> None:
        super().__init__(self._answer)
        self._handler = handler

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while (answer := await self._handler(await _read(reader))) is not None:
            writer.write(answer)
            await writer.drain()


def answer(status: int, body: bytes = b"", kind: str = "application/json") -> bytes:
    """Write an answer."""
    head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _read(reader: asyncio.StreamReader) -> Message:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    start, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _colon, value in (line.partition(":") for line in lines)
    }
    if headers.get("transfer-encoding") == "chunked":
        return Message(start, headers, await _chunks(reader))
    length = headers.get("content-length")
    if length is not None:
        return Message(start, headers, await reader.readexactly(int(length)))
    # Neither: a request has no body, and an answer is all until the end.
    body = await reader.read() if start.startswith("HTTP/") else b""
    return Message(start, headers, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body
