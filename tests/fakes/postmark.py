"""A mail provider on this machine: takes mails by its interface, and may refuse."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "the server's token"
# Its code for an address that it sends nothing to any more.
INACTIVE = 406
SECRET = "hooks:the secret of our door"


@dataclass
class Postmark:
    """What was taken, and what is answered."""

    base: str = ""
    mails: list[dict[str, Any]] = field(default_factory=list)
    # The answers to the next requests: (status, the provider's code).
    errors: list[tuple[int, int]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    postmark: Postmark
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        mail = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["X-Postmark-Server-Token"] != TOKEN:
            self._answer(401, {"ErrorCode": 10, "Message": "No."})
        elif self.postmark.errors:
            status, code = self.postmark.errors.pop(0)
            said = f"Found inactive addresses: {mail['To']}. Inactive recipients: 1."
            words = said if code == INACTIVE else "No."
            self._answer(status, {"ErrorCode": code, "Message": words})
        else:
            name = secrets.token_hex(16)
            self.postmark.mails.append({**mail, "MessageID": name})
            taken = {"To": mail["To"], "MessageID": name, "ErrorCode": 0}
            self._answer(200, {**taken, "Message": "OK"})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Postmark]:
    """Run a mail provider on a free port."""
    postmark = Postmark()
    handler = type("Handler", (_Handler,), {"postmark": postmark})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    postmark.base = f"http://127.0.0.1:{server.server_port}/"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield postmark
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
