"""Socket Mode of the fake Slack: what happens is told over a WebSocket."""

import asyncio
import json
import secrets
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any

from aiohttp import WSMsgType, web

ACK_SECONDS = 3.0


@dataclass(frozen=True)
class Acknowledged:
    """What the app answered over the socket, in the shape of an answer by HTTP."""

    status_code: int
    said: Any

    @property
    def content(self) -> bytes:
        return json.dumps(self.said).encode() if self.said is not None else b""

    def json(self) -> Any:
        return self.said


class Socket:
    """The server's end: the tickets, who is connected, and what waits for an answer."""

    def __init__(self) -> None:
        self.base = ""
        self.loop = asyncio.new_event_loop()
        self.tickets: set[str] = set()
        self.open: list[web.WebSocketResponse] = []
        # How many have connected since the beginning.
        self.connections = 0
        self.changed = Condition()
        self.waiting: dict[str, Future[Any]] = {}

    def ticket(self) -> str:
        """Make an address that may be connected to once."""
        name = secrets.token_hex(8)
        self.tickets.add(name)
        return f"{self.base}/link/?ticket={name}&app_id=fake"

    def wait_for(self, connections: int, seconds: float = 20) -> None:
        """Wait until so many have connected, and one is there."""
        with self.changed:
            is_there = self.changed.wait_for(
                lambda: self.connections >= connections and bool(self.open), seconds
            )
        assert is_there, "nobody connected"

    def hand_over(self, kind: str, payload: Any, **more: Any) -> Acknowledged:
        """Tell the app something; this will return its acknowledgement, or 504."""
        name = secrets.token_hex(12)
        answer: Future[Any] = Future()
        self.waiting[name] = answer
        envelope = {
            "envelope_id": name,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
            **more,
        }
        self.say(envelope)
        try:
            said = answer.result(ACK_SECONDS)
        except TimeoutError:
            return Acknowledged(504, None)
        return Acknowledged(200, said.get("payload"))

    def say(self, envelope: dict[str, Any]) -> None:
        """Send something to whoever connected last."""
        connection = self.open[-1]
        self._run(connection.send_json(envelope))

    def refresh(self) -> None:
        """Ask the app to connect anew, as Slack does every few hours, and hang up."""
        self.say({"type": "disconnect", "reason": "refresh_requested"})
        self.drop()

    def drop(self) -> None:
        """Lose every connection."""
        for connection in list(self.open):
            self._run(connection.close())

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection."""
        if request.query.get("ticket") not in self.tickets:
            return web.Response(status=403)
        self.tickets.discard(request.query["ticket"])
        connection = web.WebSocketResponse(heartbeat=5)
        await connection.prepare(request)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {}}
        await connection.send_json(hello)
        self._note(connection, is_there=True)
        try:
            async for message in connection:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._note(connection, is_there=False)
        return connection

    def _acknowledged(self, text: str) -> None:
        said = json.loads(text)
        waiting = self.waiting.pop(said.get("envelope_id", ""), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    def _note(self, connection: web.WebSocketResponse, *, is_there: bool) -> None:
        with self.changed:
            if is_there:
                self.open.append(connection)
                self.connections += 1
            else:
                self.open.remove(connection)
            self.changed.notify_all()


@contextmanager
def serving() -> Iterator[Socket]:
    """Serve on a free port of this machine."""
    socket = Socket()
    thread = Thread(target=socket.loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_started(socket), socket.loop).result(10)
    try:
        yield socket
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), socket.loop).result(10)
        socket.loop.call_soon_threadsafe(socket.loop.stop)
        thread.join()
        socket.loop.close()


async def _started(socket: Socket) -> web.AppRunner:
    app = web.Application()
    app.router.add_get("/link/", socket.link)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    socket.base = f"ws://127.0.0.1:{port}"
    return runner
