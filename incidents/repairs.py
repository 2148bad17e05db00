"""Finds what the engine has lost, and repairs it: chains, pages, and stuck deliveries.

Each question is one query over an index of open work; each repair is a transaction of
its own, which looks again, and says on the timeline what it did.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from accounts import tenancy
from accounts.models.contact import Urgency
from incidents import changes, lost_timers, notifications, poke, timeline
from incidents.lost_timers import Lost
from incidents.models import Incident, Notification, TimelineEntry
from incidents.models.incident import Status

logger = logging.getLogger(__name__)

BATCH = 500
# Nothing of ours moves a due delivery so far ahead; see results.BACKOFF.
FAR = timedelta(minutes=5)

LOST_PAGES = """
    SELECT i.id FROM incidents_incident i
    WHERE i.status = 'triggered' AND i.pages > (
        SELECT count(*) FROM incidents_notification n
        WHERE n.incident_id = i.id AND n.episode = i.episode AND n.purpose = 'page')
    LIMIT %s
"""
STUCK = """
    UPDATE incidents_notification SET send_at = greatest(%(at)s, planned_for)
    WHERE status = 'planned' AND send_at > %(far)s
        AND send_at > planned_for + (%(far)s - %(at)s)
    RETURNING incident_id, account_id
"""


def repair_all(at: datetime) -> int:
    """Ask everything and repair what is found; this will return how much that was."""
    return (
        sum(_alone(_plan_again, incident, at=at) for incident in _without_pages())
        + sum(_alone(_go_on, incident, at=at) for incident in _without_next_step())
        + sum(_put_back(lost, at=at) for lost in lost_timers.find(at))
        + _release_stuck(at)
    )


def _alone(repair: Callable[..., bool], incident: Incident, *, at: datetime) -> bool:
    """Repair one incident; what cannot be repaired does not stop the rest."""
    try:
        with tenancy.scope(incident.account):
            return repair(changes.lock(incident), at=at)
    except Exception:
        logger.exception("Could not repair incident %s", incident.pk)
        return False


def _without_next_step() -> list[Incident]:
    """Find triggered incidents without a time to come and without an end.

    One of low urgency never escalates; it is lost only if none of its pages is alive.
    """
    alive = Notification.across_accounts.filter(
        incident=OuterRef("pk"),
        episode=OuterRef("episode"),
        purpose=Notification.Purpose.PAGE,
    ).exclude(
        status__in=(Notification.Status.FAILED, Notification.Status.CANCELLED),
    )
    lost = Incident.across_accounts.filter(
        Q(urgency=Urgency.HIGH) | ~Exists(alive),
        status=Status.TRIGGERED,
        escalate_at=None,
        exhausted_at=None,
    )
    with tenancy.all_accounts():
        return list(lost.select_related("account")[:BATCH])


def _go_on(incident: Incident, *, at: datetime) -> bool:
    """Let a lost chain go on now."""
    if incident.status != Status.TRIGGERED or incident.escalate_at is not None:
        return False
    incident.escalate_at = at
    incident.save(update_fields=["escalate_at"])
    _say(incident, "escalate_at", at=at)
    return True


def _without_pages() -> list[Incident]:
    """Find triggered incidents that have fewer pages than were planned."""
    with tenancy.all_accounts():
        with connection.cursor() as cursor:
            cursor.execute(LOST_PAGES, [BATCH])
            ids = [row[0] for row in cursor.fetchall()]
        found = Incident.across_accounts.filter(pk__in=ids)
        return list(found.select_related("account")) if ids else []


def _plan_again(incident: Incident, *, at: datetime) -> bool:
    """Plan the pages of this start of paging once more; those that are there stay."""
    pages = incident.notifications.filter(
        episode=incident.episode, purpose=Notification.Purpose.PAGE
    )
    if incident.status != Status.TRIGGERED or pages.count() >= incident.pages:
        return False
    holders = incident.assignments.select_related("membership__user")
    people = [row.membership for row in holders if row.membership.is_active]
    started_at = min((row.at for row in holders), default=at)
    reasons = {person.pk: _reason(incident, pages, person.pk) for person in people}
    steps = notifications.steps_of(incident.account, people, incident.urgency)
    again = notifications.plan(incident, steps, reasons, at=started_at)
    for page in again:
        page.send_at = max(page.send_at, at)
    notifications.save(again)
    # So many there are; rules that changed meanwhile are not looked for again.
    incident.pages = pages.count()
    incident.save(update_fields=["pages"])
    _say(incident, "pages", at=at)
    return True


def _reason(incident: Incident, pages: Any, member: int) -> dict[str, Any]:
    known = pages.filter(membership=member).first()
    if known is not None:
        return dict(known.reason)
    if not incident.level:
        return {"direct": "again"}
    return {"policy": incident.plan.get("name", ""), "level": incident.level}


def _put_back(lost: Lost, *, at: datetime) -> bool:
    def repair(incident: Incident, *, at: datetime) -> bool:
        is_back = lost.put_back(incident, at=at)
        if is_back:
            _say(incident, lost.column, at=at)
        return is_back

    return _alone(repair, lost.incident, at=at)


def _release_stuck(at: datetime) -> int:
    """Make deliveries due whose time was moved away further than we ever do."""
    with tenancy.all_accounts(), connection.cursor() as cursor:
        cursor.execute(STUCK, {"at": at, "far": at + FAR})
        found = cursor.fetchall()
        timeline.write(_entries(found, at=at))
        if found:
            logger.critical("Released %d deliveries that were stuck", len(found))
            poke.deliver()
    return len(found)


def _entries(
    found: Sequence[tuple[int | None, int]], *, at: datetime
) -> Iterator[TimelineEntry]:
    for incident, account in found:
        if incident is not None:
            yield TimelineEntry(
                account_id=account,
                incident_id=incident,
                verb="repaired",
                at=at,
                via="engine",
                details={"what": "send_at"},
            )


def _say(incident: Incident, what: str, *, at: datetime) -> None:
    logger.critical("Repaired %s of incident %s", what, incident.pk)
    timeline.write(
        [
            TimelineEntry(
                account_id=incident.account_id,
                incident=incident,
                verb="repaired",
                at=at,
                via="engine",
                details={"what": what},
            )
        ]
    )
