"""Shows in rooms what is due, many rooms at a time, outside of transactions.

One thread of a process leases, renders and writes down; the others only talk to chats.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic

from django.db import connection

from incidents import engine
from incidents.turns import Turn
from integrations.chat import leases, pacing, results, steps
from integrations.chat.leases import Leased
from integrations.chat.steps import Doing, Outcome, Step

logger = logging.getLogger(__name__)

SENDERS = 16
# Chats that fail never have all of them.
FOR_FAILING = 8
# So long the leasing thread waits for an answer before it looks for more to send.
LOOKS_SECONDS = 0.5

Attempt = tuple[Step, Outcome]

_turn = Turn()
_senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="to-chat")
# What comes back from the senders, and None for a hint that more may be due.
_back: SimpleQueue[Attempt | None] = SimpleQueue()
# What is with the senders, and whether its room fails.
_held: dict[object, bool] = {}


def send_due(now: Callable[[], datetime] = engine.now) -> None:
    """Send whatever is due, until nothing is.

    One thread of a process does it. Whoever comes meanwhile only wakes that one.
    """
    _back.put(None)
    _turn.take(lambda: _work(now))


def _work(now: Callable[[], datetime]) -> None:
    _settle_all(0, now)
    while True:
        at = now()
        failing = sum(_held.values())
        found = leases.lease(
            at, limit=SENDERS - len(_held), failing=max(FOR_FAILING - failing, 0)
        )
        for leased in found:
            _begin(leased, at)
        if not found and not _held:
            return
        # What there was nothing to do for has made room already.
        _settle_all(LOOKS_SECONDS if _held else 0, now)


def _begin(leased: Leased, at: datetime) -> None:
    """Have its next step taken; one that cannot even be read steps aside."""
    try:
        step = steps.next_of(leased, at=at)
    except Exception:
        logger.exception("Could not read chat message %s", leased.message.pk)
        results.put_off(leased, until=at + results.ASIDE)
        return
    if step.doing == Doing.NOTHING:
        _settle(step, Outcome(), at)
        return
    if wait := pacing.wait(step, at):
        results.put_off(leased, until=at + wait)
        return
    _held[leased.lease] = leased.is_failing
    _senders.submit(_take, step)


def _take(step: Step) -> None:
    outcome = steps.take(step)
    # Its kind may have written down that our access is gone; threads are for talking.
    connection.close()
    _back.put((step, outcome))


def _settle_all(patience: float, now: Callable[[], datetime]) -> None:
    """Wait for what comes back, or for a hint, and write it down."""
    until = monotonic() + patience
    try:
        while True:
            back = _back.get(timeout=max(until - monotonic(), 0))
            until = monotonic()
            if back is not None:
                step, outcome = back
                _held.pop(step.leased.lease, None)
                _settle(step, outcome, now())
    except Empty:
        return


def _settle(step: Step, outcome: Outcome, at: datetime) -> None:
    """Write down what came of a step; if we cannot, its lease ends."""
    try:
        results.settle(step, outcome, at=at)
    except Exception:
        logger.exception("Could not record chat message %s", step.leased.message.pk)
