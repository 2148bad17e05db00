"""Who does what of Slack's inbox, by the door that it came through."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from integrations.chat import rooms
from integrations.models import ChatRequest
from integrations.slack.answering import happenings, interactions, typed
from integrations.slack.incoming import rows, whispers
from integrations.slack.incoming.rows import Outcome
from integrations.slack.incoming.whispers import Whisper
from integrations.slack.people import linking, matching


@dataclass(frozen=True, slots=True)
class Handler:
    """Two steps: what is asked of Slack, and what is then done here.

    `prepare(request, at=)` runs outside of any transaction, and perhaps again. What it
    returns is given to `act(request, prepared, at=)`, which runs once, in the account's
    scope, and asks nobody. Both may raise the failures of `integrations.chat.rooms`;
    then it all begins again later.
    """

    prepare: Callable[..., Any]
    act: Callable[..., Outcome]


def of(door: str) -> Handler:
    """Return who works on requests of a door."""
    return _HANDLERS[door]


def _say(request: ChatRequest, *, at: datetime) -> list[Whisper]:
    """Say what is left to be said; this will return what Slack could not take now."""
    waiting = [Whisper(**each) for each in request.payload.get("whispers", ())]
    left, failures = [], []
    for whisper in waiting:
        try:
            whispers.say(request.workspace, whisper)
        except (rooms.Limited, rooms.Unavailable) as failure:
            failures.append(failure)
            left.append(whisper)
    if failures and len(left) == len(waiting):
        raise failures[0]
    return left


def _said(request: ChatRequest, left: list[Whisper], *, at: datetime) -> Outcome:
    return Outcome(left)


_HANDLERS: Final = {
    "interaction": Handler(interactions.prepare, interactions.act),
    "command": Handler(typed.prepare, typed.act),
    "event": Handler(happenings.prepare, happenings.act),
    linking.MATCH: Handler(matching.prepare, matching.act),
    rows.ANSWER: Handler(_say, _said),
}
