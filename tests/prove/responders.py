"""People who read their pages and answer some of them; and Twilio's own callbacks."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Coroutine
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from tests.fakes.gateway import SECRET
from tests.fakes.twilio import AUTH_TOKEN, NUMBER, signature
from tests.prove import wire
from tests.prove.ledger import Answer, Ledger, Page

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE = 8.0
TRIES = 12
PAUSE = 1.0
# How soon people answer, and Twilio reports.
SLOWEST = 40.0
LATEST_REPORT = 12.0


class Responders:
    """All of them; what each does with a page follows from the seed and the page."""

    def __init__(self, seed: int, port: int, ledger: Ledger) -> None:
        self.seed = seed
        self.port = port
        self.site = f"http://localhost:{port}"
        self.ledger = ledger
        self.is_off = False
        self._busy: set[asyncio.Task[None]] = set()
        self._read = 0

    def read(self, page: Page) -> None:
        """Take a page in; this will answer it later, perhaps."""
        self._read += 1
        chance = Random(f"{self.seed}/{page.address}/{self._read}")
        if page.kind in ("sms", "voice"):
            self._later(self._report(page, chance))
        if self.is_off:
            return
        acts = {
            "email": self._by_mail,
            "sms": self._by_text,
            "voice": self._by_key,
            "push": self._by_button,
        }
        self._later(acts[page.kind](page, chance))

    async def rest(self) -> None:
        """Answer nothing more; this will wait for those who are at it."""
        self.is_off = True
        if self._busy:
            await asyncio.wait(self._busy, timeout=SLOWEST + TRIES * PAUSE)

    def _later(self, act: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(act)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _report(self, page: Page, chance: Random) -> None:
        """Say what became of a text or a call: late, twice or never at times."""
        fate = chance.random()
        if fate < 0.05 or not page.token:
            return
        state = "delivered" if page.kind == "sms" else "completed"
        if fate < 0.1:
            state = "undelivered" if page.kind == "sms" else "no-answer"
        await asyncio.sleep(chance.uniform(0.05, LATEST_REPORT if fate > 0.8 else 0.5))
        for _again in range(2 if fate > 0.9 else 1):
            await self._call_back_status(page, state)

    async def _call_back_status(self, page: Page, state: str) -> None:
        if page.provider == "gateway":
            said = {"id": page.id, "status": state, "reason": ""}
            await self._signed(f"/gateway/status/{page.token}", said)
            return
        kind = "Message" if page.kind == "sms" else "Call"
        said = {f"{kind}Status": state, f"{kind}Sid": page.id}
        await self._call_back(f"/twilio/status/{page.token}", said, 1)

    async def _by_text(self, page: Page, chance: Random) -> None:
        if chance.random() > 0.2 or not page.marks:
            return
        await asyncio.sleep(chance.uniform(0.5, SLOWEST))
        number = page.text.partition("#")[2].partition(" ")[0]
        code, verb = chance.choice((("4", "acknowledge"), ("6", "resolve"), ("7", "")))
        asked = {"From": page.address, "To": NUMBER, "Body": f"{code} {number}"}
        answer = await self._call_back("/twilio/sms", asked, TRIES)
        self._note(page, "sms", verb, answer)

    async def _by_key(self, page: Page, chance: Random) -> None:
        if chance.random() > 0.4:
            return
        await asyncio.sleep(chance.uniform(0.5, 8.0))
        key, verb = chance.choice((("4", "acknowledge"), ("6", "resolve"), ("9", "")))
        if page.provider == "gateway":
            answer = await self._signed(urlsplit(page.keys).path, {"digits": key})
        else:
            answer = await self._in_a_call(page, key)
        self._note(page, "voice", verb, answer)

    async def _in_a_call(self, page: Page, key: str) -> bytes:
        """Pick up, listen, and press a key, if there is still one to press."""
        said = await self._call_back(f"/twilio/voice/{page.token}", {}, 2)
        gather = ElementTree.fromstring(said).find("Gather") if said else None  # noqa: S314 our own
        if gather is None:
            return b""
        path = urlsplit(gather.attrib["action"]).path
        return await self._call_back(path, {"Digits": key}, 2)

    async def _by_mail(self, page: Page, chance: Random) -> None:
        """Some links are opened, as scanners do; of some a button is pressed."""
        fate = chance.random()
        found = page.text.partition("/r/")[2].split(maxsplit=1)
        if fate > 0.12 or not found:
            return
        await asyncio.sleep(chance.uniform(0.5, SLOWEST))
        path = f"/r/{found[0]}"
        if fate < 0.04:
            await self._ask("GET", path, b"", {}, 1)
            return
        body = urlencode({"verb": "acknowledge"}).encode()
        answer = await self._ask("POST", path, body, FORM, TRIES)
        if answer is not None and answer.status == 302:
            now = time.time()
            self.ledger.answers.append(
                Answer(now, "link", "acknowledge", page.address, page.token)
            )

    async def _by_button(self, page: Page, chance: Random) -> None:
        """The browser says that it shows the push; of some a button is pressed."""
        path = page.text.splitlines()[-1]
        await self._ask("POST", path.replace("/answer", "/received"), b"", {}, 1)
        if chance.random() > 0.2:
            return
        await asyncio.sleep(chance.uniform(0.5, SLOWEST))
        verb = chance.choice(("acknowledge", "resolve"))
        body = urlencode({"verb": verb}).encode()
        answer = await self._ask("POST", path, body, FORM, TRIES)
        if answer is not None and answer.status == 200:
            self._note(page, "push", verb, answer.body)

    def _note(self, page: Page, via: str, verb: str, answer: bytes) -> None:
        """Remember an answer that the person was told is done."""
        if verb and (b" is yours" in answer or b" is resolved" in answer):
            self.ledger.answers.append(
                Answer(time.time(), via, verb, page.address, page.token)
            )

    async def _call_back(self, path: str, asked: dict[str, str], tries: int) -> bytes:
        headers = {
            **FORM,
            "X-Twilio-Signature": signature(self.site + path, asked, AUTH_TOKEN),
        }
        body = urlencode(asked).encode()
        answer = await self._ask("POST", path, body, headers, tries)
        return answer.body if answer is not None and answer.status == 200 else b""

    async def _signed(self, path: str, said: dict[str, str]) -> bytes:
        """Call back as the gateway does."""
        body, at = json.dumps(said).encode(), str(int(time.time()))
        signed = b"\n".join((at.encode(), (self.site + path).encode(), body))
        mac = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-OnCall-Timestamp": at,
            "X-OnCall-Signature": f"v1={mac}",
        }
        answer = await self._ask("POST", path, body, headers, 2)
        return answer.body if answer is not None and answer.status == 200 else b""

    async def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str], tries: int
    ) -> wire.Message | None:
        for _try in range(tries):
            try:
                answer = await wire.post(
                    self.port, path, body, headers, patience=PATIENCE, method=method
                )
            except wire.Hung:
                answer = None
            if answer is not None and answer.status < 500:
                return answer
            await asyncio.sleep(PAUSE)
        return None
