"""The verbs: what people, tools and timers do to an incident.

Every door calls them with who, by which way, and when. A verb locks the incident,
checks the transition, and writes status, timeline and planned pages in one
transaction. It returns the fresh incident, or raises states.NotAllowed or
permissions.NotPermitted in words fit for a person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Priority
from accounts.models.contact import Urgency
from accounts.permissions import Actor, may
from incidents import chains, changes, opening, paging, states, urgencies
from incidents.models import (
    Acknowledgement,
    Alert,
    Assignment,
    Incident,
    Notification,
    Service,
)
from incidents.noise.grouping import MOST_ALERTS
from oncall.escalation import Plan, Position
from oncall.models import EscalationPolicy

SHORTEST_SNOOZE = timedelta(seconds=1)
LONGEST_SNOOZE = timedelta(days=7)


def open_incident(
    service: Service,
    *,
    actor: Actor,
    at: datetime,
    title: str,
    urgency: str | None = None,
    description: str = "",
    assignees: Sequence[Membership] = (),
    policy: EscalationPolicy | None = None,
    priority: Priority | None = None,
    incident_key: str = "",
) -> Incident:
    """Open an incident by hand or by API; its paging starts at once."""
    actor.require("respond", of=service)
    _require_responders(assignees, service)
    draft = opening.Draft(
        title=title,
        urgency=urgency or urgencies.of(service, "", at=at),
        description=description,
        incident_key=incident_key,
        priority=priority,
    )
    return opening.open_many(
        service, [draft], actor=actor, at=at, people=assignees, policy=policy
    )[0]


def acknowledge(incident: Incident, *, actor: Actor, at: datetime) -> Incident:
    """Take the incident on: its escalation stops and its unsent pages are cancelled."""
    return acknowledge_all([incident], actor=actor, at=at)[0]


@transaction.atomic
def acknowledge_all(
    incidents: Sequence[Incident], *, actor: Actor, at: datetime
) -> list[Incident]:
    """Take on incidents of one account, all of them or, with NotAllowed, none."""
    taken = changes.apply_to_all("acknowledge", incidents, actor=actor, at=at)
    for incident in taken:
        timeout = incident.service.acknowledgement_timeout
        incident.acknowledged_at = incident.acknowledged_at or at
        incident.acknowledgement_expires_at = at + timeout if timeout else None
        incident.snoozed_until = None
    chains.stop_paging(*taken)
    _take(taken, actor, at=at)
    paging.save_all(taken)
    return taken


@transaction.atomic
def unacknowledge(incident: Incident, *, actor: Actor, at: datetime) -> Incident:
    """Give the incident back: its current level is paged again."""
    incident = changes.apply("unacknowledge", incident, actor=actor, at=at)
    chains.page_again(incident, at=at)
    return incident


def resolve(
    incident: Incident, *, actor: Actor, at: datetime, note: str = ""
) -> Incident:
    """End the incident and its alerts; nobody is told any more."""
    return resolve_all([incident], actor=actor, at=at, note=note)[0]


@transaction.atomic
def resolve_all(
    incidents: Sequence[Incident], *, actor: Actor, at: datetime, note: str = ""
) -> list[Incident]:
    """Resolve incidents of one account, all of them or, with NotAllowed, none."""
    resolved = changes.apply_to_all("resolve", incidents, actor=actor, at=at)
    chains.end(resolved, at=at)
    if note.strip():
        for incident in resolved:
            changes.write("add_note", incident, actor=actor, at=at, text=note.strip())
    return resolved


@transaction.atomic
def reopen(incident: Incident, *, actor: Actor, at: datetime) -> Incident:
    """Open a resolved incident again; its policy starts from the first level."""
    incident = changes.apply("reopen", incident, actor=actor, at=at)
    if incident.merged_into is not None:
        raise states.NotAllowed(_already_merged(incident))
    service, timeout = incident.service, incident.service.auto_resolve_timeout
    incident.resolved_at = incident.acknowledged_at = None
    incident.auto_resolve_at = at + timeout if timeout else None
    incident.raise_at = urgencies.raises_at(service, incident.urgency, after=at)
    incident.acknowledgements.all().delete()
    chains.follow(incident, service.escalation_policy, at=at)
    return incident


@transaction.atomic
def escalate(
    incident: Incident, *, actor: Actor, at: datetime, level: int | None = None
) -> Incident:
    """Page the next level now, or the level given; raises NotAllowed without one."""
    incident = changes.apply(
        "escalate", incident, actor=actor, at=at, **({"to": level} if level else {})
    )
    if incident.urgency == Urgency.LOW:
        raise states.NotAllowed(
            _("A low-urgency incident does not escalate; reassign it instead.")
        )
    plan, position = Plan.from_json(incident.plan), chains.stands_at(incident)
    if level is not None:
        if not 1 <= level <= len(plan.levels):
            raise states.NotAllowed(
                _("The policy has no level %(level)s.") % {"level": level}
            )
        position = chains.before(Position(level, incident.round), plan)
    found = paging.next_level(
        incident.account, plan, position, urgency=incident.urgency, at=at
    )
    if found is None:
        raise states.NotAllowed(_("No further level of the policy reaches anybody."))
    chains.open_again(incident)
    paging.start(incident, found, at=at)
    return incident


@transaction.atomic
def reassign(
    incident: Incident,
    *,
    actor: Actor,
    at: datetime,
    people: Sequence[Membership] = (),
    policy: EscalationPolicy | None = None,
) -> Incident:
    """Give the incident to people, or to a policy from its first level on."""
    if bool(people) == (policy is not None):
        raise states.NotAllowed(
            _("Say to whom the incident goes: to people, or to a policy.")
        )
    _require_responders(people, incident.service)
    names = [policy.name] if policy else [person.name for person in people]
    ids = [] if policy else [person.public_id for person in people]
    incident = changes.apply(
        "reassign", incident, actor=actor, at=at, to=names, members=ids
    )
    chains.open_again(incident)
    if policy is not None:
        chains.follow(incident, policy, at=at)
    else:
        chains.give(incident, people, reason="reassigned", at=at)
    return incident


@transaction.atomic
def snooze(
    incident: Incident, *, actor: Actor, at: datetime, until: datetime
) -> Incident:
    """Let the incident rest until then; it pages again afterwards."""
    if not at + SHORTEST_SNOOZE <= until <= at + LONGEST_SNOOZE:
        raise states.NotAllowed(_("Snooze for between a second and seven days."))
    incident = changes.apply(
        "snooze", incident, actor=actor, at=at, until=until.isoformat()
    )
    incident.acknowledged_at = incident.acknowledged_at or at
    incident.acknowledgement_expires_at = None
    incident.snoozed_until = until
    chains.stop_paging(incident)
    _take([incident], actor, at=at)
    incident.save()
    return incident


@transaction.atomic
def add_note(incident: Incident, *, actor: Actor, at: datetime, text: str) -> Incident:
    """Write down what people should know; raises NotAllowed for an empty note."""
    if not text.strip():
        raise states.NotAllowed(_("The note is empty."))
    incident = changes.apply(
        "add_note", incident, actor=actor, at=at, text=text.strip()
    )
    incident.save(update_fields=["changed_at"])
    return incident


@transaction.atomic
def change_urgency(
    incident: Incident, *, actor: Actor, at: datetime, urgency: str
) -> Incident:
    """Raise or lower the urgency: raising starts the paging, lowering ends it."""
    locked = changes.lock(incident)
    actor.require("respond", of=locked.service)
    if locked.urgency == urgency and states.may("change_urgency", locked.status):
        return locked
    details = {"from": locked.urgency, "to": urgency}
    incident = changes.apply("change_urgency", incident, actor=actor, at=at, **details)
    incident.urgency = urgency
    incident.raise_at = urgencies.raises_at(incident.service, urgency, after=at)
    if incident.status != states.TRIGGERED:
        incident.save()
    elif urgency == Urgency.LOW and _has_told_somebody(incident):
        chains.stop_paging(incident)
        incident.save()
    else:
        chains.page_again(incident, at=at)
    return incident


@transaction.atomic
def change_priority(
    incident: Incident, *, actor: Actor, at: datetime, priority: Priority | None
) -> Incident:
    """Say how much it matters to the business; None takes the priority away."""
    name = priority.name if priority else ""
    incident = changes.apply("change_priority", incident, actor=actor, at=at, to=name)
    incident.priority = priority
    incident.save(update_fields=["priority", "changed_at"])
    return incident


@transaction.atomic
def rename(incident: Incident, *, actor: Actor, at: datetime, title: str) -> Incident:
    """Give the incident a better title; raises NotAllowed for an empty one."""
    if not title.strip():
        raise states.NotAllowed(_("An incident needs a title."))
    details = {"from": incident.title, "to": title.strip()[:1024]}
    incident = changes.apply("rename", incident, actor=actor, at=at, **details)
    incident.title = details["to"]
    incident.save(update_fields=["title", "changed_at"])
    return incident


@transaction.atomic
def describe(incident: Incident, *, actor: Actor, at: datetime, text: str) -> Incident:
    """Say better what the incident is about, below its title."""
    incident = changes.apply(
        "describe", incident, actor=actor, at=at, text=text.strip()
    )
    incident.description = text.strip()
    incident.save(update_fields=["description", "changed_at"])
    return incident


@transaction.atomic
def merge(
    target: Incident, *, actor: Actor, at: datetime, sources: Sequence[Incident]
) -> Incident:
    """Move the sources' alerts into the target, and resolve the sources."""
    # All at once and in one order, or two merges could wait for each other for ever.
    locked = {each.pk: each for each in changes.lock_all([target, *sources])}
    for each in locked.values():
        actor.require("respond", of=each.service)
    target = locked.pop(target.pk)
    others = list(locked.values())
    _require_mergeable(target, others, named=len(sources))
    numbers = [other.number for other in others]
    changes.apply_to_all("merged", others, actor=actor, at=at, into=target.number)
    target = changes.apply("merge", target, actor=actor, at=at, numbers=numbers)
    target.save(update_fields=["changed_at"])
    Alert.across_accounts.filter(incident__in=others).update(incident=target)
    chains.end(others, at=at, merged_into=target)
    return target


def _require_responders(people: Sequence[Membership], service: Service) -> None:
    """Raise NotAllowed for somebody to whom an incident cannot be given."""
    for person in people:
        if not may(person, "respond", of=service):
            raise states.NotAllowed(
                _("%(name)s cannot be given an incident: deactivated, or an observer.")
                % {"name": person.name}
            )


def _has_told_somebody(incident: Incident) -> bool:
    """Say whether a page of the incident has left; then nobody is kept in the dark."""
    pages = incident.notifications.filter(purpose=Notification.Purpose.PAGE)
    return pages.filter(sent_at__isnull=False).exists()


def _require_mergeable(
    target: Incident, others: Sequence[Incident], *, named: int
) -> None:
    """Raise NotAllowed unless the others, all of them, can go into the target."""
    if not others or len(others) < named:
        raise states.NotAllowed(_("Choose other incidents to merge into this one."))
    for incident in (target, *others):
        if incident.merged_into_id:
            raise states.NotAllowed(_already_merged(incident))
    alerts = Alert.across_accounts.filter(incident__in=[target, *others])
    if alerts.count() > MOST_ALERTS:
        raise states.NotAllowed(
            _("Together they have more than %(most)d alerts, the most of an incident.")
            % {"most": MOST_ALERTS}
        )


def _already_merged(incident: Incident) -> str:
    facts = {"number": incident.number, "into": incident.merged_into.number}
    return _("#%(number)d was merged into #%(into)d; go on there.") % facts


def _take(incidents: Sequence[Incident], actor: Actor, *, at: datetime) -> None:
    """Note who acknowledged; the incidents are theirs from now on."""
    member = actor.user
    Acknowledgement.across_accounts.bulk_create(
        (
            Acknowledgement(
                account_id=incident.account_id,
                incident=incident,
                membership=member,
                name="" if member else actor.name,
                at=at,
            )
            for incident in incidents
        ),
        ignore_conflicts=True,
    )
    if member is None:
        return
    Assignment.across_accounts.bulk_create(
        (
            Assignment(
                account_id=incident.account_id,
                incident=incident,
                membership=member,
                at=at,
            )
            for incident in incidents
        ),
        ignore_conflicts=True,
    )
