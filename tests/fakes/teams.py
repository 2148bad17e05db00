"""A workflow of Microsoft Teams on this machine: takes cards as Power Automate does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import web

PATH = "/workflows/0a1b2c/triggers/manual/paths/invoke?api-version=1&sig=s3cret"
LARGEST = 28 * 1024
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
# What a card may hold, and what each needs.
BLOCKS = {
    "Container": {"items"},
    "Image": {"url", "altText"},
    "RichTextBlock": {"inlines"},
    "TextRun": {"text"},
    "Action.OpenUrl": {"title", "url"},
}


@dataclass
class Workflow:
    """What it took, and what it answers instead, once each: (status, body, head)."""

    base: str = ""
    cards: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.base + PATH

    def words(self, card: int = -1) -> list[str]:
        """Every text that a card shows, in its order."""
        return list(_texts(self.cards[card]))


class _Handler(web.Handler):
    workflow: Workflow

    def do_POST(self) -> None:
        body = self.body()
        if self.workflow.answers:
            self._say(*self.workflow.answers.pop(0))
        elif self.path != PATH:
            said = {"error": {"code": "WorkflowNotFound", "message": "Gone."}}
            self._say(404, json.dumps(said), {})
        elif wrong := _wrong(body):
            said = {"error": {"code": "TriggerInputSchemaMismatch", "message": wrong}}
            self._say(400, json.dumps(said), {})
        else:
            message = json.loads(body)
            self.workflow.cards.append(message["attachments"][0]["content"])
            self._say(202, "", {})

    def _say(self, status: int, text: str, head: dict[str, str]) -> None:
        content = text.encode()
        self.send_response(status)
        for name, value in head.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def wrong_with(message: dict[str, Any]) -> str:
    """Say what Teams would not take of a message."""
    return _wrong(json.dumps(message, ensure_ascii=False).encode())


def _wrong(body: bytes) -> str:
    if len(body) > LARGEST:
        return "larger than 28 KB"
    message = json.loads(body)
    if message.get("type") != "message" or len(message.get("attachments", ())) != 1:
        return "no message with one attachment"
    attachment = message["attachments"][0]
    card = attachment.get("content", {})
    if attachment.get("contentType") != ADAPTIVE or card.get("type") != "AdaptiveCard":
        return "no adaptive card"
    if card.get("version") not in ("1.4", "1.5") or not card.get("body"):
        return "no version, or no body"
    actions = card.get("actions", [])
    if len(actions) > 6:
        return "more than six actions"
    return next(filter(None, map(_unfit, [*card["body"], *actions])), "")


def _unfit(block: dict[str, Any]) -> str:
    kind = block.get("type")
    if kind not in BLOCKS:
        return f"unknown {kind}"
    if missing := BLOCKS[kind] - {name for name, value in block.items() if value}:
        return f"{kind} without {missing}"
    inner = [*block.get("items", ()), *block.get("inlines", ())]
    return next(filter(None, map(_unfit, inner)), "")


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, list):
        for each in found:
            yield from _texts(each)
    elif isinstance(found, dict):
        for name in ("text", "title", "altText"):
            if isinstance(found.get(name), str):
                yield found[name]
        for name in ("body", "items", "inlines", "actions"):
            yield from _texts(found.get(name))


@contextmanager
def serving() -> Iterator[Workflow]:
    """Run a workflow on a free port."""
    workflow = Workflow()
    with web.serving(_Handler, workflow=workflow) as workflow.base:
        yield workflow
