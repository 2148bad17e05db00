"""Starts levels of an escalation plan: who has the incident, and who is told when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, Membership
from accounts.models.contact import Urgency
from incidents import notifications
from incidents.models import Assignment, Incident, TimelineEntry
from oncall import escalation, queries
from oncall.escalation import Plan, Position

# While nobody can be told at all, how often we look again.
LOOK_AGAIN = timedelta(minutes=5)
# How long people to whom an incident was given directly have after their last rule.
GRACE = timedelta(minutes=30)


@dataclass(slots=True)
class Level:
    """Whom a level reaches, why, and how each of them wants to be told.

    Level 0 stands for people to whom an incident is given outside of any policy.
    """

    position: Position
    delay: timedelta
    people: list[Membership]
    reasons: dict[int, dict[str, Any]]
    steps: dict[int, list[notifications.Step]]
    policy: str = ""
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
        tried.append(_level(account, plan, level, urgency=urgency, at=at))
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


def direct(
    account: Account, people: Sequence[Membership], *, urgency: str, reason: str
) -> Level:
    """Make a level of people outside of any policy.

    They have until GRACE after their last rule; then the owners will be told.
    """
    steps = notifications.steps_of(account, people, urgency)
    last = max(
        (step.delay_minutes for own in steps.values() for step in own), default=0
    )
    return Level(
        position=Position(0),
        delay=timedelta(minutes=last) + GRACE,
        people=list(people),
        reasons={person.pk: {"direct": reason} for person in people},
        steps=steps,
    )


def add(
    level: Level, people: Sequence[Membership], *, account: Account, urgency: str
) -> None:
    """Page these people along with the level, because they had the incident before."""
    more = [person for person in people if person.pk not in level.reasons]
    level.people += more
    level.reasons |= {person.pk: {"direct": "again"} for person in more}
    level.steps |= notifications.steps_of(account, more, urgency)


def start(incident: Incident, level: Level, *, at: datetime) -> None:
    """Give a saved incident to the people of a level, save it, and plan their pages."""
    place([incident], level, at=at)
    incident.save()
    announce([incident], level, at=at)


def place(incidents: Sequence[Incident], level: Level, *, at: datetime) -> None:
    """Set where incidents, saved or not, stand when the level begins."""
    for incident in incidents:
        incident.level = level.position.level
        incident.round = level.position.round
        incident.escalate_at = (
            at + level.delay if incident.urgency == Urgency.HIGH else None
        )
        incident.unreached_at = incident.exhausted_at = None
        incident.episode += 1
        incident.changed_at = at
        if not level.steps:
            mark_unreached(incident, at=at)


def announce(incidents: Sequence[Incident], level: Level, *, at: datetime) -> None:
    """Assign placed and saved incidents to the level's people, and plan their pages."""
    restarted = [incident for incident in incidents if incident.episode > 1]
    if restarted:
        notifications.cancel(restarted)
        Assignment.across_accounts.filter(incident__in=restarted).delete()
    Assignment.across_accounts.bulk_create(
        Assignment(
            account_id=incident.account_id, incident=incident, membership=person, at=at
        )
        for incident in incidents
        for person in level.people
    )
    TimelineEntry.across_accounts.bulk_create(
        entry for incident in incidents for entry in _entries(incident, level, at)
    )
    notifications.save(
        page
        for incident in incidents
        for page in notifications.plan(incident, level.steps, level.reasons, at=at)
    )
    if not level.steps:
        tell_unreached(incidents, at=at)


def nobody_reached(incident: Incident, *, at: datetime) -> None:
    """Mark a saved incident that no one can be told of; tell the owners, once."""
    is_new = incident.unreached_at is None
    mark_unreached(incident, at=at)
    incident.episode += is_new
    incident.save()
    if is_new:
        tell_unreached([incident], at=at)


def mark_unreached(incident: Incident, *, at: datetime) -> None:
    """Note that no one can be told now; we look again until somebody can."""
    incident.unreached_at = incident.unreached_at or at
    incident.escalate_at = at + LOOK_AGAIN
    incident.changed_at = at


def tell_unreached(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Tell the owners of saved incidents that no one could be told of."""
    for incident in incidents:
        _tell_owners(incident, "nobody_reached", _("Nobody could be paged"), at=at)


def exhausted(incident: Incident, *, at: datetime) -> None:
    """Mark an incident whose policy came to its end unanswered; tell the owners."""
    incident.exhausted_at = at
    incident.escalate_at = None
    incident.changed_at = at
    incident.save()
    _tell_owners(
        incident, "policy_exhausted", _("Nobody answered, and the policy ended"), at=at
    )


def _level(
    account: Account,
    plan: Plan,
    level: escalation.Level,
    *,
    urgency: str,
    at: datetime,
) -> Level:
    """Look up whom a level of a plan reaches now."""
    found = queries.people_of(account, level, at)
    steps = notifications.steps_of(account, [r.membership for r in found], urgency)
    tellable = [reached for reached in found if reached.membership.pk in steps]
    return Level(
        position=Position(0),
        delay=level.delay,
        people=[reached.membership for reached in tellable],
        reasons={r.membership.pk: dict(r.reason) for r in tellable},
        steps=steps,
        policy=plan.name,
    )


def _entries(incident: Incident, level: Level, at: datetime) -> Iterator[TimelineEntry]:
    for number in level.skipped:
        yield _entry("level_skipped", incident, at, level=number)
    if level.position.level:
        yield _entry(
            "level_started",
            incident,
            at,
            level=incident.level,
            round=incident.round,
            people=[person.name for person in level.people],
            policy=level.policy,
        )


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
