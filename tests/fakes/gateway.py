"""A gateway on this machine that speaks the protocol of docs/gateway.md, and fails."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes import web

TOKEN = "what we show to the gateway"
SECRET = "what the gateway signs with"
NUMBER = "+4930999999"
SITE = "https://oncall.example"


@dataclass
class Gateway:
    """What was taken, and what is answered."""

    base: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    # Whatever was asked for, taken or not.
    asked: int = 0
    # The answers to the next requests: (status, body).
    errors: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    # While set, requests get no answer; or are taken first, and get none then.
    silent: Event = field(default_factory=Event)
    dies: Event = field(default_factory=Event)
    # While set, an answer comes a byte at a time, and never ends.
    drips: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    def posts(
        self,
        client: Any,
        path: str,
        said: Any,
        *,
        secret: str = SECRET,
        site: str = SITE,
        at: float | None = None,
        sign: bool = True,
    ) -> Any:
        """Call back through Django's test client, signed as the protocol says."""
        body = json.dumps(said).encode()
        timestamp = str(int(time.time() if at is None else at))
        mac = hmac.new(
            secret.encode(),
            timestamp.encode() + b"\n" + (site + path).encode() + b"\n" + body,
            hashlib.sha256,
        )
        headers = {"X-OnCall-Timestamp": timestamp}
        if sign:
            headers["X-OnCall-Signature"] = f"v1={mac.hexdigest()}"
        return client.post(path, body, content_type="application/json", headers=headers)

    def reports(self, client: Any, taken: dict[str, Any], status: str) -> Any:
        """Say what became of a text or a call."""
        path = taken["status"].removeprefix(SITE)
        return self.posts(client, path, {"id": taken["id"], "status": status})

    def presses(self, client: Any, address: str, digits: str) -> dict[str, Any]:
        """Let the person press a key, or none; and return what is said then."""
        answer = self.posts(client, address.removeprefix(SITE), {"digits": digits})
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def receives(self, client: Any, number: str, text: str) -> str:
        """Bring a person's text, and return what is answered."""
        said = {"from": number, "to": NUMBER, "text": text}
        answer = self.posts(client, "/gateway/sms", said)
        assert answer.status_code == 200, answer.content
        return str(answer.json()["text"])


class _Handler(web.Handler):
    gateway: Gateway

    def do_POST(self) -> None:
        said = json.loads(self.body())
        if self._is_refused():
            return
        known = [t for t in self.gateway.taken if t["token"] == said["token"]]
        if not known:
            known = [{**said, "id": secrets.token_hex(8), "path": self.path}]
            self.gateway.taken += known
        if self.gateway.dies.is_set():
            self.hang_up()
            return
        self.answer(201, {"id": known[0]["id"]})

    def do_GET(self) -> None:
        if self._is_refused():
            return
        token = parse_qs(urlsplit(self.path).query)["token"][0]
        found = [t for t in self.gateway.taken if t["token"] == token]
        self.answer(*((200, {"id": found[0]["id"]}) if found else (404, {})))

    def _is_refused(self) -> bool:
        self.gateway.asked += 1
        if self.gateway.silent.is_set():
            self.gateway.released.wait(5)
            self.hang_up()
        elif self.gateway.drips.is_set():
            self._drip()
        elif self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.answer(401, {"error": "unauthorized"})
        elif self.gateway.errors:
            self.answer(*self.gateway.errors.pop(0))
        else:
            return False
        return True

    def _drip(self) -> None:
        self.close_connection = True
        self.send_response(201)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        try:
            while not self.gateway.released.wait(0.01):
                self.wfile.write(b" ")
        except OSError:
            return


@contextmanager
def serving() -> Iterator[Gateway]:
    """Run a gateway on a free port."""
    gateway = Gateway()
    with web.serving(_Handler, gateway=gateway) as gateway.base:
        try:
            yield gateway
        finally:
            gateway.released.set()
