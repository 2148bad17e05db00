"""Does what a time has come for: escalations, timeouts, ends of snoozes.

The rows are the timers. Each is locked, looked at again and worked in a transaction
of its own account; one that fails steps aside, and after some failures its chain is
moved on. Any number of engines may run at once.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from accounts import tenancy
from incidents import actions, handoffs, poke, pulse, states
from incidents.models import Incident, TimelineEntry

logger = logging.getLogger(__name__)

# How many due rows of one kind are looked up at a time.
BATCH = 200
# And so often in one tick; what is left waits for the next one.
ROUNDS = 50
# After so many failures in a row the incident is moved past what fails.
PATIENCE = 5
POSTPONEMENT = timedelta(seconds=10)

Step = Callable[..., Incident]


def now() -> datetime:
    """Read the database's clock, by which the engine lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def tick(at: datetime) -> int:
    """Work everything that is due; this will return how many rows were due."""
    worked = (
        end_due("escalate_at", "triggered", actions.step, at=at)
        + end_due(
            "acknowledgement_expires_at",
            "acknowledged",
            actions.expire_acknowledgement,
            at=at,
        )
        + end_due("snoozed_until", "acknowledged", actions.end_snooze, at=at)
        + end_due("auto_resolve_at", "", actions.auto_resolve, at=at)
    )
    poke.deliver()
    poke.process_events()
    pulse.beat(at)
    # Last, because paging never waits for them.
    handoffs.sweep(at)
    return worked


def end_due(column: str, status: str, step: Step, *, at: datetime) -> int:
    """Work each incident whose time in this column has come.

    A row in another status than the given one keeps its time and is left alone.
    """
    worked = 0
    for _round in range(ROUNDS):
        found = _due(column, status, at=at)
        for incident in found:
            try:
                with tenancy.scope(incident.account):
                    if fresh := _still_due(incident, column, at=at):
                        step(fresh, at=at)
            except Exception:
                logger.exception("Could not work %s of %s", column, incident.pk)
                _set_aside(incident, column, at=at)
        worked += len(found)
        if len(found) < BATCH:
            break
    return worked


def _due(column: str, status: str, *, at: datetime) -> list[Incident]:
    with tenancy.all_accounts():
        due = Incident.across_accounts.filter(**{f"{column}__lte": at})
        if status:
            due = due.filter(status=status)
        return list(due.select_related("account").order_by(column)[:BATCH])


def _still_due(incident: Incident, column: str, *, at: datetime) -> Incident | None:
    """Lock the row if nobody else has it and its time still stands."""
    return (
        incident.account.incidents.select_for_update(of=("self",), skip_locked=True)
        .select_related("account", "service__escalation_policy")
        .filter(pk=incident.pk, **{f"{column}__lte": at})
        .first()
    )


def _set_aside(incident: Incident, column: str, *, at: datetime) -> None:
    """Try a failing row again later, and in the end move its chain past the failure."""
    try:
        with tenancy.scope(incident.account):
            fresh = actions.lock(incident)
            fresh.failures += 1
            setattr(fresh, column, at + POSTPONEMENT * fresh.failures)
            if fresh.failures >= PATIENCE:
                logger.critical("Quarantined %s of incident %s", column, fresh.pk)
                _move_on(fresh, column, at=at)
            fresh.save()
    except Exception:
        logger.exception("Could not set %s aside", incident.pk)


def _move_on(incident: Incident, column: str, *, at: datetime) -> None:
    """Let the chain advance without the step that keeps failing."""
    levels = len(incident.plan.get("levels", ()))
    if column == "escalate_at" and incident.level < levels:
        incident.level += 1
    elif column in ("acknowledgement_expires_at", "snoozed_until"):
        incident.status = states.TRIGGERED
        incident.escalate_at = at
        setattr(incident, column, None)
    incident.failures = 0
    TimelineEntry.across_accounts.create(
        account_id=incident.account_id,
        incident=incident,
        verb="repaired",
        at=at,
        via="engine",
        details={"what": column},
    )
