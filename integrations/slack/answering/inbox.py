"""Works on what Slack has sent: each request once, and its answer until it is heard.

What a request does and what is to be said of it are one transaction, so that a worker
who dies does nothing twice. What must be asked of Slack is asked before that, and what
is said is said afterwards, outside of any transaction.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Semaphore
from typing import Any, Final

from django.db import connection

from accounts import tenancy
from incidents import engine
from integrations.chat import rooms
from integrations.models import ChatRequest
from integrations.slack.answering import handlers
from integrations.slack.api import traces
from integrations.slack.incoming import rows

logger = logging.getLogger(__name__)

# So many requests a process works on at a time: one that Slack keeps waiting does not
# keep the others from theirs.
LANES: Final = 2
# Longer than all the calls of one request take, each with its deadline.
LEASE: Final = timedelta(minutes=2)
# So long somebody still expects what they pressed or typed; Slack's addresses for
# answers live as long. What happened in a workspace stays true for longer.
EXPECTED: Final = timedelta(minutes=30)
KEPT: Final = {"event": timedelta(days=1), "match": timedelta(days=1)}
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=2)
STEP_ASIDE: Final = timedelta(seconds=15)
# So often something that is wrong with us, or kills its worker, is tried.
PATIENCE: Final = 4

# What people do goes before what is said about it; what one person does, in its order.
# Somebody's request that has failed before steps aside.
NEXT: Final = """
    WITH first AS MATERIALIZED (
        SELECT id FROM integrations_chatrequest
        WHERE processed_at IS NULL AND kind = 'slack'
            AND (retry_at IS NULL OR retry_at <= %(at)s)
        ORDER BY door = 'answer', attempts, id LIMIT %(look)s)
    UPDATE integrations_chatrequest SET attempts = attempts + 1, retry_at = %(until)s
    WHERE id = (
        SELECT r.id FROM integrations_chatrequest r JOIN first ON first.id = r.id
        WHERE r.processed_at IS NULL AND (r.retry_at IS NULL OR r.retry_at <= %(at)s)
            AND NOT EXISTS (
                SELECT 1 FROM integrations_chatrequest e
                WHERE e.processed_at IS NULL AND e.kind = 'slack' AND e.id < r.id
                    AND e.attempts <= 1 AND e.error = ''
                    AND e.door = r.door AND e.workspace_id = r.workspace_id
                    AND coalesce(e.payload #>> '{user,id}',
                        e.payload #>> '{event,user}', e.payload ->> 'user_id', '')
                    = coalesce(r.payload #>> '{user,id}',
                        r.payload #>> '{event,user}', r.payload ->> 'user_id', ''))
        ORDER BY r.door = 'answer', r.attempts, r.id
        LIMIT 1 FOR UPDATE OF r SKIP LOCKED)
    RETURNING id
"""
# Among so many of those that wait, so that a long queue costs no more than a short one.
LOOK: Final = 50

_lanes = Semaphore(LANES)


def answer_due(now: Callable[[], datetime] = engine.now) -> None:
    """Work on whatever waits, until nothing does."""
    if not _lanes.acquire(blocking=False):
        # Each of those who are at it looks again when it is done.
        return
    try:
        while request := take(now()):
            work(request, now)
    finally:
        _lanes.release()


def take(at: datetime) -> ChatRequest | None:
    """Lease the next request that nobody works on."""
    with tenancy.all_accounts():
        with connection.cursor() as cursor:
            cursor.execute(NEXT, {"at": at, "until": at + LEASE, "look": LOOK})
            found = cursor.fetchone()
        if found is None:
            return None
        requests = ChatRequest.across_accounts.select_related("workspace__account")
        return requests.select_related("account", "workspace__account").get(pk=found[0])


def work(request: ChatRequest, now: Callable[[], datetime]) -> None:
    """Do what a request asks for, unless its lease has ended meanwhile."""
    at = now()
    if why := _over(request, at):
        _settle(request, lambda row: rows.give_up(row, why, at=now()))
        return
    try:
        handler = handlers.of(request.door)
        prepared = handler.prepare(request, at=at)
        _settle(request, lambda row: _act(row, handler, prepared, now()))
    except rooms.Failure as failure:
        _settle(request, partial(_refused, failure=failure, at=now()))
    except Exception as error:
        logger.error(
            "Could not do request %s of Slack: %s", request.pk, traces.place(error)
        )
        name = type(error).__name__
        _settle(request, lambda row: _later(row, name, now() + STEP_ASIDE))


def _over(request: ChatRequest, at: datetime) -> str:
    """Say why a request is not worked on any more."""
    workspace = request.workspace
    if request.received_at < at - KEPT.get(request.door, EXPECTED):
        return request.error or "It was too late to answer."
    is_answer = request.door == rows.ANSWER
    if request.account.suspended_at is not None and not is_answer:
        return "The account is suspended."
    if workspace is None or not workspace.is_connected:
        return "The workspace is not connected any more."
    return "It failed too often." if request.attempts > PATIENCE else ""


def _act(
    row: ChatRequest, handler: handlers.Handler, prepared: Any, at: datetime
) -> None:
    rows.settle(row, handler.act(row, prepared, at=at), at=at)


def _settle(request: ChatRequest, ending: Callable[[ChatRequest], None]) -> None:
    """Write down what came of it, unless somebody else has it by now."""
    with tenancy.scope(request.account):
        found = (
            request.account.chat_requests.select_for_update(of=("self",), no_key=True)
            .select_related("account", "workspace__account")
            .filter(pk=request.pk, processed_at=None, retry_at=request.retry_at)
            .first()
        )
        if found is not None:
            ending(found)


def _later(row: ChatRequest, error: str, again_at: datetime) -> None:
    """Have it tried again, after those that have not failed."""
    row.retry_at, row.error = again_at, error[: rows.LONGEST_ERROR]
    row.save(update_fields=["retry_at", "error", "attempts"])


def _refused(row: ChatRequest, *, failure: rooms.Failure, at: datetime) -> None:
    """Wait for Slack, whose failures do not count; what it will never do is over."""
    if not isinstance(failure, rooms.Limited | rooms.Unavailable):
        rows.give_up(row, str(failure), at=at)
        return
    row.attempts = 1
    _later(row, str(failure), at + _wait(row, failure, at))


def _wait(row: ChatRequest, failure: rooms.Failure, at: datetime) -> timedelta:
    """Wait as long as it asks for; else longer, the longer this has been going on."""
    if isinstance(failure, rooms.Limited):
        return failure.retry_after
    return min(max((at - row.received_at) / 2, FIRST_WAIT), LONGEST_WAIT)
