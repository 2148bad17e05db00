"""Doubles of a mail server, of Twilio and of a gateway that misbehave on request."""

import asyncio
import base64
import json
import re
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.utils import formatdate
from random import Random
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.fakes.gateway import TOKEN
from tests.fakes.twilio import AUTH_TOKEN, SID
from tests.prove import wire
from tests.prove.ledger import Ledger, Page

MARK = re.compile(r"E\d{6}Z")
# Longer than the product waits for a provider.
LONG = 13.0
# The part of the requests that a mood falls upon.
SHARE = 0.6
NOT_VALID = 21211
TOO_MANY = 20429

Listener = Callable[[Page], None]


@dataclass
class Provider(ABC):
    """What all of them have: a mood, a ledger, and somebody who reads the pages.

    The moods: `silent` takes nothing and answers nothing, `busy` and `broken` refuse
    for now, `dying` takes and hangs up, `late` takes and answers when nobody waits.
    """

    ledger: Ledger
    hopeless: frozenset[str]
    chance: Random
    listener: Listener
    mood: str = ""
    share: float = SHARE
    # How often anything was asked of it.
    asked: int = 0

    @abstractmethod
    async def __aenter__(self) -> Self:
        """Be there, at a port of its own."""

    @abstractmethod
    async def __aexit__(self, *failure: object) -> None:
        """Be gone."""

    def strikes(self) -> str:
        """The mood for one request."""
        self.asked += 1
        return self.mood if self.mood and self.chance.random() < self.share else ""

    async def linger(self) -> None:
        """Let the sender wait until it has given up."""
        await asyncio.sleep(LONG)

    def note(
        self,
        kind: str,
        address: str,
        token: str,
        text: str,
        as_: str,
        id_: str = "",
        keys: str = "",
    ) -> None:
        """Write the page down; one that has arrived is read by its receiver."""
        marks = tuple(dict.fromkeys(MARK.findall(text)))
        by = type(self).__name__.lower()
        page = Page(time.time(), kind, address, token, text, marks, as_, by, id_, keys)
        self.ledger.pages.append(page)
        if page.has_arrived:
            self.listener(page)


class Mail(Provider):
    """A mail server."""

    _listener: wire.Listener | None = None

    async def __aenter__(self) -> Self:
        self._listener = await wire.Listener(self._talk).__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._listener:
            await self._listener.__aexit__()

    @property
    def port(self) -> int:
        assert self._listener is not None
        return self._listener.port

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"220 mail ESMTP\r\n")
        receiver = ""
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                receiver = line.decode().partition("<")[2].partition(">")[0]
            if verb != b"DATA":
                writer.write(b"221 Bye\r\n" if verb == b"QUIT" else b"250 OK\r\n")
                continue
            writer.write(b"354 Go on\r\n")
            mail = await reader.readuntil(b"\r\n.\r\n")
            answer = await self._take(receiver, mail)
            if not answer:
                return
            writer.write(answer)

    async def _take(self, receiver: str, mail: bytes) -> bytes:
        """Take a mail as the mood is; nothing means to hang up."""
        mood = self.strikes()
        if mood == "silent":
            await self.linger()
            return b""
        if mood in ("busy", "broken"):
            self._note(receiver, mail, "refused")
            return b"451 Too busy\r\n" if mood == "busy" else b"421 Broken\r\n"
        self._note(receiver, mail, "unsure" if mood else "taken")
        if mood == "late":
            await self.linger()
        return b"" if mood == "dying" else b"250 Taken\r\n"

    def _note(self, receiver: str, mail: bytes, verdict: str) -> None:
        read = message_from_bytes(mail, policy=policy.default)
        body = read.get_body(("plain",))
        text = f"{read['Subject']}\n{body.get_content() if body else ''}"
        token = str(read["Message-ID"]).strip("<>").partition("@")[0]
        self.note("email", receiver, token, text, verdict)


class WebProvider(Provider):
    """One that is spoken to in HTTP."""

    _server: wire.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await wire.Server(self._handle).__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._server:
            await self._server.__aexit__()

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.port

    @abstractmethod
    async def _handle(self, request: wire.Message) -> bytes | None:
        """Answer a request; None means to hang up."""


@dataclass
class Twilio(WebProvider):
    """Twilio's REST API for texts and calls."""

    # The texts that were taken: receiver, id, words and when.
    texts: list[tuple[str, str, str, float]] = field(default_factory=list)

    async def _handle(self, request: wire.Message) -> bytes | None:
        expected = base64.b64encode(f"{SID}:{AUTH_TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _refusal(401, 20003, "Authenticate")
        path = urlsplit(request.path)
        start = f"/2010-04-01/Accounts/{SID}/"
        kind = path.path.removeprefix(start).removesuffix(".json")
        if kind == "Messages" and request.start.startswith("GET "):
            return self._list(parse_qs(path.query).get("To", [""])[0])
        if kind not in ("Messages", "Calls"):
            return _refusal(404, 20404, "Not found")
        return await self._take(kind, dict(parse_qsl(request.body.decode())))

    def _list(self, address: str) -> bytes:
        """Show the newest texts to a number."""
        if self.strikes():
            return _refusal(500, TOO_MANY, "Not now")
        mine = [text for text in reversed(self.texts) if text[0] == address]
        shown = [
            {"sid": sid, "body": body, "date_created": formatdate(at)}
            for _to, sid, body, at in mine[:20]
        ]
        return wire.answer(200, json.dumps({"messages": shown}).encode())

    async def _take(self, kind: str, asked: dict[str, str]) -> bytes | None:
        """Take a text or a call as the mood is; None means to hang up."""
        if asked["To"] in self.hopeless:
            self._note(kind, asked, "hopeless")
            return _refusal(400, NOT_VALID, "Invalid 'To' Phone Number")
        mood = self.strikes()
        if mood == "silent":
            await self.linger()
            return None
        if mood in ("busy", "broken"):
            self._note(kind, asked, "refused")
            status = 429 if mood == "busy" else 500
            return _refusal(status, TOO_MANY, "Not now")
        sid = ("SM" if kind == "Messages" else "CA") + secrets.token_hex(16)
        if kind == "Messages":
            self.texts.append((asked["To"], sid, asked.get("Body", ""), time.time()))
        self._note(kind, asked, "unsure" if mood else "taken", sid)
        if mood == "late":
            await self.linger()
        if mood == "dying":
            return None
        body = {"sid": sid, "status": "queued", "error_code": None}
        return wire.answer(201, json.dumps(body).encode())

    def _note(
        self, kind: str, asked: dict[str, str], verdict: str, sid: str = ""
    ) -> None:
        name = "sms" if kind == "Messages" else "voice"
        token = asked.get("StatusCallback", "").rpartition("/")[2]
        text = asked.get("Body") or asked.get("Twiml") or ""
        self.note(name, asked["To"], token, text, verdict, sid)


@dataclass
class Gateway(WebProvider):
    """A gateway as docs/gateway.md describes it: it knows what it took by its token."""

    taken: dict[str, str] = field(default_factory=dict)

    async def _handle(self, request: wire.Message) -> bytes | None:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _said(401, {"error": "unauthorized"})
        path = urlsplit(request.path)
        kind = path.path.strip("/")
        if kind not in ("sms", "voice"):
            return _said(404, {})
        if request.start.startswith("GET "):
            return self._find(parse_qs(path.query).get("token", [""])[0])
        return await self._take(kind, json.loads(request.body))

    def _find(self, token: str) -> bytes:
        if self.strikes():
            return _said(500, {})
        found = self.taken.get(token)
        return _said(200, {"id": found}) if found else _said(404, {})

    async def _take(self, kind: str, asked: dict[str, Any]) -> bytes | None:
        """Take a text or a call as the mood is; None means to hang up."""
        if asked["to"] in self.hopeless:
            self._note(kind, asked, "hopeless", "")
            return _said(422, {"error": "invalid_number"})
        mood = self.strikes()
        if mood == "silent":
            await self.linger()
            return None
        if mood in ("busy", "broken"):
            self._note(kind, asked, "refused", "")
            return _said(429 if mood == "busy" else 500, {})
        if known := self.taken.get(asked["token"]):
            return _said(200, {"id": known})
        id_ = self.taken[asked["token"]] = secrets.token_hex(8)
        self._note(kind, asked, "unsure" if mood else "taken", id_)
        if mood == "late":
            await self.linger()
        return None if mood == "dying" else _said(201, {"id": id_})

    def _note(self, kind: str, asked: dict[str, Any], verdict: str, id_: str) -> None:
        text = asked.get("text") or asked.get("say") or ""
        keys = asked.get("keys", "")
        self.note(kind, asked["to"], asked["token"], text, verdict, id_, keys)


def _said(status: int, body: dict[str, Any]) -> bytes:
    return wire.answer(status, json.dumps(body).encode())


def _refusal(status: int, code: int, words: str) -> bytes:
    body = {"status": status, "code": code, "message": words}
    return wire.answer(status, json.dumps(body).encode())
