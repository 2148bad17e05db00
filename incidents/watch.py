"""Watches ourselves: each cause has its round, and opens incidents that end with it.

A round is a row of `Errand`, so that of all engines one makes it, now and then: it
costs little, and the tick between two rounds looks at that one row.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from incidents import errands, silence
from incidents.models import Errand
from incidents.own import end, open_once
from incidents.watching import coverage, providers, refusals

__all__ = ["end", "open_once", "sweep"]

logger = logging.getLogger(__name__)

NAME: Final = "watch"
EVERY = timedelta(seconds=30)
# The next round over all accounts begins so long after one has ended.
COVERAGE: Final = "coverage"
COVERAGE_EVERY = timedelta(minutes=5)


def sweep(at: datetime) -> int:
    """Make the rounds that are due; this will never raise."""
    worked = 0
    for name, work in ((NAME, _watch), (COVERAGE, _cover)):
        errand = errands.claim(name, every=EVERY, at=at)
        if errand is not None:
            worked += 1
            _try(work, errand, at=at)
    return worked


def _watch(errand: Errand, at: datetime) -> None:
    for part in (silence.sweep, refusals.sweep, providers.sweep):
        try:
            part(at)
        except Exception:
            logger.exception("Could not watch: %s", part.__module__)


def _cover(errand: Errand, at: datetime) -> None:
    last = coverage.sweep(errand.position, at)
    due_at = at + (EVERY if last else COVERAGE_EVERY)
    Errand.objects.filter(pk=errand.pk).update(position=last, due_at=due_at)


def _try(
    work: Callable[[Errand, datetime], None], errand: Errand, *, at: datetime
) -> None:
    try:
        work(errand, at)
    except Exception:
        logger.exception("Could not make the round %s", errand.name)
