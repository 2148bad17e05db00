"""Takes the beats of heartbeats, and notices those that do not come.

An ordinary beat is one round trip and one UPDATE. Only a beat that ends a silence, a
failure and a missed beat make an event, of the heartbeat's own integration, so that
everything that holds for the events of tools holds for them.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from accounts import tenancy
from incidents import poke, uptime
from incidents.models import Event, Heartbeat
from oncall import moments

logger = logging.getLogger(__name__)

Status = Heartbeat.Status

# More beats than one in so long are answered and not written.
AT_MOST_EVERY = timedelta(seconds=1)
LONGEST_MESSAGE = 10_000
# How many due rows are looked up at a time, and how often in one tick.
BATCH = 200
ROUNDS = 50
POSTPONEMENT = timedelta(minutes=1)
# A beat may come this much before or after its time, even where the grace is shorter.
LEAST_TOLERANCE = timedelta(minutes=1)


class Outcome(StrEnum):
    """What became of a beat."""

    TAKEN = "taken"
    # It came within a second of another one.
    IGNORED = "ignored"
    # By GET, which this heartbeat does not allow.
    REFUSED = "refused"
    UNKNOWN = "unknown"


def take(key: str, *, at: datetime, by_get: bool = False) -> Outcome:
    """Note a beat: the next one is due an interval and its grace from now.

    One that comes late, but before the engine looked, is on time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT beat_heart(%s, %s, %s)", [key, by_get, at])
        found = cursor.fetchone()[0]
    if found != "look":
        return Outcome(found or Outcome.UNKNOWN)
    return _locked(key, lambda heartbeat: _take(heartbeat, at=at), by_get=by_get)


def fail(key: str, *, at: datetime, by_get: bool = False, message: str = "") -> Outcome:
    """Note that the job itself says that it failed: this will trigger at once."""
    return _locked(
        key, lambda heartbeat: _fail(heartbeat, message, at=at), by_get=by_get
    )


def miss_due(at: datetime) -> int:
    """Miss each heartbeat whose time has come; this will return how many were due."""
    uptime.note(at)
    worked = 0
    for _round in range(ROUNDS):
        found = _due(at)
        for heartbeat in found:
            _try(heartbeat, at=at)
        worked += len(found)
        if len(found) < BATCH:
            break
    return worked


def end_alert(heartbeat: Heartbeat, *, at: datetime) -> None:
    """Resolve what the heartbeat's silence or failure has opened."""
    summary = _("Heartbeat %(name)s beats again") % {"name": heartbeat.name}
    _say(heartbeat, Event.Action.RESOLVE, summary, {}, at=at)


def _locked(key: str, work: Callable[[Heartbeat], Outcome], *, by_get: bool) -> Outcome:
    """Work the heartbeat with this key, while nobody else does."""
    with tenancy.all_accounts():
        heartbeat = (
            Heartbeat.across_accounts.select_for_update(of=("self",))
            .select_related("account", "service")
            .filter(key=key)
            .first()
        )
        if heartbeat is None:
            return Outcome.UNKNOWN
        if by_get and not heartbeat.allows_get:
            return Outcome.REFUSED
        return work(heartbeat)


def _take(heartbeat: Heartbeat, *, at: datetime) -> Outcome:
    """Take a beat that is not ordinary: after a silence, or of a paused one."""
    if heartbeat.status == Status.MISSED:
        end_alert(heartbeat, at=at)
    elif _is_too_soon(heartbeat, at):
        return Outcome.IGNORED
    heartbeat.last_beat_at = at
    if heartbeat.status != Status.PAUSED:
        heartbeat.status, heartbeat.excused_at = Status.BEATING, None
        heartbeat.due_at = at + heartbeat.interval + heartbeat.grace
    heartbeat.save()
    return Outcome.TAKEN


def _fail(heartbeat: Heartbeat, message: str, *, at: datetime) -> Outcome:
    if heartbeat.status == Status.MISSED and _is_too_soon(heartbeat, at):
        return Outcome.IGNORED
    heartbeat.last_beat_at = at
    if heartbeat.status != Status.PAUSED:
        summary = _("%(name)s says that it failed") % {"name": heartbeat.name}
        details = {_("message"): message[:LONGEST_MESSAGE]} if message else {}
        _say(heartbeat, Event.Action.TRIGGER, summary, details, at=at)
        heartbeat.status, heartbeat.due_at = Status.MISSED, None
    heartbeat.save()
    return Outcome.TAKEN


def _is_too_soon(heartbeat: Heartbeat, at: datetime) -> bool:
    last = heartbeat.last_beat_at
    return last is not None and at - last < AT_MOST_EVERY


def _due(at: datetime) -> list[Heartbeat]:
    with tenancy.all_accounts():
        due = Heartbeat.across_accounts.filter(due_at__lte=at)
        return list(due.select_related("account").order_by("due_at")[:BATCH])


def _try(heartbeat: Heartbeat, *, at: datetime) -> None:
    """Work a due row; one that fails steps aside."""
    mine = Heartbeat.across_accounts.filter(pk=heartbeat.pk, due_at__lte=at)
    try:
        with tenancy.scope(heartbeat.account):
            fresh = mine.select_for_update(of=("self",), skip_locked=True)
            if found := fresh.select_related("account", "service").first():
                _miss(found, at=at)
    except Exception:
        logger.exception("Could not miss heartbeat %s", heartbeat.pk)
        with tenancy.scope(heartbeat.account):
            mine.update(due_at=at + POSTPONEMENT)


def _miss(heartbeat: Heartbeat, *, at: datetime) -> None:
    """Trigger, or give another interval if we were not there when it was expected."""
    if not _we_were_there(heartbeat):
        heartbeat.due_at = at + heartbeat.interval + heartbeat.grace
        heartbeat.excused_at = at
    else:
        summary = _("Heartbeat %(name)s was missed") % {"name": heartbeat.name}
        _say(heartbeat, Event.Action.TRIGGER, summary, _expected(heartbeat), at=at)
        heartbeat.status, heartbeat.due_at = Status.MISSED, None
    heartbeat.save(update_fields=["status", "due_at", "excused_at"])


def _we_were_there(heartbeat: Heartbeat) -> bool:
    """Whether the engine ran while the beat was expected, give or take its grace."""
    due = heartbeat.due_at
    if due is None:
        return True
    known = (due - 2 * max(heartbeat.grace, LEAST_TOLERANCE),)
    seen = (at for at in (heartbeat.last_beat_at, heartbeat.excused_at) if at)
    return uptime.ran(max((*known, *seen)), due)


def _expected(heartbeat: Heartbeat) -> dict[str, Any]:
    last = heartbeat.last_beat_at
    return {
        _("expected every"): moments.duration(heartbeat.interval),
        _("grace"): moments.duration(heartbeat.grace),
        _("last beat"): last.isoformat(timespec="seconds") if last else _("never"),
    }


def _say(
    heartbeat: Heartbeat,
    action: str,
    summary: str,
    details: dict[str, Any],
    *,
    at: datetime,
) -> None:
    """Write an event of the heartbeat's own integration, as a tool's would be."""
    Event.across_accounts.create(
        account_id=heartbeat.account_id,
        integration_id=heartbeat.integration_id,
        action=action,
        dedup_key=f"heartbeat:{heartbeat.public_id}",
        body={
            "summary": summary,
            "source": heartbeat.service.name,
            "severity": "critical",
            "timestamp": at.isoformat(),
            "component": "",
            "group": "",
            "class": "heartbeat",
            "custom_details": details,
            "links": [],
            "images": [],
            "client": _("Heartbeat"),
            "client_url": f"{settings.SITE_URL}/heartbeats/{heartbeat.public_id}/",
        },
        received_at=at,
    )
    poke.process_events()
