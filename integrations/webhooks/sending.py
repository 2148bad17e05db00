"""Sends what waits, many at a time, outside of transactions.

One thread of a process leases and writes down; the others only talk to receivers.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic

from incidents import engine
from incidents.turns import Turn
from integrations.webhooks import leases, posting, results
from integrations.webhooks.leases import Leased
from integrations.webhooks.posting import Outcome

logger = logging.getLogger(__name__)

SENDERS = 32
# Receivers that fail never have all of them.
FOR_FAILING = 16
# So long the leasing thread waits for an answer before it looks for more to send.
LOOKS_SECONDS = 0.5
# Of a burst, results are written down together.
TOGETHER_SECONDS = 0.01

Attempt = tuple[Leased, Outcome]

_turn = Turn()
_senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="to-webhook")
# What comes back from the senders, and None for a hint that more may be due.
_back: SimpleQueue[Attempt | None] = SimpleQueue()
# What is with the senders, and whether its receiver fails.
_held: dict[tuple[int, object], bool] = {}


def send_due(now: Callable[[], datetime] = engine.now) -> None:
    """Send whatever is due, until nothing is.

    One thread of a process does it. Whoever comes meanwhile only wakes that one.
    """
    _back.put(None)
    _turn.take(lambda: _work(now))


def _work(now: Callable[[], datetime]) -> None:
    _settle(_gathered(0), now)
    while True:
        at = now()
        failing = sum(_held.values())
        found = leases.lease(
            at, limit=SENDERS - len(_held), failing=max(FOR_FAILING - failing, 0)
        )
        for leased in found:
            _held[leased.delivery.pk, leased.lease] = leased.is_failing
            _senders.submit(_send, leased, at)
        if not _held:
            return
        _settle(_gathered(LOOKS_SECONDS), now)


def _send(leased: Leased, at: datetime) -> None:
    _back.put((leased, posting.post(leased, at=at)))


def _gathered(patience: float) -> list[Attempt]:
    """Wait for what comes back, or for a hint; of a burst this will return some."""
    found: list[Attempt] = []
    until = monotonic() + patience
    try:
        while True:
            back = _back.get(timeout=max(until - monotonic(), 0))
            if back is not None:
                found.append(back)
            until = min(until, monotonic() + TOGETHER_SECONDS)
    except Empty:
        return found


def _settle(attempts: Sequence[Attempt], now: Callable[[], datetime]) -> None:
    """Write down what came of attempts; if we cannot, their leases end."""
    for leased, _outcome in attempts:
        _held.pop((leased.delivery.pk, leased.lease), None)
    results.delivered([each for each in attempts if not each[1].error], at=now())
    for leased, outcome in attempts:
        if outcome.error:
            _settle_failure(leased, outcome, at=now())


def _settle_failure(leased: Leased, outcome: Outcome, *, at: datetime) -> None:
    try:
        results.failed(leased, outcome, at=at)
    except Exception:
        logger.exception("Could not record webhook %s", leased.delivery.pk)
