"""Hands due deliveries to their channels, many at a time, outside of transactions."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from time import monotonic

from accounts import channels
from incidents import engine, leases, letters, notifications, results
from incidents.models import Notification
from incidents.turns import Turn

logger = logging.getLogger(__name__)

# Of each kind, so that a slow provider keeps none but its own senders busy.
SENDERS = 32
# Messages of each kind that wait for a sender, so that none of them has to.
READY = 32
# A row that was leased longer ago is looked at again: it may have been answered.
FRESH_SECONDS = 1.0
# What senders have is kept from others so often; a killed sender keeps nothing.
KEEP_SECONDS = 4.0
# For so long; behind the deadline of every provider, somebody else may try.
LONGEST_KEPT = 90.0
# Of a burst, results are written down so many together, or after so long.
TOGETHER = 16
TOGETHER_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: what a provider has taken, or an error, or nothing."""

    sent: channels.Sent = field(default_factory=lambda: channels.Sent(""))
    error: str = ""
    is_permanent: bool = False
    # The address itself does not work any more.
    is_gone: bool = False
    # How long the provider has asked us to wait.
    retry_after: timedelta | None = None
    is_stale: bool = False


Attempt = tuple[Notification, Outcome]
Clock = Callable[[], float]

_turn = Turn()
_senders: dict[str, ThreadPoolExecutor] = {}
# How many of each kind are with their senders; also after a failure of ours.
_busy: Counter[str] = Counter()
# What comes back from the senders, and None for a hint that more may be due.
_back: SimpleQueue[Attempt | None] = SimpleQueue()
# What is with the senders, by its attempt, and since when.
_held: dict[tuple[int, int], tuple[Notification, float]] = {}


def deliver_due(
    now: Callable[[], datetime] = engine.now, clock: Clock = monotonic
) -> int:
    """Send whatever is due, until nothing is; this will return how many were taken.

    One thread of a process does it. Whoever comes meanwhile only wakes that one. The
    clock, in seconds, tells senders how old their leases are: they ask no database.
    """
    taken: list[int] = []
    _back.put(None)
    _turn.take(lambda: taken.append(_work(now, clock)))
    return sum(taken)


def _work(now: Callable[[], datetime], clock: Clock) -> int:
    taken = 0
    line, kept = leases.Line(), monotonic()
    # Hints that came in vain, and what came back after a failure of ours.
    _settle(_there(), now, clock)
    while True:
        messages = leases.lease(now(), limit=SENDERS + READY, busy=_busy, line=line)
        taken += sum(1 + len(row.carried) for row in messages)
        _hand_over(messages, clock)
        if not _busy.total():
            return taken
        _settle(_gathered(), now, clock)
        if monotonic() - kept > KEEP_SECONDS:
            kept = monotonic()
            _keep(now, clock)


def _hand_over(messages: Sequence[Notification], clock: Clock) -> None:
    if not messages:
        return
    leased = clock()
    for row in messages:
        _busy[row.kind] += 1
        _held[row.pk, row.attempts] = row, leased
        _senders_of(row.kind).submit(_attempt, row, leased, clock)


def _keep(now: Callable[[], datetime], clock: Clock) -> None:
    """Keep what senders still have from other ones, unless they have it for ever."""
    since = clock() - LONGEST_KEPT
    if rows := [row for row, taken in _held.values() if taken > since]:
        leases.keep(rows, at=now())


def _gathered() -> list[Attempt]:
    """Wait for what comes back; this will return it, in a burst some together.

    It returns without anything when leases are to be kept, or more may be due.
    """
    found: list[Attempt] = []
    until = monotonic() + KEEP_SECONDS
    while len(found) < min(TOGETHER, _busy.total()):
        try:
            back = _back.get(timeout=max(until - monotonic(), 0))
        except Empty:
            break
        if back is None:
            break
        found.append(back)
        until = min(until, monotonic() + TOGETHER_SECONDS)
    return [*found, *_there()]


def _there() -> list[Attempt]:
    """Take what has come back already, without waiting for more."""
    found = []
    try:
        while True:
            found.append(_back.get_nowait())
    except Empty:
        return [attempt for attempt in found if attempt is not None]


def _settle(
    attempts: Sequence[Attempt], now: Callable[[], datetime], clock: Clock
) -> None:
    """Write down what came of attempts; if we cannot, their leases end."""
    if not attempts:
        return
    for row, _found in attempts:
        _busy[row.kind] -= 1
        _held.pop((row.pk, row.attempts), None)
    results.sent(
        [
            (row, found.sent)
            for row, found in attempts
            if not found.error and not found.is_stale
        ],
        at=now(),
    )
    for row, found in attempts:
        if found.error:
            _record_failure(row, found, at=now())
    if stale := [row for row, found in attempts if found.is_stale]:
        _hand_over(leases.renew(stale, at=now()), clock)


def _record_failure(row: Notification, outcome: Outcome, *, at: datetime) -> None:
    try:
        if outcome.is_gone:
            notifications.switch_off(row, outcome.error, at=at)
        results.not_sent(
            row,
            outcome.error,
            at=at,
            is_permanent=outcome.is_permanent,
            retry_after=outcome.retry_after,
        )
    except Exception:
        logger.exception("Could not record delivery %s", row.pk)


def _senders_of(kind: str) -> ThreadPoolExecutor:
    if kind not in _senders:
        _senders[kind] = ThreadPoolExecutor(SENDERS, thread_name_prefix=f"to-{kind}")
    return _senders[kind]


def _attempt(row: Notification, leased: float, clock: Clock) -> None:
    if clock() - leased > FRESH_SECONDS:
        _back.put((row, Outcome(is_stale=True)))
    else:
        _back.put((row, _send(row)))


def _send(row: Notification) -> Outcome:
    """Hand one message to its channel; a sender's thread never asks the database."""
    try:
        return Outcome(sent=_known(row) or _sent(row))
    except channels.PermanentFailure as error:
        is_gone = isinstance(error, channels.AddressGone)
        words = str(error) or "refused"
        return Outcome(error=words, is_permanent=True, is_gone=is_gone)
    except channels.TemporaryFailure as error:
        words = str(error) or "unavailable"
        return Outcome(error=words, retry_after=error.retry_after)
    except Exception as error:
        logger.exception("Could not send delivery %s", row.pk)
        return Outcome(error=type(error).__name__)


def _known(row: Notification) -> channels.Sent | None:
    """Ask whether an earlier attempt was taken, whose sender did not hear of it.

    Where that cannot be learned it is sent again: better twice than never.
    """
    if row.attempts <= 1:
        return None
    try:
        return channels.find(row.kind, row.token, row.planned_for)
    except channels.TemporaryFailure:
        logger.warning("Could not ask what became of delivery %s", row.pk)
        return None


def _sent(row: Notification) -> channels.Sent:
    return channels.get(row.kind).send(_address(row), letters.write(row))


def _address(row: Notification) -> str:
    return row.contact_method.destination if row.contact_method else row.address
