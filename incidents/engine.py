"""Does what a time has come for: escalations, timeouts, ends of snoozes.

The rows are the timers. Each is locked, looked at again and worked in a transaction
of its own account, many together; one that fails steps aside, and after some failures
its chain is moved on. Any number of engines may run at once.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import connection

from accounts import tenancy
from accounts.models import Account
from incidents import (
    beats,
    handoffs,
    maintenance_ends,
    poke,
    pulse,
    quarantine,
    raising,
    timers,
    watch,
)
from incidents.models import Incident
from incidents.noise import holding

logger = logging.getLogger(__name__)

# Of so many due rows of one kind each account has its share worked, then the next.
CANDIDATES = 20_000
SHARE = 250
# How often in one tick; what is left waits for the next one.
ROUNDS = 200

Step = Callable[..., object]


def now() -> datetime:
    """Read the database's clock, by which the engine lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def escalate_due(at: datetime) -> int:
    """Go on with the escalations whose time has come."""
    return end_due("escalate_at", "triggered", timers.step_all, at=at)


def expire_due(at: datetime) -> int:
    """Give back what was acknowledged and left lying."""
    column = "acknowledgement_expires_at"
    return end_due(column, "acknowledged", timers.expire_acknowledgements, at=at)


def end_snoozes_due(at: datetime) -> int:
    """Page again where a rest is over."""
    return end_due("snoozed_until", "acknowledged", timers.end_snoozes, at=at)


def resolve_due(at: datetime) -> int:
    """End what has been open for as long as its service allows."""
    return end_due("auto_resolve_at", "", timers.auto_resolve_all, at=at)


def raise_due(at: datetime) -> int:
    """Raise the urgency of what waited for the support hours to begin."""
    return end_due("raise_at", "", raising.raise_all, at=at)


# Each does what is due at an instant, and answers how many rows that were.
Sweep = Callable[[datetime], int]

SWEEPS: tuple[Sweep, ...] = (
    escalate_due,
    expire_due,
    end_snoozes_due,
    resolve_due,
    raise_due,
    maintenance_ends.end_due,
    beats.miss_due,
    holding.release_due,
)
# What paging never waits for.
ERRANDS: tuple[Callable[[datetime], object], ...] = (handoffs.sweep, watch.sweep)


def tick(at: datetime, sweeps: Sequence[Sweep] = SWEEPS) -> int:
    """Work everything that is due; this will return how many rows were due.

    A sweep that fails does not keep the others from their work.
    """
    worked = 0
    for sweep in sweeps:
        try:
            worked += sweep(at)
        except Exception:
            logger.exception("The sweep %s failed", sweep.__name__)
    poke.deliver()
    poke.process_events()
    pulse.beat(at)
    for errand in ERRANDS:
        try:
            errand(at)
        except Exception:
            logger.exception("The errand %s failed", errand.__name__)
    return worked


def end_due(column: str, status: str, step: Step, *, at: datetime) -> int:
    """Work the incidents whose time in this column has come, account by account.

    A row in another status than the given one keeps its time and is left alone.
    """
    worked = 0
    for _round in range(ROUNDS):
        due = _due(column, status, at=at)
        shares = [(account, ids[:SHARE]) for account, ids in due.items()]
        done = [_work(account, ids, column, step, at=at) for account, ids in shares]
        worked += sum(done)
        # What others have locked is theirs; nothing is left where each had its share.
        if not sum(done) or all(len(ids) <= SHARE for ids in due.values()):
            break
    return worked


def _due(column: str, status: str, *, at: datetime) -> dict[Account, list[int]]:
    """Find the due rows of each account; the account that waits longest comes first."""
    found: dict[int, list[int]] = defaultdict(list)
    with tenancy.all_accounts():
        due = Incident.across_accounts.filter(**{f"{column}__lte": at})
        if status:
            due = due.filter(status=status)
        rows = due.order_by(column).values_list("account_id", "pk")
        for account, pk in rows[:CANDIDATES]:
            found[account].append(pk)
        accounts = Account.objects.in_bulk(list(found)) if found else {}
    return {accounts[pk]: ids for pk, ids in found.items()}


def _work(
    account: Account, ids: Sequence[int], column: str, step: Step, *, at: datetime
) -> int:
    """Work rows of one account together; where that fails, in ever smaller parts.

    This will return how many rows were done, or set aside.
    """
    try:
        with tenancy.scope(account):
            fresh = list(_still_due(account, ids, column, at=at))
            if fresh:
                step(fresh, at=at)
        return len(fresh)
    except Exception:
        logger.exception("Could not work %s of %d incidents", column, len(ids))
    if len(ids) > 1:
        middle = len(ids) // 2
        parts = (ids[:middle], ids[middle:])
        return sum(_work(account, part, column, step, at=at) for part in parts)
    quarantine.set_aside(account, ids[0], column, at=at)
    return 1


def _still_due(
    account: Account, ids: Sequence[int], column: str, *, at: datetime
) -> Iterator[Incident]:
    """Lock those rows that nobody else has and whose time still stands."""
    found = account.incidents.select_for_update(
        of=("self",), no_key=True, skip_locked=True
    )
    due = found.filter(pk__in=ids, **{f"{column}__lte": at}).order_by("pk")
    for incident in due.select_related("service__escalation_policy"):
        incident.account = account
        yield incident
