"""Follows what happens in a workspace: what people write, and what becomes of it."""

from datetime import datetime
from typing import Any

from integrations.models import ChatRequest
from integrations.slack import lifecycle
from integrations.slack.answering import threads, writing
from integrations.slack.answering.threads import Heard
from integrations.slack.incoming.rows import Outcome
from integrations.slack.incoming.whose import part


def matters(payload: dict[str, Any]) -> bool:
    """Say whether an event means anything to us; busy channels have a lot of talk."""
    event = part(payload, "event")
    kind = part(event, "type")
    return str(kind) in lifecycle.EVENTS or writing.read(event) is not None


def prepare(request: ChatRequest, *, at: datetime) -> Heard | None:
    """Ask Slack what has to be known before; only messages need that."""
    return threads.prepare(request, at=at) if _is_message(request) else None


def act(request: ChatRequest, heard: Heard | None, *, at: datetime) -> Outcome:
    """Take the event, in the account's scope."""
    if _is_message(request):
        return threads.act(request, heard, at=at)
    happened_at = part(request.payload, "event_time")
    event = {"event_ts": happened_at, **part(request.payload, "event")}
    lifecycle.happened(request.workspace, event, at)
    return Outcome()


def _is_message(request: ChatRequest) -> bool:
    return bool(part(request.payload, "event", "type") == "message")
