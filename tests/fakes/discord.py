"""Discord's webhooks on this machine: messages with embeds, and their limits."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes import web

WEBHOOK = "/api/webhooks/1098765432109876543/aBc-DeF_s3cret"
CHANNEL = "1011121314151617181"
UNKNOWN_WEBHOOK = {"message": "Unknown Webhook", "code": 10015}
UNKNOWN_MESSAGE = {"message": "Unknown Message", "code": 10008}
LIMITS = {"title": 256, "description": 4096}
TOTAL, FIELDS, EMBEDS = 6000, 25, 10

Answer = tuple[int, dict[str, Any], dict[str, str]]


@dataclass
class Discord:
    """The messages of a webhook's channel, and what is answered instead, once each."""

    base: str = ""
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    # What was asked for behind the path, of each request.
    queries: list[str] = field(default_factory=list)
    is_there: bool = True
    # Takes no address without a dot in its host, as the real one.
    is_strict: bool = False

    @property
    def address(self) -> str:
        return self.base + WEBHOOK

    @property
    def last(self) -> dict[str, Any]:
        return list(self.messages.values())[-1]


class _Handler(web.Handler):
    discord: Discord

    def do_GET(self) -> None:
        if self._is_refused():
            return
        found = {"id": "1", "type": 1, "name": "OnCall", "channel_id": CHANNEL}
        self.answer(200, found)

    def do_POST(self) -> None:
        body = json.loads(self.body())
        if self._is_refused() or self._is_wrong(body):
            return
        number = str(2_000_000_000_000_000_000 + len(self.discord.messages))
        self.discord.messages[number] = body
        if "wait=true" in self.path:
            self.answer(200, {"id": number, "channel_id": CHANNEL, **body})
        else:
            self.send_response(204)
            self.end_headers()

    def do_PATCH(self) -> None:
        body = json.loads(self.body())
        if self._is_refused() or self._is_wrong(body):
            return
        number = urlsplit(self.path).path.rpartition("/")[2]
        if number not in self.discord.messages:
            self.answer(404, UNKNOWN_MESSAGE)
            return
        self.discord.messages[number] |= body
        self.answer(200, {"id": number, **body})

    def _is_refused(self) -> bool:
        self.discord.queries.append(urlsplit(self.path).query)
        if self.discord.answers:
            status, said, head = self.discord.answers.pop(0)
            self.answer(status, said, **head)
            return True
        if not self.discord.is_there or not self.path.startswith(WEBHOOK):
            self.answer(404, UNKNOWN_WEBHOOK)
            return True
        thread = parse_qs(urlsplit(self.path).query).get("thread_id", ["1"])[0]
        if not thread.isdecimal():
            self.answer(400, {"message": "Invalid Form Body", "code": 50035})
            return True
        return False

    def _is_wrong(self, body: dict[str, Any]) -> bool:
        wrong = wrong_with(body, is_strict=self.discord.is_strict)
        if wrong:
            said = {"message": "Invalid Form Body", "code": 50035, "errors": wrong}
            self.answer(400, said)
        return bool(wrong)


def wrong_with(body: dict[str, Any], *, is_strict: bool = False) -> str:
    """Say what Discord would not take of a message; it counts as JavaScript does."""
    embeds = body.get("embeds", [])
    if len(embeds) > EMBEDS or (not embeds and not body.get("content")):
        return "too many embeds, or nothing at all"
    if length(body.get("content") or "") > 2000:
        return "a content of more than 2,000"
    if sum(length(text) for embed in embeds for text in _texts(embed)) > TOTAL:
        return "more than 6,000 in all"
    for embed in embeds:
        if wrong := _wrong(embed) or (_unfit(embed) if is_strict else ""):
            return wrong
    return ""


def length(text: str) -> int:
    """Count a text as JavaScript does."""
    return len(text.encode("utf-16-le")) // 2


def _wrong(embed: dict[str, Any]) -> str:
    for name, most in LIMITS.items():
        if length(embed.get(name, "")) > most:
            return f"{name} of more than {most}"
    if length(embed.get("author", {}).get("name", "")) > 256:
        return "an author of more than 256"
    if length(embed.get("footer", {}).get("text", "")) > 2048:
        return "a footer of more than 2,048"
    if len(embed.get("fields", ())) > FIELDS:
        return "more than 25 fields"
    for each in embed.get("fields", ()):
        if not 1 <= length(each["name"]) <= 256:
            return "a field's name"
        if not 1 <= length(each["value"].strip()) <= 1024:
            return "a field's value"
    return ""


def _unfit(embed: dict[str, Any]) -> str:
    addresses = [embed.get("url"), embed.get("image", {}).get("url")]
    hosts = [urlsplit(each).hostname or "" for each in addresses if each]
    return "" if all("." in host for host in hosts) else "not a well formed URL"


def _texts(embed: dict[str, Any]) -> Iterator[str]:
    yield embed.get("title", "")
    yield embed.get("description", "")
    yield embed.get("author", {}).get("name", "")
    yield embed.get("footer", {}).get("text", "")
    for each in embed.get("fields", ()):
        yield each["name"]
        yield each["value"]


@contextmanager
def serving() -> Iterator[Discord]:
    """Run Discord on a free port."""
    discord = Discord()
    with web.serving(_Handler, discord=discord) as discord.base:
        yield discord
