"""Starts levels of an escalation plan: who has the incident, and who is told when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, Membership
from accounts.models.contact import Urgency
from incidents import notifications
from incidents.models import Assignment, Incident, Notification, TimelineEntry
from oncall import escalation, queries
from oncall.escalation import Plan, Position

# While nobody can be told at all, how often we look again.
LOOK_AGAIN = timedelta(minutes=5)
# How long people to whom an incident was given directly have after their last rule.
GRACE = timedelta(minutes=30)
# Columns that a start of paging changes.
CHANGED = [
    "level",
    "round",
    "episode",
    "escalate_at",
    "unreached_at",
    "exhausted_at",
    "changed_at",
]


@dataclass(slots=True)
class Level:
    """Whom a level reaches, why, and how each of them wants to be told."""

    position: Position
    people: list[Membership]
    reasons: dict[int, dict[str, Any]]
    steps: dict[int, list[notifications.Step]]
    # Levels that were passed over because they reach nobody.
    skipped: list[int] = field(default_factory=list)


def next_level(
    account: Account,
    plan: Plan,
    position: Position | None,
    *,
    urgency: str,
    at: datetime,
) -> Level | None:
    """Find the next level that reaches anybody, after the position; else None.

    A level reaches somebody who is there now and has a contact method that works.
    """
    tried: list[Level] = []

    def people(level: escalation.Level) -> Sequence[Membership]:
        found = queries.people_of(account, level, at)
        members = [reached.membership for reached in found]
        steps = notifications.steps_of(account, members, urgency)
        tellable = [reached for reached in found if reached.membership.pk in steps]
        tried.append(
            Level(
                position=Position(0),
                people=[reached.membership for reached in tellable],
                reasons={r.membership.pk: dict(r.reason) for r in tellable},
                steps=steps,
            )
        )
        return tried[-1].people

    found = escalation.next_reachable(plan, position, people)
    if found is None:
        return None
    level = tried[-1]
    level.position = found[0]
    level.skipped = [
        (found[0].level - 1 - back) % len(plan.levels) + 1
        for back in range(len(tried) - 1, 0, -1)
    ]
    for reason in level.reasons.values():
        reason |= {"policy": plan.name, "level": level.position.level}
    return level


def add(
    level: Level, people: Sequence[Membership], *, account: Account, urgency: str
) -> None:
    """Page these people along with the level, because they had the incident before."""
    more = [person for person in people if person.pk not in level.reasons]
    level.people += more
    level.reasons |= {person.pk: {"direct": "again"} for person in more}
    level.steps |= notifications.steps_of(account, more, urgency)


def start(
    incidents: Sequence[Incident], plan: Plan, level: Level, *, at: datetime
) -> None:
    """Give incidents of one plan to the people of a level, and plan their pages.

    The incidents' columns in CHANGED are set but not saved: the caller has more.
    """
    delay = plan.level(level.position).delay
    for incident in incidents:
        incident.level = level.position.level
        incident.round = level.position.round
        incident.escalate_at = at + delay if incident.urgency == Urgency.HIGH else None
        incident.unreached_at = incident.exhausted_at = None
    _hand_over(incidents, level.people, level.reasons, level.steps, at=at)
    TimelineEntry.across_accounts.bulk_create(
        [
            _entry("level_skipped", incident, at, level=number)
            for incident in incidents
            for number in level.skipped
        ]
        + [
            _entry(
                "level_started",
                incident,
                at,
                level=incident.level,
                round=incident.round,
                people=[person.name for person in level.people],
                policy=plan.name,
            )
            for incident in incidents
        ]
    )


def start_for(
    incident: Incident, people: Sequence[Membership], *, reason: str, at: datetime
) -> None:
    """Give an incident to people directly, outside of any policy, and page them.

    When none of them answers, or none can be told, the owners will be.
    """
    steps = notifications.steps_of(incident.account, people, incident.urgency)
    incident.level = incident.round = 0
    incident.unreached_at = incident.exhausted_at = None
    reasons = {person.pk: {"direct": reason} for person in people}
    last = max((s.delay_minutes for own in steps.values() for s in own), default=0)
    incident.escalate_at = None
    if incident.urgency == Urgency.HIGH:
        incident.escalate_at = at + timedelta(minutes=last) + GRACE
    _hand_over([incident], people, reasons, steps, at=at)
    if not steps:
        nobody_reached([incident], at=at)


def nobody_reached(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Mark incidents that no one can be told of, tell the owners once, look again."""
    for incident in incidents:
        first = incident.unreached_at is None
        incident.unreached_at = incident.unreached_at or at
        incident.escalate_at = at + LOOK_AGAIN
        incident.changed_at = at
        if first:
            incident.episode += 1
            _tell_owners(incident, "nobody_reached", _("Nobody could be paged"), at=at)


def exhausted(incident: Incident, *, at: datetime) -> None:
    """Mark an incident whose policy came to its end unanswered; tell the owners."""
    incident.exhausted_at = at
    incident.escalate_at = None
    incident.changed_at = at
    incident.save(update_fields=CHANGED)
    _tell_owners(
        incident, "policy_exhausted", _("Nobody answered, and the policy ended"), at=at
    )


def _hand_over(
    incidents: Sequence[Incident],
    people: Sequence[Membership],
    reasons: dict[int, dict[str, Any]],
    steps: dict[int, list[notifications.Step]],
    *,
    at: datetime,
) -> None:
    restarted = [incident for incident in incidents if incident.episode]
    if restarted:
        notifications.cancel(restarted)
        Assignment.across_accounts.filter(incident__in=restarted).delete()
    planned: list[Notification] = []
    for incident in incidents:
        incident.episode += 1
        incident.changed_at = at
        planned += notifications.plan(incident, steps, reasons, at=at)
    Assignment.across_accounts.bulk_create(
        Assignment(
            account_id=incident.account_id, incident=incident, membership=person, at=at
        )
        for incident in incidents
        for person in people
    )
    notifications.save(planned)


def _tell_owners(incident: Incident, verb: str, why: str, *, at: datetime) -> None:
    told = notifications.alarm(
        incident,
        subject=f"{why}: #{incident.number} {incident.title}",
        lines=[
            why + ".",
            _("Incident #%(number)s is open: %(title)s")
            % {"number": incident.number, "title": incident.title},
            _("Service: %(service)s") % {"service": incident.service.name},
        ],
        at=at,
    )
    TimelineEntry.across_accounts.bulk_create([_entry(verb, incident, at, told=told)])


def _entry(
    verb: str, incident: Incident, at: datetime, **details: Any
) -> TimelineEntry:
    return TimelineEntry(
        account_id=incident.account_id,
        incident=incident,
        verb=verb,
        at=at,
        via="engine",
        details=details,
    )
