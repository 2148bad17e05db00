"""A receiver of webhooks on this machine: keeps what comes, answers as it is told."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tests.fakes import web


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)["event"]
        return found

    @property
    def type(self) -> str:
        return str(self.event["event_type"])


Answer = Callable[["Handler"], None]


@dataclass
class Receiver:
    """What it has received, and how it answers."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    # Of the next requests, in their order; then 204 again.
    answers: list[int | Answer] = field(default_factory=list)
    # What everything is answered with, instead.
    always: int | Answer | None = None
    # Set at the end: a handler that keeps silent waits for it.
    over: Event = field(default_factory=Event)

    @property
    def types(self) -> list[str]:
        return [each.type for each in self.received]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2].strip("/"))


class Handler(web.Handler):
    """Takes a webhook."""

    receiver: Receiver

    def do_POST(self) -> None:
        """Keep the request, and answer."""
        own = self.receiver
        own.received.append(Received(dict(self.headers), self.body()))
        answer = own.always or (own.answers.pop(0) if own.answers else 204)
        if callable(answer):
            answer(self)
        else:
            self.plain(answer)

    def plain(self, status: int, text: str = "", **headers: str) -> None:
        """Answer with a text."""
        content = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def keep_silent(self) -> None:
        """Answer nothing until the test is over."""
        self.receiver.over.wait()
        self.hang_up()


class _Server(ThreadingHTTPServer):
    """Says nothing of callers who do not like its certificate."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """Receive on a free port of this machine, with TLS if there is a certificate."""
    receiver = Receiver()
    kind = type("OwnHandler", (Handler,), {"receiver": receiver})
    server = _Server(("127.0.0.1", 0), kind)
    scheme = "http"
    if certificate is not None:
        scheme = "https"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    receiver.url = f"{scheme}://127.0.0.1:{server.server_port}/"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
