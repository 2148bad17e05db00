"""The rows of Slack's inbox: kept once, done once, and then perhaps an answer."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from incidents import poke
from integrations.chat import queue
from integrations.models import ChatRequest, SlackWorkspace
from integrations.slack.incoming.whispers import Whisper

KIND: Final = "slack"
# A row that is no request any more: what is left of it is to be said to people.
ANSWER: Final = "answer"
LONGEST_ERROR: Final = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request: words for people, or how it goes on."""

    whispers: Sequence[Whisper] = ()
    # The payload with which the same request is due again.
    again: dict[str, Any] | None = None


def digest(*parts: str) -> str:
    """Make the name under which a request is remembered."""
    return hashlib.sha256("\0".join((KIND, *parts)).encode()).hexdigest()


def keep(
    workspace: SlackWorkspace,
    door: str,
    payload: dict[str, Any],
    *,
    digest: str,
    at: datetime,
    is_done: bool = False,
) -> ChatRequest | None:
    """Keep a request, in the account's scope; None for one that was here before.

    One that is done in the same transaction is kept as a memory only.
    """
    try:
        with transaction.atomic():
            row: ChatRequest = workspace.account.chat_requests.create(
                kind=KIND,
                workspace=workspace,
                door=door,
                digest=digest,
                payload={} if is_done else payload,
                received_at=at,
                processed_at=at if is_done else None,
            )
    except IntegrityError as error:
        if "digest" not in str(error):
            raise
        return None
    if not is_done:
        poke.later(queue.ANSWER)
    return row


def ask(
    workspace: SlackWorkspace, door: str, payload: dict[str, Any], *, at: datetime
) -> None:
    """Have something done of our own, once, in the account's scope."""
    if not is_waiting(workspace, door):
        name = digest(door, uuid.uuid4().hex)
        keep(workspace, door, payload, digest=name, at=at)


def is_waiting(workspace: SlackWorkspace, door: str) -> bool:
    """Say whether such a request is still to be done."""
    waiting = workspace.account.chat_requests.filter(
        kind=KIND, workspace=workspace, door=door, processed_at=None
    )
    return bool(waiting.exists())


def settle(row: ChatRequest, outcome: Outcome, *, at: datetime) -> None:
    """Note that a request is done, in the transaction that did it.

    What is to be said about it stays in the row, so that it is said even if whoever
    did it dies here, and nothing is ever done twice.
    """
    row.attempts, row.retry_at = 0, None
    if outcome.again is not None:
        row.payload, row.processed_at = outcome.again, None
    elif outcome.whispers:
        row.door, row.processed_at = ANSWER, None
        row.payload = {"whispers": [each.as_json() for each in outcome.whispers]}
    else:
        row.processed_at, row.payload = at, {}
    row.save(update_fields=["attempts", "retry_at", "processed_at", "payload", "door"])
    if row.processed_at is None:
        poke.later(queue.ANSWER)


def give_up(row: ChatRequest, why: str, *, at: datetime) -> None:
    """Note that nothing comes of it any more, and why."""
    row.processed_at, row.retry_at, row.payload = at, None, {}
    row.error = why[:LONGEST_ERROR]
    row.save(update_fields=["processed_at", "retry_at", "payload", "error"])
