"""A Twilio on this machine: takes texts and calls by its REST API, and calls back."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Event
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

from tests.fakes import web

SID = "AC" + "1" * 32
AUTH_TOKEN = "the token that Twilio and we share"
NUMBER = "+15005550006"
SITE = "https://oncall.example"


@dataclass(frozen=True)
class Taken:
    """A text or a call that was asked for, with its parameters as Twilio names them."""

    kind: str
    sid: str
    parameters: dict[str, str]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def token(self) -> str:
        """The last part of the callback's address."""
        return self.parameters["StatusCallback"].rpartition("/")[2]


@dataclass
class Twilio:
    """What was asked for, and what is answered."""

    base: str = ""
    taken: list[Taken] = field(default_factory=list)
    # The answers to the next requests: (status, code, message).
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    # While set, requests get no answer.
    silent: Event = field(default_factory=Event)
    # While set, requests are taken, and get no answer.
    dies: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    def texts(self) -> list[str]:
        """The texts that were taken."""
        return [t.parameters["Body"] for t in self.taken if t.kind == "Messages"]

    def posts(
        self,
        client: Any,
        path: str,
        parameters: Mapping[str, str],
        *,
        token: str = AUTH_TOKEN,
        site: str = SITE,
    ) -> Any:
        """Call back, signed, through Django's test client."""
        signed = {"X-Twilio-Signature": signature(site + path, parameters, token)}
        return client.post(path, parameters, headers=signed)

    def reports(self, client: Any, taken: Taken, status: str, code: str = "") -> Any:
        """Say what became of a text or a call."""
        name = "MessageStatus" if taken.kind == "Messages" else "CallStatus"
        path = taken.parameters["StatusCallback"].removeprefix(SITE)
        named = "MessageSid" if taken.kind == "Messages" else "CallSid"
        parameters = {named: taken.sid, name: status}
        if code:
            parameters["ErrorCode"] = code
        return self.posts(client, path, parameters)

    def receives(self, client: Any, number: str, body: str) -> str:
        """Bring a person's text, and return what is answered."""
        parameters = {
            "MessageSid": "SM" + secrets.token_hex(16),
            "From": number,
            "To": NUMBER,
            "Body": body,
        }
        answer = self.posts(client, "/twilio/sms", parameters)
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"] == "text/xml"
        return "".join(_parsed(answer.content).itertext())

    def connects(self, client: Any, taken: Taken) -> "Call":
        """Let somebody, or a machine, pick up."""
        if "Twiml" in taken.parameters:
            return Call(taken.parameters["Twiml"])
        path = taken.parameters["Url"].removeprefix(SITE)
        answer = self.posts(client, path, {"CallSid": taken.sid})
        return Call(answer.content.decode())

    def presses(self, client: Any, call: "Call", digit: str) -> "Call":
        """Let the person press a key."""
        path = call.action.removeprefix(SITE)
        answer = self.posts(client, path, {"Digits": digit})
        return Call(answer.content.decode())


class Call:
    """What Twilio was told to do in a call."""

    def __init__(self, document: str) -> None:
        self.root = _parsed(document)
        assert self.root.tag == "Response"

    @property
    def said(self) -> list[str]:
        return ["".join(say.itertext()) for say in self.root.iter("Say")]

    @property
    def action(self) -> str:
        gather = self.root.find("Gather")
        return "" if gather is None else gather.attrib["action"]


def _parsed(document: str | bytes) -> ElementTree.Element:
    return ElementTree.fromstring(document)  # noqa: S314 our own product wrote it


def signature(url: str, parameters: Mapping[str, str], token: str) -> str:
    """Sign as Twilio's documentation says."""
    text = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    mac = hmac.new(token.encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


class _Handler(web.Handler):
    twilio: Twilio

    def do_POST(self) -> None:
        body = self.body().decode()
        if self.twilio.silent.is_set():
            self.twilio.released.wait(5)
            self.hang_up()
            return
        expected = base64.b64encode(f"{SID}:{AUTH_TOKEN}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {expected}":
            self._refuse(401, 20003, "Authenticate")
        elif self.twilio.errors:
            self._refuse(*self.twilio.errors.pop(0))
        else:
            self._take(dict(parse_qsl(body, strict_parsing=True)))

    def do_GET(self) -> None:
        """List texts to a number, the newest first."""
        address = dict(parse_qsl(urlsplit(self.path).query)).get("To")
        found = [
            {
                "sid": taken.sid,
                "body": taken.parameters["Body"],
                "to": address,
                "date_created": format_datetime(taken.at),
            }
            for taken in reversed(self.twilio.taken)
            if taken.kind == "Messages" and taken.parameters["To"] == address
        ]
        self.answer(200, {"messages": found, "page": 0, "next_page_uri": None})

    def _take(self, parameters: dict[str, str]) -> None:
        start = f"/2010-04-01/Accounts/{SID}/"
        assert self.path.startswith(start), self.path
        kind = self.path[len(start) :].removesuffix(".json")
        assert kind in ("Messages", "Calls"), kind
        sid = ("SM" if kind == "Messages" else "CA") + secrets.token_hex(16)
        self.twilio.taken.append(Taken(kind, sid, parameters))
        if self.twilio.dies.is_set():
            self.hang_up()
            return
        self.answer(201, {"sid": sid, "status": "queued", "error_code": None})

    def _refuse(self, status: int, code: int, message: str) -> None:
        self.answer(status, {"status": status, "code": code, "message": message})


@contextmanager
def serving() -> Iterator[Twilio]:
    """Run a Twilio on a free port."""
    twilio = Twilio()
    with web.serving(_Handler, twilio=twilio) as twilio.base:
        try:
            yield twilio
        finally:
            twilio.released.set()
