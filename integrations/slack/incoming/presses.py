"""Reads what somebody pressed or chose: which verb, of which incident, and where."""

from dataclasses import dataclass
from typing import Any, Final

from integrations.slack.incoming import callers
from integrations.slack.incoming.callers import Caller
from integrations.slack.incoming.whispers import Whisper
from integrations.slack.incoming.whose import part
from integrations.slack.layout import actions

# What opens a form, and what is done at once; by the names that cards and menus use.
FORMS: Final = {
    "add_note",
    "reassign",
    "snooze",
    actions.MORE_PRIORITY,
    actions.MORE_STATUS_UPDATE,
}
CREATE: Final = actions.SHORTCUT_CREATE


@dataclass(frozen=True, slots=True)
class Press:
    """Something that was pressed or chose; what is missing is blank."""

    # "acknowledge", "snooze", "who"; or the id of a shortcut.
    what: str
    # The incident's public id, as the button says it.
    incident: str
    channel: str
    # The message on which it was, and the thread that it is in.
    message: str
    thread: str
    caller: Caller
    response_url: str
    trigger: str

    def whisper(self, text: str, blocks: list[dict[str, Any]] | None = None) -> Whisper:
        """Answer whoever pressed, in private; the text is fit for Slack."""
        return Whisper(
            self.caller.user_id,
            text,
            channel=self.channel,
            response_url=self.response_url,
            thread=self.thread,
            blocks=blocks,
        )


def read(payload: dict[str, Any]) -> Press:
    """Read a press; of what is not ours, `what` is blank."""
    what, incident = _chosen(payload)
    return Press(
        what=what,
        incident=incident,
        channel=_text(payload, "container", "channel_id")
        or _text(payload, "channel", "id"),
        message=_text(payload, "container", "message_ts")
        or _text(payload, "message", "ts"),
        thread=_text(payload, "container", "thread_ts"),
        caller=callers.of_interaction(payload),
        response_url=_text(payload, "response_url"),
        trigger=_text(payload, "trigger_id"),
    )


def _chosen(payload: dict[str, Any]) -> tuple[str, str]:
    if payload.get("type") in ("shortcut", "message_action"):
        return _text(payload, "callback_id"), ""
    pressed = payload.get("actions")
    action = pressed[0] if isinstance(pressed, list) and pressed else {}
    id_ = _text(action, "action_id")
    if id_ == actions.MORE:
        return actions.chosen(_text(action, "selected_option", "value"))
    if not id_.startswith(actions.PREFIX):
        return "", ""
    return id_.removeprefix(actions.PREFIX), _text(action, "value")


def _text(payload: Any, *names: str) -> str:
    found = part(payload, *names)
    return found if isinstance(found, str) else ""
