"""What Telegram tells us, cut down to what we need of it: what people wrote besides
is not kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

LONGEST_TEXT: Final = 4096
# What a command of a group begins with; "/connect@our_bot" is one, too.
COMMAND: Final = "/"


@dataclass(frozen=True, slots=True)
class Update:
    """A press of a button, a command, an answer to a message, or a move."""

    # "press", "command", "answer" or "move".
    kind: str
    chat_id: str
    # "private", "group", "supergroup" or "channel", and what it is called.
    chat_type: str
    chat_name: str
    user_id: str
    name: str
    # Of what was written or pressed.
    message_id: int
    text: str
    # The message that is answered.
    answers: str = ""
    # By which a press is answered.
    press_id: str = ""
    # Where the group is from now on.
    moved_to: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)


def read(said: Mapping[str, Any]) -> Update | None:
    """Read an update; None for what is none of our business."""
    if press := _part(said, "callback_query"):
        return _press(press)
    message = _part(said, "message") or _part(said, "channel_post")
    if not message:
        return None
    if moved := message.get("migrate_to_chat_id"):
        return _update("move", message, moved_to=str(moved)[:100])
    text = _text(message, "text")
    if text.startswith(COMMAND):
        return _update("command", message)
    answered = _part(message, "reply_to_message").get("message_id")
    is_bot = _part(message, "from").get("is_bot") is not False
    if not text or not answered or is_bot:
        return None
    return _update("answer", message, answers=str(answered))


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and what follows it."""

    name: str
    words: str
    # The bot that it names, if it names one: "/who@our_bot".
    bot: str


def command(text: str) -> Command:
    """Read a command."""
    head, _space, words = text.strip().partition(" ")
    name, _at, bot = head.removeprefix(COMMAND).partition("@")
    return Command(name.lower(), words.strip(), bot)


def _press(press: Mapping[str, Any]) -> Update:
    message = dict(_part(press, "message"))
    return _update(
        "press",
        message | {"from": _part(press, "from"), "text": _text(press, "data")},
        press_id=_text(press, "id")[:100],
    )


def _update(kind: str, message: Mapping[str, Any], **more: str) -> Update:
    chat, sender = _part(message, "chat"), _part(message, "from")
    names = (_text(sender, "first_name"), _text(sender, "last_name"))
    written = message.get("message_id")
    return Update(
        kind=kind,
        chat_id=str(chat.get("id", ""))[:100],
        chat_type=_text(chat, "type")[:20],
        chat_name=_text(chat, "title")[:200],
        user_id=str(sender.get("id", ""))[:100],
        name=(" ".join(filter(None, names)) or _text(sender, "username"))[:100],
        message_id=written if isinstance(written, int) else 0,
        text=_text(message, "text")[:LONGEST_TEXT],
        **more,
    )


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""
