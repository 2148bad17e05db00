"""Telegram's Bot API on this machine: groups, messages with buttons, and updates."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from tests.fakes import web

BOT_ID = 7012345678
TOKEN = f"{BOT_ID}:AAE_s3cret-s3cret-s3cret-s3cret-abc"
USERNAME = "acme_oncall_bot"
LONGEST = 4096
TAGS = {"a", "b", "i", "u", "s", "code", "pre"}

Part = dict[str, Any]
Said = tuple[int, Part]


@dataclass
class Telegram:
    """Who and what is there."""

    base: str = ""
    chats: dict[str, Part] = field(default_factory=dict)
    # By group and number.
    messages: dict[tuple[str, int], Part] = field(default_factory=dict)
    # What was asked for: (method, body).
    calls: list[tuple[str, Part]] = field(default_factory=list)
    # What is answered instead, once each.
    answers: list[tuple[int, Part]] = field(default_factory=list)
    hook: Part | None = None
    waiting: list[Part] = field(default_factory=list)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    # Telegram calls nobody who has no certificate.
    wants_https: bool = True
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100))
    updates: Iterator[int] = field(default_factory=lambda: itertools.count(9000))

    def add_group(self, number: str, title: str, *, joined: bool = True) -> Part:
        chat = {"id": int(number), "type": "supergroup", "title": title}
        self.chats[number] = chat | {"is_in": joined, "moved_to": None}
        return chat

    def sent(self, chat: str) -> list[Part]:
        """The messages of a group, the oldest first."""
        return [
            message for (where, _n), message in self.messages.items() if where == chat
        ]

    def said(self, method: str) -> list[Part]:
        """What was asked of a method."""
        return [body for name, body in self.calls if name == method]

    def press(self, chat: str, message: int, verb: str, user: Part) -> Part:
        """The update of somebody who presses a button."""
        rows = self.messages[chat, message]["reply_markup"]["inline_keyboard"]
        data = [button["callback_data"] for row in rows for button in row]
        chosen = next(each for each in data if each.startswith(verb))
        return self.press_of(chat, message, chosen, user)

    def press_of(self, chat: str, message: int, data: str, user: Part) -> Part:
        """The same of a client that sends what it likes."""
        press = {
            "id": str(next(self.updates)),
            "from": user,
            "chat_instance": "1",
            "message": {"message_id": message, "chat": self._chat(chat), "date": 1},
            "data": data,
        }
        return {"update_id": next(self.updates), "callback_query": press}

    def write(self, chat: str, user: Part, text: str, *, answers: int = 0) -> Part:
        """The update of somebody who writes something."""
        message = {
            "message_id": next(self.numbers),
            "from": user,
            "chat": self._chat(chat) if chat in self.chats else _private(user),
            "date": 1,
            "text": text,
        }
        if answers:
            message["reply_to_message"] = {"message_id": answers}
        return {"update_id": next(self.updates), "message": message}

    def move(self, chat: str, to: str) -> Part:
        """Make a group a larger one; this will return the update that tells it."""
        self.add_group(to, self.chats[chat]["title"])
        self.chats[chat]["moved_to"] = int(to)
        message = {"message_id": next(self.numbers), "chat": self._chat(chat)}
        moved = {"migrate_to_chat_id": int(to)}
        return {"update_id": next(self.updates), "message": message | moved}

    @property
    def door(self) -> str:
        """The path at which updates arrive."""
        assert self.hook is not None
        return urlsplit(self.hook["url"]).path

    @property
    def head(self) -> dict[str, str]:
        """What Telegram shows there."""
        assert self.hook is not None
        return {"X-Telegram-Bot-Api-Secret-Token": self.hook["secret_token"]}

    def _chat(self, number: str) -> Part:
        chat = self.chats[number]
        return {key: chat[key] for key in ("id", "type", "title")}


def somebody(number: int, name: str) -> Part:
    """A person of Telegram."""
    return {"id": number, "is_bot": False, "first_name": name}


def _private(user: Part) -> Part:
    return {"id": user["id"], "type": "private", "first_name": user["first_name"]}


class _Handler(web.Handler):
    telegram: Telegram

    def do_POST(self) -> None:
        body = json.loads(self.body())
        own = self.telegram
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", self.path)
        if found is None or found[1] not in own.tokens:
            self.answer(*_error(401, "Unauthorized"))
            return
        method = found[2]
        own.calls.append((method, body))
        if own.answers:
            self.answer(*own.answers.pop(0))
            return
        self.answer(*METHODS[method](own, body))


def _good(result: Any) -> Said:
    return 200, {"ok": True, "result": result}


def _error(status: int, words: str, **parameters: Any) -> Said:
    said = {"ok": False, "error_code": status, "description": words}
    return status, said | ({"parameters": parameters} if parameters else {})


def _me(own: Telegram, body: Part) -> Said:
    return _good({"id": BOT_ID, "is_bot": True, "username": USERNAME})


def _set_hook(own: Telegram, body: Part) -> Said:
    if own.wants_https and not body["url"].startswith("https://"):
        return _error(400, "Bad Request: bad webhook: HTTPS url must be provided")
    assert re.fullmatch(r"[\w-]{1,256}", body["secret_token"])
    own.hook = body
    return _good(True)


def _hook_info(own: Telegram, body: Part) -> Said:
    return _good({"url": own.hook["url"] if own.hook else ""})


def _get_updates(own: Telegram, body: Part) -> Said:
    if own.hook is not None:
        words = "Conflict: can't use getUpdates method while webhook is active"
        return _error(409, words)
    return _good(own.waiting[: body["limit"]])


def _get_chat(own: Telegram, body: Part) -> Said:
    refusal = _shut(own, body)
    return refusal or _good(own._chat(str(body["chat_id"])))


def _get_member(own: Telegram, body: Part) -> Said:
    is_in = own.chats[str(body["chat_id"])]["is_in"]
    return _good({"status": "member" if is_in else "left"})


def _send(own: Telegram, body: Part) -> Said:
    chat = str(body["chat_id"])
    # Somebody in private, who has written to the bot before.
    refusal = None if chat.isdecimal() else _shut(own, body, writes=True)
    if wrong := refusal or _wrong(body):
        return wrong
    number = next(own.numbers)
    own.messages[chat, number] = body
    return _good({"message_id": number, "chat": {"id": int(chat)}})


def _edit(own: Telegram, body: Part) -> Said:
    if wrong := _shut(own, body, writes=True) or _wrong(body):
        return wrong
    key = str(body["chat_id"]), body["message_id"]
    before = own.messages.get(key)
    if before is None:
        return _error(400, "Bad Request: message to edit not found")
    looks = ("text", "reply_markup")
    if all(before.get(name) == body.get(name) for name in looks):
        words = "Bad Request: message is not modified: specified new message content"
        return _error(400, words)
    own.messages[key] = body
    return _good({"message_id": body["message_id"]})


def _answer_press(own: Telegram, body: Part) -> Said:
    assert len(body["text"]) <= 200
    return _good(True)


def _shut(own: Telegram, body: Part, *, writes: bool = False) -> Said | None:
    chat = own.chats.get(str(body["chat_id"]))
    if chat is None:
        return _error(400, "Bad Request: chat not found")
    if chat["moved_to"]:
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        return _error(400, words, migrate_to_chat_id=chat["moved_to"])
    if writes and not chat["is_in"]:
        return _error(403, "Forbidden: bot was kicked from the supergroup chat")
    return None


def _wrong(body: Part) -> Said | None:
    wrong = wrong_with(body)
    return _error(400, f"Bad Request: {wrong}") if wrong else None


def wrong_with(body: Part) -> str:
    """Say what Telegram would not take of a message."""
    reader = _Reader()
    if body.get("parse_mode") == "HTML":
        reader.feed(body["text"])
        reader.close()
        if reader.wrong or reader.open:
            return f"can't parse entities: {reader.wrong or reader.open}"
    shown = "".join(reader.shown) if body.get("parse_mode") else body["text"]
    if not shown.strip():
        return "message text is empty"
    if len(shown.encode("utf-16-le")) // 2 > LONGEST:
        return "message is too long"
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not 1 <= len(button["callback_data"].encode()) <= 64 or not button["text"]:
            return "BUTTON_DATA_INVALID"
    return ""


class _Reader(HTMLParser):
    """Reads the few marks that Telegram knows, and stumbles over all others."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.open: list[str] = []
        self.wrong = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in TAGS:
            self.wrong = f"unsupported start tag {tag}"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong = f"unexpected end tag {tag}"

    def handle_data(self, data: str) -> None:
        self.shown.append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong = "a comment"

    def handle_decl(self, decl: str) -> None:
        self.wrong = "a declaration"


METHODS: dict[str, Callable[[Telegram, Part], Said]] = {
    "getMe": _me,
    "setWebhook": _set_hook,
    "getWebhookInfo": _hook_info,
    "getUpdates": _get_updates,
    "getChat": _get_chat,
    "getChatMember": _get_member,
    "sendMessage": _send,
    "editMessageText": _edit,
    "answerCallbackQuery": _answer_press,
}


@contextmanager
def serving() -> Iterator[Telegram]:
    """Run Telegram on a free port."""
    telegram = Telegram()
    with web.serving(_Handler, telegram=telegram) as telegram.base:
        yield telegram
