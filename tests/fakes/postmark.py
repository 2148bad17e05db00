"""A mail provider on this machine: takes mails by its interface, and may refuse."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import web

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


class _Handler(web.Handler):
    postmark: Postmark

    def do_POST(self) -> None:
        mail = json.loads(self.body())
        if self.headers["X-Postmark-Server-Token"] != TOKEN:
            self.answer(401, {"ErrorCode": 10, "Message": "No."})
        elif self.postmark.errors:
            status, code = self.postmark.errors.pop(0)
            said = f"Found inactive addresses: {mail['To']}. Inactive recipients: 1."
            words = said if code == INACTIVE else "No."
            self.answer(status, {"ErrorCode": code, "Message": words})
        else:
            name = secrets.token_hex(16)
            self.postmark.mails.append({**mail, "MessageID": name})
            taken = {"To": mail["To"], "MessageID": name, "ErrorCode": 0}
            self.answer(200, {**taken, "Message": "OK"})


@contextmanager
def serving() -> Iterator[Postmark]:
    """Run a mail provider on a free port."""
    postmark = Postmark()
    with web.serving(_Handler, postmark=postmark) as postmark.base:
        yield postmark
