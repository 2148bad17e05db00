"""Starts levels of an escalation plan: who has the incident, and who is told when."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Account, Membership
from accounts.models.contact import Urgency
from incidents import alarms, columns, notifications, timeline
from incidents.models import Assignment, Incident, TimelineEntry
from oncall import escalation, queries
from oncall.escalation import Plan, Position

# While nobody can be told at all, how often we look again.
LOOK_AGAIN = timedelta(minutes=5)
# How long people to whom an incident was given directly have after their last rule.
GRACE = timedelta(minutes=30)
# What a start of paging, and what leads to it, changes of an incident.
SAVED = (
    *("status", "urgency", "level", "round", "episode", "pages", "failures"),
    *("escalate_at", "acknowledged_at", "acknowledgement_expires_at"),
    *("snoozed_until", "unreached_at", "exhausted_at", "changed_at"),
)


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
    # Of round robin: those who take turns, in their order, and the rule that counts.
    ring: tuple[int, ...] = ()
    rule_id: int | None = None
    # Who is paged whoever's turn it is.
    always: set[int] = field(default_factory=set)

    def share(self, incident: Incident) -> "Level":
        """Say what the level means for one placed incident: round robin picks one."""
        if not self.ring:
            return self
        passed = set(self.ring) - self.always - {incident.plan["turn"]["member"]}
        return replace(
            self,
            people=[person for person in self.people if person.pk not in passed],
            reasons={
                pk: reason for pk, reason in self.reasons.items() if pk not in passed
            },
        )


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
    level.always |= {person.pk for person in people}
    more = [person for person in people if person.pk not in level.reasons]
    level.people += more
    level.reasons |= {person.pk: {"direct": "again"} for person in more}
    level.steps |= notifications.steps_of(account, more, urgency)


def start(incident: Incident, level: Level, *, at: datetime) -> None:
    """Give a saved incident to the people of a level, save it, and plan their pages."""
    place([incident], level, at=at)
    incident.save()
    announce([incident], level, at=at)


def start_all(incidents: Sequence[Incident], level: Level, *, at: datetime) -> None:
    """Do the same for saved incidents of one account, of which paging alone changed."""
    place(incidents, level, at=at)
    save_all(incidents)
    if level.ring and len(incidents) > 1:
        turns = [(each.pk, json.dumps(each.plan)) for each in incidents]
        columns.update("incidents_incident", {"plan": "jsonb"}, turns)
    announce(incidents, level, at=at)


def place(incidents: Sequence[Incident], level: Level, *, at: datetime) -> None:
    """Set where incidents, saved or not, stand when the level begins."""
    if level.ring:
        _take_turns(incidents, level)
    for incident in incidents:
        incident.level = level.position.level
        incident.round = level.position.round
        incident.escalate_at = (
            at + level.delay if incident.urgency == Urgency.HIGH else None
        )
        incident.unreached_at = incident.exhausted_at = None
        incident.episode += 1
        incident.pages = _count(level.share(incident))
        incident.changed_at = at
        if not level.steps:
            mark_unreached(incident, at=at)


def announce(incidents: Sequence[Incident], level: Level, *, at: datetime) -> None:
    """Assign placed and saved incidents to the level's people, and plan their pages."""
    restarted = [incident for incident in incidents if incident.episode > 1]
    if restarted:
        notifications.cancel(restarted)
        Assignment.across_accounts.filter(incident__in=restarted).delete()
    shares = [(incident, level.share(incident)) for incident in incidents]
    Assignment.across_accounts.bulk_create(
        Assignment(
            account_id=incident.account_id, incident=incident, membership=person, at=at
        )
        for incident, share in shares
        for person in share.people
    )
    timeline.write(
        entry for incident, share in shares for entry in _entries(incident, share, at)
    )
    notifications.save(
        page
        for incident, share in shares
        for page in notifications.plan(incident, share.steps, share.reasons, at=at)
    )
    if not level.steps:
        alarms.tell_unreached(incidents, at=at)


def take_turn(level: Level) -> list[Membership]:
    """Say whom a level stands for outside of an incident; round robin moves on."""
    if not level.ring:
        return level.people
    return _of_turn(level, queries.take_turns(level.rule_id or 0, 1))


def next_up(account: Account, level: Level) -> list[Membership]:
    """Say whom a level would page if it began now; no turn is taken."""
    if not level.ring:
        return level.people
    rule = account.escalation_rules.filter(pk=level.rule_id or 0).first()
    return _of_turn(level, rule.turns if rule else None)


def nobody_reached(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Mark saved incidents that no one can be told of; tell the owners, once."""
    new = [incident for incident in incidents if incident.unreached_at is None]
    for incident in incidents:
        mark_unreached(incident, at=at)
    for incident in new:
        incident.episode += 1
    save_all(incidents)
    if new:
        alarms.tell_unreached(new, at=at)


def mark_unreached(incident: Incident, *, at: datetime) -> None:
    """Note that no one can be told now; we look again until somebody can."""
    incident.unreached_at = incident.unreached_at or at
    incident.escalate_at = at + LOOK_AGAIN
    incident.pages = 0
    incident.changed_at = at


def exhausted(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Mark incidents whose policy came to its end unanswered; tell the owners."""
    for incident in incidents:
        incident.exhausted_at = at
        incident.escalate_at = None
        incident.changed_at = at
    save_all(incidents)
    alarms.tell_exhausted(incidents, at=at)


def save_all(incidents: Sequence[Incident]) -> None:
    """Save what paging changes, those that have the same values in one statement."""
    if len(incidents) == 1:
        incidents[0].save()
        return
    alike: dict[tuple[Any, ...], list[int]] = {}
    for incident in incidents:
        values = tuple(getattr(incident, name) for name in SAVED)
        alike.setdefault(values, []).append(incident.pk)
    for values, ids in alike.items():
        Incident.across_accounts.filter(pk__in=ids).update(
            **dict(zip(SAVED, values, strict=True))
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
        ring=tuple(r.membership.pk for r in tellable) if level.is_round_robin else (),
        rule_id=level.rule_id,
    )


def _of_turn(level: Level, number: int | None) -> list[Membership]:
    chosen = escalation.turn(level.ring, number or 0)
    return [person for person in level.people if person.pk == chosen]


def _take_turns(incidents: Sequence[Incident], level: Level) -> None:
    """Note whose turn each incident is; one that stood here before stays theirs."""
    new = [incident for incident in incidents if not _has_turn(incident, level)]
    if not new:
        return
    taken = queries.take_turns(level.rule_id, len(new)) if level.rule_id else None
    # A rule that was deleted counts no more; the incidents' own numbers do instead.
    first = new[0].number if taken is None else taken
    for number, incident in enumerate(new, start=first):
        incident.plan["turn"] = {
            "level": level.position.level,
            "round": level.position.round,
            "member": escalation.turn(level.ring, number),
        }


def _has_turn(incident: Incident, level: Level) -> bool:
    turn = incident.plan.get("turn", {})
    here = (level.position.level, level.position.round)
    return (turn.get("level"), turn.get("round")) == here and (
        turn.get("member") in level.ring
    )


def _count(level: Level) -> int:
    """Count the pages that a level plans for one incident."""
    return sum(len(level.steps.get(person, ())) for person in level.reasons)


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
            # Names are for people; whoever reads by machine looks for the ids.
            members=[person.public_id for person in level.people],
            policy=level.policy,
        )


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
