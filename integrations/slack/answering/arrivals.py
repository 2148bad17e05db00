"""Takes what Slack sends, by whichever way it comes: kept at once, and done later.

A form is opened and taken at once, because Slack waits for that three seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import tenancy
from integrations.models import ChatRequest, SlackWorkspace
from integrations.slack.answering import happenings, modals, openings
from integrations.slack.incoming import presses, rows, whose
from integrations.slack.incoming.whose import part

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request of a workspace that is ours."""

    workspace: SlackWorkspace
    door: str
    payload: Payload
    # What makes it this one request; the same a second time is not done again.
    digest: str
    at: datetime


def dispatch(
    door: str, payload: Payload, *, digest: str, at: datetime
) -> Payload | None:
    """Take a request of Slack's; this will return what to answer with, if anything.

    `door` is "interaction", "command" or "event".
    """
    with tenancy.all_accounts():
        workspace = whose.find(door, payload)
    if workspace is None:
        return _refused(door, payload, _no_workspace())
    arrival = Arrival(workspace, door, payload, digest, at)
    if workspace.account.suspended_at is not None:
        _whispered(arrival, _suspended())
        return _refused(door, payload, _suspended())
    return _way_of(door, payload)(arrival)


def _way_of(door: str, payload: Payload) -> Callable[[Arrival], Payload | None]:
    if door == "event":
        return _kept if happenings.matters(payload) else _ignored
    if door == "interaction":
        return _INTERACTIONS.get(str(payload.get("type")), _ignored)
    # Slack asks now and then whether we have a certificate.
    return _ignored if payload.get("ssl_check") else _kept


def _kept(arrival: Arrival) -> None:
    """Leave it to whoever takes it from the inbox."""
    with tenancy.scope(arrival.workspace.account):
        rows.keep(
            arrival.workspace,
            arrival.door,
            arrival.payload,
            digest=arrival.digest,
            at=arrival.at,
        )


def _pressed(arrival: Arrival) -> None:
    if openings.wants_form(arrival.payload):
        _opened(arrival)
    else:
        _kept(arrival)


def _opened(arrival: Arrival) -> None:
    """Open a form; for somebody whom we do not know the inbox finds out who it is."""
    workspace, at = arrival.workspace, arrival.at
    with tenancy.scope(workspace.account):
        opening = openings.of(workspace, arrival.payload, at=at)
        row = rows.keep(
            workspace,
            arrival.door,
            arrival.payload,
            digest=arrival.digest,
            at=at,
            is_done=opening is not None,
        )
        if row is None or opening is None:
            return
        if opening.view is None:
            rows.settle(row, rows.Outcome(opening.whispers), at=at)
            return
    if failed := openings.open_form(workspace, arrival.payload, opening.view):
        with tenancy.scope(workspace.account):
            rows.settle(row, rows.Outcome([failed]), at=at)


def _sent_in(arrival: Arrival) -> Payload | None:
    """Do what a form says, and remember it, in one transaction.

    Slack lets people send a form in again, where our answer came too late for it.
    """
    workspace, at = arrival.workspace, arrival.at
    with tenancy.scope(workspace.account):
        row, form = _memory(arrival, arrival.digest), _memory(arrival, _form(arrival))
        if row is None or form is None:
            return None
        taken = modals.take(workspace, arrival.payload, at=at)
        if taken.is_wrong:
            form.delete()
        rows.settle(row, rows.Outcome(taken.whispers), at=at)
        return taken.answer


def _memory(arrival: Arrival, digest: str) -> ChatRequest | None:
    """Remember what is done at once; None for what was done before."""
    return rows.keep(
        arrival.workspace, arrival.door, {}, digest=digest, at=arrival.at, is_done=True
    )


def _form(arrival: Arrival) -> str:
    return rows.digest("form", str(part(arrival.payload, "view", "id")))


def _ignored(arrival: Arrival) -> None:
    """Do nothing: Slack tells us more than we need."""


_INTERACTIONS: dict[str, Callable[[Arrival], Payload | None]] = {
    "block_actions": _pressed,
    "message_action": _opened,
    "shortcut": _opened,
    "view_submission": _sent_in,
}


def _whispered(arrival: Arrival, words: str) -> None:
    """Tell whoever pressed something, which Slack shows no answer to."""
    press = presses.read(arrival.payload)
    if arrival.door != "interaction" or not (press.what and press.caller.user_id):
        return
    with tenancy.scope(arrival.workspace.account):
        if row := _memory(arrival, arrival.digest):
            rows.settle(row, rows.Outcome([press.whisper(words)]), at=arrival.at)


def _refused(door: str, payload: Payload, words: str) -> Payload | None:
    """Say politely that nothing was done, where Slack shows an answer."""
    if door == "command":
        return {"response_type": "ephemeral", "text": words}
    if payload.get("type") == "view_submission":
        return {"response_action": "update", "view": openings.words(words)}
    return None


def _no_workspace() -> str:
    return _("This Slack workspace is not connected to OnCall, so nothing was done.")


def _suspended() -> str:
    return _("This account of OnCall is suspended, so nothing was done.")
