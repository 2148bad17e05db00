"""A push service on this machine: takes what the web push protocol demands, no less."""

import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from time import time
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fakes import web

CURVE = ec.SECP256R1()
LONGEST = 4096
URGENCIES = {"very-low", "low", "normal", "high"}
TOPIC = re.compile(r"[\w-]{0,32}", re.ASCII)
DAY = 86400


class Wrong(Exception):
    """A request that a push service refuses: the status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Received:
    """A push that was taken, with what only the browser can read of it."""

    headers: dict[str, str]
    content: dict[str, Any]
    claims: dict[str, Any]


@dataclass
class Browser:
    """A browser that has subscribed with a key: it alone can read its pushes."""

    endpoint: str
    application_key: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(CURVE)
    )
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    received: list[Received] = field(default_factory=list)

    @property
    def subscription(self) -> dict[str, Any]:
        """What the browser tells the page."""
        point = self.key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": encoded(point), "auth": encoded(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypt a push. Raises Wrong if it is not for this browser."""
        try:
            text = http_ece.decrypt(
                body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
            )
        except http_ece.ECEException as error:
            raise Wrong(400, "cannot be decrypted") from error
        found: dict[str, Any] = json.loads(text)
        return found


@dataclass
class PushService:
    """Who has subscribed, and what is answered."""

    base: str = ""
    browsers: dict[str, Browser] = field(default_factory=dict)
    # The answers to the next requests: a status, and headers.
    errors: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    # What was refused, and why; a good sender leaves this empty.
    refusals: list[str] = field(default_factory=list)
    # While set, requests get no answer.
    silent: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    def subscribe(self, application_key: str) -> Browser:
        """Let a browser subscribe with the key of an application."""
        path = f"/push/{secrets.token_urlsafe(24)}"
        browser = Browser(self.base + path, application_key)
        self.browsers[path] = browser
        return browser

    def unsubscribe(self, browser: Browser) -> None:
        """Let it go: from now on its endpoint is gone."""
        del self.browsers[browser.endpoint.removeprefix(self.base)]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """Check a push as the standards say, then hand it over. Raises Wrong."""
        browser = self.browsers.get(path)
        if browser is None:
            raise Wrong(410, "no such subscription")
        claims = _authorized(headers, browser.application_key, self.base)
        if headers.get("content-encoding") != "aes128gcm":
            raise Wrong(400, "content-encoding")
        if not headers.get("ttl", "").isdecimal():
            raise Wrong(400, "ttl")
        if headers.get("urgency", "normal") not in URGENCIES:
            raise Wrong(400, "urgency")
        if not TOPIC.fullmatch(headers.get("topic", "")):
            raise Wrong(400, "topic")
        if len(body) > LONGEST:
            raise Wrong(413, "too long")
        browser.received.append(Received(headers, browser.read(body), claims))


def encoded(raw: bytes) -> str:
    """Spell bytes as the web does."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Read what `encoded` wrote."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _authorized(headers: dict[str, str], key: str, origin: str) -> dict[str, Any]:
    """Check who pushes (RFC 8292). Raises Wrong; this will return the claims."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    parts = dict(p.strip().split("=", 1) for p in rest.split(",") if "=" in p)
    if scheme != "vapid" or set(parts) != {"t", "k"}:
        raise Wrong(401, "no vapid")
    if parts["k"].rstrip("=") != key:
        raise Wrong(403, "another application's subscription")
    head, claims, signature = parts["t"].split(".")
    if json.loads(decoded(head)).get("alg") != "ES256":
        raise Wrong(401, "alg")
    raw = decoded(signature)
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(key))
    try:
        public.verify(
            encode_dss_signature(*numbers),
            f"{head}.{claims}".encode(),
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature as error:
        raise Wrong(401, "signature") from error
    found: dict[str, Any] = json.loads(decoded(claims))
    if found.get("aud") != origin:
        raise Wrong(401, "aud")
    if not time() < found.get("exp", 0) <= time() + DAY:
        raise Wrong(401, "exp")
    if not str(found.get("sub", "")).startswith(("mailto:", "https:")):
        raise Wrong(401, "sub")
    return found


class _Handler(web.Handler):
    service: PushService

    def do_POST(self) -> None:
        body = self.body()
        if self.service.silent.is_set():
            self.service.released.wait(5)
            self.hang_up()
            return
        if self.service.errors:
            status, extra = self.service.errors.pop(0)
            self.answer(status, {}, **extra)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self.service.take(self.path, headers, body)
        except Wrong as refusal:
            self.service.refusals.append(str(refusal))
            self.answer(refusal.status, {})
        else:
            self.answer(201, {}, Location=f"{self.service.base}/message/1")


@contextmanager
def serving() -> Iterator[PushService]:
    """Run a push service on a free port."""
    service = PushService()
    with web.serving(_Handler, service=service) as service.base:
        try:
            yield service
        finally:
            service.released.set()
