"""How the providers fare, known to all processes: who failed stands aside a while.

A sender reads what it knows from memory, and asks the database again after FRESH
seconds; it writes only when something has changed. Without the database it goes on
with what it knew.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from integrations import borrowed
from integrations.models import ProviderState

logger = logging.getLogger(__name__)

# So many failures, none of them longer than WINDOW after the one before it.
PATIENCE = 3
WINDOW = timedelta(minutes=10)
# How long it stands aside; twice as long after each probe that fails.
DEMOTION = timedelta(minutes=2)
LONGEST = timedelta(minutes=30)
# Whoever probes has so long, before somebody else may.
PROBE = timedelta(seconds=30)
# A provider that works says so once in a while, for those who look.
SIGN_OF_LIFE = timedelta(minutes=1)
FRESH = 2.0

States = dict[tuple[str, str], ProviderState]


class _Memory:
    """What this process knows of the table."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.states: States = {}
        self.read_at: float | None = None

    def read(self) -> States:
        """Return the states; while one thread asks anew, the others take the old."""
        if self._is_old() and self.lock.acquire(blocking=False):
            try:
                self.states = _rows()
                self.read_at = time.monotonic()
            except DatabaseError:
                logger.warning("Could not read how the providers fare")
            finally:
                self.lock.release()
        return self.states

    def _is_old(self) -> bool:
        return self.read_at is None or time.monotonic() - self.read_at > FRESH


_memory = _Memory()


def ordered(kind: str, names: Sequence[str]) -> list[str]:
    """Put those who stand aside last; the first of them whose time is over probes."""
    if len(names) < 2:
        return list(names)
    now = timezone.now()
    known = _memory.read()
    aside = [name for name in names if _stands_aside(known.get((name, kind)), now)]
    return [name for name in names if name not in aside] + aside


def failed(name: str, kind: str, error: str) -> None:
    """Count a failure that was the provider's own; too many put it aside."""
    now = timezone.now()
    try:
        with _writing():
            ProviderState.objects.get_or_create(provider=name, kind=kind)
            rows = ProviderState.objects.select_for_update()
            _count(rows.get(provider=name, kind=kind), error, now)
    except DatabaseError:
        logger.warning("Could not count a failure of %s", name)
    forget()


def succeeded(name: str, kind: str) -> None:
    """Take a provider back that had failed; this will write only what has changed."""
    now = timezone.now()
    state = _memory.read().get((name, kind))
    if state is not None and not state.failures and not _is_silent(state, now):
        return
    values = {"failures": 0, "demoted_until": None, "last_success_at": now}
    try:
        with _writing():
            ProviderState.objects.update_or_create(
                provider=name, kind=kind, defaults=values
            )
    except DatabaseError:
        logger.warning("Could not note that %s works", name)
    forget()


def forget() -> None:
    """Let this process ask the table again at the next message."""
    _memory.read_at = None


@contextmanager
def _writing() -> Iterator[None]:
    """Write, unless somebody else holds the row: a page does not wait for that."""
    with borrowed.connected(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
        yield


def _rows() -> States:
    with borrowed.connected():
        return {(row.provider, row.kind): row for row in ProviderState.objects.all()}


def _stands_aside(state: ProviderState | None, now: datetime) -> bool:
    if state is None or state.demoted_until is None:
        return False
    return state.demoted_until > now or not _claim_probe(state, now)


def _claim_probe(state: ProviderState, now: datetime) -> bool:
    """Let one sender of all processes ask it first; the others go on without it."""
    try:
        with _writing():
            mine = ProviderState.objects.filter(
                Q(demoted_until=state.demoted_until), pk=state.pk
            ).update(demoted_until=now + PROBE)
    except DatabaseError:
        return False
    forget()
    return bool(mine)


def _count(state: ProviderState, error: str, now: datetime) -> None:
    last = max(filter(None, (state.last_failure_at, state.demoted_until)), default=now)
    state.failures = state.failures + 1 if now - last < WINDOW else 1
    state.last_failure_at = now
    state.last_error = error[:300]
    if state.failures >= PATIENCE:
        longer = min(state.failures - PATIENCE, 10)
        state.demoted_until = now + min(DEMOTION * 2**longer, LONGEST)
    state.save()


def _is_silent(state: ProviderState, now: datetime) -> bool:
    last = state.last_success_at
    return last is None or now - last > SIGN_OF_LIFE
