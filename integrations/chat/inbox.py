"""The inbox of chats: what they tell us is kept first, and worked on afterwards.

Doors keep a request and answer at once. A kind of chat registers who works on its
requests; one whose worker dies is taken again when its lease ends.
"""

import hashlib
import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Semaphore
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import tenancy
from accounts.models import Account
from incidents import engine, poke
from integrations.chat import queue
from integrations.chat.rooms import Failure
from integrations.models import ChatRequest

logger = logging.getLogger(__name__)

# So many requests a process works on at a time: one that a chat keeps waiting does not
# keep the others from theirs.
LANES: Final = 2
# Longer than a request's calls of the chat take together.
LEASE: Final = timedelta(minutes=2)
# So often a request is tried, and so late it still makes sense to its sender.
PATIENCE: Final = 5
KEPT: Final = timedelta(minutes=15)
WAIT: Final = timedelta(seconds=5)
LONGEST_WORDS: Final = 300

# Does what a request asks for. It opens the scopes that it needs, and calls the chat
# outside of them; a Failure of the chat has it tried again. What must not be done twice
# is done together with `finish`.
Worker = Callable[[ChatRequest, datetime], None]

_workers: dict[str, Worker] = {}
_lanes = Semaphore(LANES)


def register(kind: str, worker: Worker) -> None:
    """Say who works on the requests of a kind of chat."""
    _workers[kind] = worker


def keep(
    account: Account,
    kind: str,
    door: str,
    payload: Any,
    *,
    name: str,
    at: datetime,
    retry_at: datetime | None = None,
) -> ChatRequest | None:
    """Keep a request for later, in the account's scope; until then it is the door's.

    `name` is what makes it this one request; this will return None for one that came
    before.
    """
    try:
        with transaction.atomic():
            found: ChatRequest = account.chat_requests.create(
                kind=kind,
                door=door,
                payload=payload,
                digest=hashlib.sha256(f"{kind} {name}".encode()).hexdigest(),
                received_at=at,
                retry_at=retry_at,
            )
    except IntegrityError as error:
        if "digest" not in str(error):
            raise
        return None
    poke.later(queue.ANSWER)
    return found


def leave(request: ChatRequest) -> None:
    """Give a request that a door has kept for itself to whoever works on them."""
    request.retry_at = None
    request.save(update_fields=["retry_at"])
    poke.later(queue.ANSWER)


def finish(request: ChatRequest, *, at: datetime) -> None:
    """Say that it is done, in the transaction that did it: nothing is done twice.

    What people wrote is not kept any longer, only that it was here.
    """
    request.processed_at, request.payload = at, {}
    request.save(update_fields=["processed_at", "payload"])


def answer_due(now: Callable[[], datetime] = engine.now) -> None:
    """Work on whatever waits, until nothing does."""
    if not _lanes.acquire(blocking=False):
        # Each of those who are at it looks again when it is done.
        return
    try:
        while request := _next(now()):
            _answer(request, now)
    finally:
        _lanes.release()


def _next(at: datetime) -> ChatRequest | None:
    """Take a request that nobody works on; those that have failed step aside."""
    with tenancy.all_accounts():
        rows = ChatRequest.across_accounts.select_for_update(
            of=("self",), skip_locked=True
        ).select_related("account")
        due = Q(retry_at=None) | Q(retry_at__lte=at)
        waiting = rows.filter(due, kind__in=_workers, processed_at=None)
        found: ChatRequest | None = waiting.order_by("attempts", "id").first()
        if found is not None:
            found.attempts += 1
            found.retry_at = at + LEASE
            found.save(update_fields=["attempts", "retry_at"])
    return found


def _answer(request: ChatRequest, now: Callable[[], datetime]) -> None:
    """Work on one, and write down what came of it."""
    error = _tried(request, now())
    at = now()
    with tenancy.scope(request.account):
        rows = request.account.chat_requests.select_for_update(no_key=True)
        fresh = rows.filter(pk=request.pk, processed_at=None).first()
        if fresh is None:
            return
        fresh.error, fresh.retry_at = error[:LONGEST_WORDS], at + WAIT
        fresh.save(update_fields=["error", "retry_at"])
        is_over = fresh.attempts >= PATIENCE or at > fresh.received_at + KEPT
        if not error or is_over:
            finish(fresh, at=at)


def _tried(request: ChatRequest, at: datetime) -> str:
    """Do it; this will return why it could not be done, if so."""
    try:
        _workers[request.kind](request, at)
    except Failure as failure:
        return str(failure)
    except Exception as error:
        # Neither what was sent nor an address may come into the log.
        where = traceback.extract_tb(error.__traceback__)[-1]
        logger.error(
            "Could not answer chat request %s: %s in %s line %s",
            request.pk,
            type(error).__name__,
            where.name,
            where.lineno,
        )
        return type(error).__name__
    return ""
