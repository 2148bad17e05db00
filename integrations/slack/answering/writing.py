"""Reads what Slack tells of messages: which are people's own words in a thread."""

import re
from dataclasses import dataclass
from typing import Any, Final

from integrations.slack.incoming import callers
from integrations.slack.incoming.callers import Caller
from integrations.slack.incoming.whose import part

# Messages of people that have a kind: sent to the channel too, and with a file.
PEOPLES: Final = {"", "thread_broadcast", "file_share", "me_message"}
CHANGED, DELETED = "message_changed", "message_deleted"
_TS: Final = re.compile(r"\d{1,10}\.\d{1,6}")
_FILES: Final = 10


@dataclass(frozen=True, slots=True)
class Written:
    """A message in a thread, or a change of one; a deletion leaves no text."""

    caller: Caller
    channel: str
    thread: str
    # The message's own id.
    ts: str
    # As Slack writes it.
    text: str
    is_new: bool


def read(event: Any) -> Written | None:
    """Read an event; None for what is not in a thread, or nobody's words."""
    if not isinstance(event, dict) or event.get("type") != "message":
        return None
    subtype = _text(event, "subtype")
    if subtype == CHANGED:
        return _changed(event)
    if subtype == DELETED:
        before = event.get("previous_message")
        return _written(event, before, text="") if isinstance(before, dict) else None
    return _written(event, event, is_new=True)


def _changed(event: dict[str, Any]) -> Written | None:
    """Read a change; that a link has got a picture is none."""
    message, before = event.get("message"), event.get("previous_message")
    if not isinstance(message, dict) or part(before, "text") == message.get("text"):
        return None
    return _written(event, message)


def _written(
    event: dict[str, Any],
    message: dict[str, Any],
    *,
    text: str | None = None,
    is_new: bool = False,
) -> Written | None:
    ts, thread = _text(message, "ts"), _text(message, "thread_ts")
    is_somebodys = (
        _text(message, "user")
        and not message.get("bot_id")
        and _text(message, "subtype") in PEOPLES
    )
    if not is_somebodys or not (_TS.fullmatch(ts) and thread) or thread == ts:
        return None
    return Written(
        caller=callers.of_message({**event, **message}),
        channel=_text(event, "channel"),
        thread=thread,
        ts=ts,
        text=_said(message) if text is None else text,
        is_new=is_new,
    )


def _said(message: dict[str, Any]) -> str:
    """Return the words, and where the files are that came with them."""
    given = message.get("files")
    files = given[:_FILES] if isinstance(given, list) else []
    lines = [_text(each, "permalink") for each in files if isinstance(each, dict)]
    return "\n".join(filter(None, (_text(message, "text"), *lines)))


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""
