"""Doubles of a mail server and of Twilio that misbehave on request."""

import asyncio
import base64
import json
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from random import Random
from typing import Self
from urllib.parse import parse_qsl

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
class Provider:
    """What all of them have: a mood, a ledger, and somebody who reads the pages.

    The moods: `silent` takes nothing and answers nothing, `busy` and `broken` refuse
    for now, `dying` takes and hangs up, `late` takes and answers when nobody waits.
    """

    ledger: Ledger
    hopeless: frozenset[str]
    chance: Random
    listener: Listener
    mood: str = ""

    def strikes(self) -> str:
        """The mood for one request."""
        return self.mood if self.mood and self.chance.random() < SHARE else ""

    async def linger(self) -> None:
        """Let the sender wait until it has given up."""
        await asyncio.sleep(LONG)

    def note(self, kind: str, address: str, token: str, text: str, as_: str) -> None:
        """Write the page down; one that has arrived is read by its receiver."""
        marks = tuple(dict.fromkeys(MARK.findall(text)))
        page = Page(time.time(), kind, address, token, text, marks, as_)
        self.ledger.pages.append(page)
        if page.has_arrived:
            self.listener(page)


class Mail(Provider):
    """A mail server."""

    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, backlog=512, limit=wire.LARGEST
        )
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._server:
            self._server.close()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            await self._talk(reader, writer)
        writer.close()

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


class Twilio(Provider):
    """Twilio's REST API for texts and calls."""

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

    async def _handle(self, request: wire.Message) -> bytes | None:
        expected = base64.b64encode(f"{SID}:{AUTH_TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _refusal(401, 20003, "Authenticate")
        start = f"POST /2010-04-01/Accounts/{SID}/"
        kind = request.start.removeprefix(start).split(".json")[0]
        if kind not in ("Messages", "Calls"):
            return _refusal(404, 20404, "Not found")
        return await self._take(kind, dict(parse_qsl(request.body.decode())))

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
        self._note(kind, asked, "unsure" if mood else "taken")
        if mood == "late":
            await self.linger()
        if mood == "dying":
            return None
        sid = ("SM" if kind == "Messages" else "CA") + secrets.token_hex(16)
        body = {"sid": sid, "status": "queued", "error_code": None}
        return wire.answer(201, json.dumps(body).encode())

    def _note(self, kind: str, asked: dict[str, str], verdict: str) -> None:
        name = "sms" if kind == "Messages" else "voice"
        token = asked.get("StatusCallback", "").rpartition("/")[2]
        text = asked.get("Body") or asked.get("Twiml") or ""
        self.note(name, asked["To"], token, text, verdict)


def _refusal(status: int, code: int, words: str) -> bytes:
    body = {"status": status, "code": code, "message": words}
    return wire.answer(status, json.dumps(body).encode())
