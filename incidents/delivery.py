"""Hands due deliveries to their channels, many at a time, outside of transactions."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

from accounts import channels
from incidents import engine, letters, notifications
from incidents.models import Notification

logger = logging.getLogger(__name__)

SENDERS = 16
# Deliveries that one round holds; small, so that an answer overtakes the rest.
BATCH = 32
# Rounds that may run side by side, so that a slow provider does not hold up others.
ROUNDS = 3

_senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="sender")
_rounds = BoundedSemaphore(ROUNDS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: a provider's id, or an error."""

    provider_id: str = ""
    error: str = ""
    is_permanent: bool = False


def deliver_due(now: Callable[[], datetime] = engine.now) -> int:
    """Send whatever is due, until nothing is; this will return how many were taken."""
    if not _rounds.acquire(blocking=False):
        return 0
    try:
        taken = 0
        while batch := notifications.lease(now(), limit=BATCH):
            taken += len(batch)
            _send_all(batch, now)
        return taken
    finally:
        _rounds.release()


def _send_all(batch: list[Notification], now: Callable[[], datetime]) -> None:
    """Send a batch; what has come back is recorded together, and soon."""
    attempts: dict[Future[Outcome], Notification] = {
        _senders.submit(_send, row): row for row in batch
    }
    waiting = set(attempts)
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        _record([(attempts[attempt], attempt.result()) for attempt in done], at=now())


def _send(row: Notification) -> Outcome:
    """Hand one message to its channel; a sender's thread never asks the database."""
    try:
        message = letters.write(row)
        return Outcome(provider_id=channels.get(row.kind).send(_address(row), message))
    except channels.PermanentFailure as error:
        return Outcome(error=str(error) or "refused", is_permanent=True)
    except channels.TemporaryFailure as error:
        return Outcome(error=str(error) or "unavailable")
    except Exception as error:
        logger.exception("Could not send delivery %s", row.pk)
        return Outcome(error=type(error).__name__)


def _record(outcomes: Sequence[tuple[Notification, Outcome]], *, at: datetime) -> None:
    """Write down what came of them; if we cannot, the lease ends and it is repeated."""
    try:
        notifications.sent(
            [(row, found.provider_id) for row, found in outcomes if not found.error],
            at=at,
        )
    except Exception:
        logger.exception("Could not record deliveries")
    for row, found in outcomes:
        if found.error:
            _record_failure(row, found, at=at)


def _record_failure(row: Notification, outcome: Outcome, *, at: datetime) -> None:
    try:
        notifications.not_sent(
            row, outcome.error, at=at, is_permanent=outcome.is_permanent
        )
    except Exception:
        logger.exception("Could not record delivery %s", row.pk)


def _address(row: Notification) -> str:
    return row.contact_method.address if row.contact_method else row.address
