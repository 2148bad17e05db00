"""A double of a browser's push service, and of the browser that reads what it takes."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.prove import wire
from tests.prove.providers import WebProvider

PATH = "/push/"
CREATED, TOO_MANY, BROKEN, GONE = 201, 429, 500, 410


@dataclass(frozen=True)
class Browser:
    """The secrets of one browser's subscription."""

    address: str
    private: int
    auth: bytes

    @property
    def p256dh(self) -> str:
        """The public key, as a browser spells it."""
        point = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return encoded(point)

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypt a push; raises an error for one that is not for this browser."""
        plain = http_ece.decrypt(
            body, private_key=self._key, auth_secret=self.auth, version="aes128gcm"
        )
        found: dict[str, Any] = json.loads(plain)
        return found

    @property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.private, ec.SECP256R1())


def encoded(raw: bytes) -> str:
    """Base64 as browsers and the product write it."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def browser(stored: dict[str, str]) -> Browser:
    """Read what `furnishing` has printed."""
    auth = urlsafe_b64decode(stored["auth"] + "==")
    return Browser(stored["address"], int(stored["private"]), auth)


class PushService(WebProvider):
    """Takes pushes for browsers, each at a path of its own."""

    def __post_init__(self) -> None:
        self.browsers: dict[str, Browser] = {}

    async def _handle(self, request: wire.Message) -> bytes | None:
        browser = self.browsers.get(request.path.removeprefix(PATH))
        if browser is None:
            return wire.answer(GONE)
        if not request.headers.get("authorization", "").startswith("vapid "):
            return wire.answer(403)
        return await self._take(browser, browser.read(request.body))

    async def _take(self, browser: Browser, content: dict[str, Any]) -> bytes | None:
        mood = self.strikes()
        if mood == "silent":
            await self.linger()
            return None
        text = f"{content['title']}\n{content['body']}\n{content['answer']}"
        token = content["answer"].split("/")[2].partition("~")[0]
        verdict = (
            ("refused" if mood in ("busy", "broken") else "unsure") if mood else ""
        )
        self.note("push", browser.address, token, text, verdict or "taken")
        if mood in ("busy", "broken"):
            return wire.answer(TOO_MANY if mood == "busy" else BROKEN)
        if mood == "late":
            await self.linger()
        return None if mood == "dying" else wire.answer(CREATED)
