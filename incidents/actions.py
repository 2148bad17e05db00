"""The verbs: what people, tools and timers do to an incident.

Every door calls them with who, by which way, and when. A verb locks the incident,
checks the transition, and writes status, timeline and planned pages in one
transaction. It returns the fresh incident, or raises states.NotAllowed or
permissions.NotPermitted in words fit for a person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Priority
from accounts.models.contact import Urgency
from accounts.permissions import Actor
from incidents import notifications, opening, paging, states
from incidents.models import Alert, Incident, Service, TimelineEntry
from oncall import queries
from oncall.escalation import Plan, Position
from oncall.models import EscalationPolicy

LONGEST_SNOOZE = timedelta(days=7)
TIMERS = (
    "escalate_at",
    "acknowledgement_expires_at",
    "snoozed_until",
    "auto_resolve_at",
)


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
    actor.require("respond")
    draft = opening.Draft(
        title=title,
        urgency=urgency or urgency_of(service),
        description=description,
        incident_key=incident_key,
        priority=priority,
    )
    return opening.open_many(
        service, [draft], actor=actor, at=at, people=assignees, policy=policy
    )[0]


def urgency_of(service: Service, severity: str = "") -> str:
    """Say how urgent an incident of the service is; no severity counts as high."""
    if service.urgency_rule != Service.UrgencyRule.SEVERITY:
        return service.urgency_rule
    return Urgency.LOW if severity in ("warning", "info") else Urgency.HIGH


@transaction.atomic
def acknowledge(incident: Incident, *, actor: Actor, at: datetime) -> Incident:
    """Take the incident on: its escalation stops and its unsent pages are cancelled."""
    incident = _apply("acknowledge", incident, actor=actor, at=at)
    timeout = incident.service.acknowledgement_timeout
    incident.acknowledged_at = incident.acknowledged_at or at
    incident.acknowledgement_expires_at = at + timeout if timeout else None
    incident.snoozed_until = None
    _stop_paging(incident)
    _take(incident, actor, at=at)
    incident.save()
    return incident


@transaction.atomic
def unacknowledge(incident: Incident, *, actor: Actor, at: datetime) -> Incident:
    """Give the incident back: its current level is paged again."""
    incident = _apply("unacknowledge", incident, actor=actor, at=at)
    _page_again(incident, at=at)
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
    resolved = _apply_to_all("resolve", incidents, actor=actor, at=at)
    _end(resolved, at=at)
    if note.strip():
        for incident in resolved:
            _write("add_note", incident, actor=actor, at=at, text=note.strip())
    return resolved


@transaction.atomic
def reopen(incident: Incident, *, actor: Actor, at: datetime) -> Incident:
    """Open a resolved incident again; its policy starts from the first level."""
    incident = _apply("reopen", incident, actor=actor, at=at)
    timeout = incident.service.auto_resolve_timeout
    incident.resolved_at = incident.acknowledged_at = incident.merged_into = None
    incident.auto_resolve_at = at + timeout if timeout else None
    incident.acknowledgements.all().delete()
    _follow(incident, incident.service.escalation_policy, at=at)
    return incident


@transaction.atomic
def escalate(
    incident: Incident, *, actor: Actor, at: datetime, level: int | None = None
) -> Incident:
    """Page the next level now, or the level given; raises NotAllowed without one."""
    incident = _apply(
        "escalate", incident, actor=actor, at=at, **({"to": level} if level else {})
    )
    if incident.urgency == Urgency.LOW:
        raise states.NotAllowed(
            _("A low-urgency incident does not escalate; reassign it instead.")
        )
    plan, position = Plan.from_json(incident.plan), _position(incident)
    if level is not None:
        if not 1 <= level <= len(plan.levels):
            raise states.NotAllowed(
                _("The policy has no level %(level)s.") % {"level": level}
            )
        position = _before(Position(level, incident.round), plan)
    found = paging.next_level(
        incident.account, plan, position, urgency=incident.urgency, at=at
    )
    if found is None:
        raise states.NotAllowed(_("No further level of the policy reaches anybody."))
    _open_again(incident)
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
    names = [person.name for person in people] or [policy.name if policy else ""]
    incident = _apply("reassign", incident, actor=actor, at=at, to=names)
    _open_again(incident)
    if policy is not None:
        _follow(incident, policy, at=at)
    elif people:
        _give(incident, people, reason="reassigned", at=at)
    else:
        raise states.NotAllowed(_("Say to whom the incident goes."))
    return incident


@transaction.atomic
def snooze(
    incident: Incident, *, actor: Actor, at: datetime, until: datetime
) -> Incident:
    """Let the incident rest until then; it pages again afterwards."""
    if not at < until <= at + LONGEST_SNOOZE:
        raise states.NotAllowed(_("Snooze for between a second and seven days."))
    incident = _apply("snooze", incident, actor=actor, at=at, until=until.isoformat())
    incident.acknowledged_at = incident.acknowledged_at or at
    incident.acknowledgement_expires_at = None
    incident.snoozed_until = until
    _stop_paging(incident)
    _take(incident, actor, at=at)
    incident.save()
    return incident


@transaction.atomic
def add_note(incident: Incident, *, actor: Actor, at: datetime, text: str) -> Incident:
    """Write down what people should know; raises NotAllowed for an empty note."""
    if not text.strip():
        raise states.NotAllowed(_("The note is empty."))
    incident = _apply("add_note", incident, actor=actor, at=at, text=text.strip())
    incident.save(update_fields=["changed_at"])
    return incident


@transaction.atomic
def change_urgency(
    incident: Incident, *, actor: Actor, at: datetime, urgency: str
) -> Incident:
    """Raise or lower the urgency: raising starts the paging, lowering ends it."""
    before = incident.urgency
    incident = _apply(
        "change_urgency", incident, actor=actor, at=at, to=urgency, **{"from": before}
    )
    if incident.urgency == urgency:
        return incident
    incident.urgency = urgency
    if incident.status == states.TRIGGERED:
        _page_again(incident, at=at)
    else:
        incident.save()
    return incident


@transaction.atomic
def change_priority(
    incident: Incident, *, actor: Actor, at: datetime, priority: Priority | None
) -> Incident:
    """Say how much it matters to the business; None takes the priority away."""
    name = priority.name if priority else ""
    incident = _apply("change_priority", incident, actor=actor, at=at, to=name)
    incident.priority = priority
    incident.save(update_fields=["priority", "changed_at"])
    return incident


@transaction.atomic
def rename(incident: Incident, *, actor: Actor, at: datetime, title: str) -> Incident:
    """Give the incident a better title; raises NotAllowed for an empty one."""
    if not title.strip():
        raise states.NotAllowed(_("An incident needs a title."))
    details = {"from": incident.title, "to": title.strip()[:1024]}
    incident = _apply("rename", incident, actor=actor, at=at, **details)
    incident.title = details["to"]
    incident.save(update_fields=["title", "changed_at"])
    return incident


@transaction.atomic
def merge(
    target: Incident, *, actor: Actor, at: datetime, sources: Sequence[Incident]
) -> Incident:
    """Move the sources' alerts into the target, and resolve the sources."""
    numbers = [source.number for source in sources]
    if target.number in numbers or not sources:
        raise states.NotAllowed(_("Choose other incidents to merge into this one."))
    target = _apply("merge", target, actor=actor, at=at, numbers=numbers)
    target.save(update_fields=["changed_at"])
    for source in sorted(sources, key=lambda incident: incident.pk):
        merged = _apply("merged", source, actor=actor, at=at, into=target.number)
        merged.alerts.update(incident=target)
        _end([merged], at=at, merged_into=target)
    return target


@transaction.atomic
def auto_resolve(incident: Incident, *, at: datetime) -> Incident:
    """End an incident that has been open for as long as its service allows."""
    incident = _apply("auto_resolve", incident, actor=Actor("timeout"), at=at)
    _end([incident], at=at)
    return incident


@transaction.atomic
def expire_acknowledgement(incident: Incident, *, at: datetime) -> Incident:
    """Page again an incident that was acknowledged and then left lying."""
    incident = _apply("ack_timeout", incident, actor=Actor("timeout"), at=at)
    _page_again(incident, at=at)
    return incident


@transaction.atomic
def end_snooze(incident: Incident, *, at: datetime) -> Incident:
    """Page again an incident whose rest is over."""
    incident = _apply("snooze_ended", incident, actor=Actor("timeout"), at=at)
    _page_again(incident, at=at)
    return incident


@transaction.atomic
def step(incident: Incident, *, at: datetime) -> Incident:
    """Go on with an escalation whose time has come; for the engine, which locked it."""
    plan, position = Plan.from_json(incident.plan), _position(incident)
    if incident.unreached_at is not None:
        position = None
    elif position is None:
        paging.exhausted(incident, at=at)
        return incident
    found = paging.next_level(
        incident.account, plan, position, urgency=incident.urgency, at=at
    )
    incident.failures = 0
    if found is not None:
        paging.start(incident, found, at=at)
    elif position is None:
        paging.nobody_reached(incident, at=at)
    else:
        paging.exhausted(incident, at=at)
    return incident


def _apply(
    verb: str, incident: Incident, *, actor: Actor, at: datetime, **details: Any
) -> Incident:
    """Lock the incident, move it to the verb's status and write its timeline."""
    return _apply_to_all(verb, [incident], actor=actor, at=at, **details)[0]


def _apply_to_all(
    verb: str,
    incidents: Sequence[Incident],
    *,
    actor: Actor,
    at: datetime,
    **details: Any,
) -> list[Incident]:
    actor.require("respond")
    fresh = lock_all(incidents)
    for incident in fresh:
        incident.status = states.after(verb, incident.status)
        incident.changed_at = at
    _write(verb, *fresh, actor=actor, at=at, **details)
    return fresh


def lock(incident: Incident) -> Incident:
    """Read the incident afresh and keep it from others until the transaction ends."""
    return lock_all([incident])[0]


def lock_all(incidents: Sequence[Incident]) -> list[Incident]:
    """Lock incidents of one account, always in the same order."""
    account = incidents[0].account
    found = (
        account.incidents.select_for_update(of=("self",))
        .select_related("account", "service__escalation_policy")
        .filter(pk__in=[incident.pk for incident in incidents])
        .order_by("pk")
    )
    return list(found)


def _write(
    verb: str, *incidents: Incident, actor: Actor, at: datetime, **details: Any
) -> None:
    TimelineEntry.across_accounts.bulk_create(
        TimelineEntry(
            account_id=incident.account_id,
            incident=incident,
            verb=verb,
            at=at,
            via=actor.via,
            membership=actor.user,
            name=actor.name,
            details=details,
        )
        for incident in incidents
    )


def _position(incident: Incident) -> Position | None:
    """Say where the escalation stands; None outside of a policy."""
    return Position(incident.level, incident.round) if incident.level else None


def _before(position: Position, plan: Plan) -> Position | None:
    """Return the position from which this one comes next; None for the very first."""
    if position.level > 1:
        return Position(position.level - 1, position.round)
    if position.round > 0:
        return Position(len(plan.levels), position.round - 1)
    return None


def _take(incident: Incident, actor: Actor, *, at: datetime) -> None:
    """Note who acknowledged; the incident is theirs from now on."""
    if actor.user is None:
        incident.acknowledgements.create(
            account=incident.account, name=actor.name, at=at
        )
        return
    for rows in (incident.acknowledgements, incident.assignments):
        rows.get_or_create(
            membership=actor.user, defaults={"account": incident.account, "at": at}
        )


def _stop_paging(incident: Incident) -> None:
    incident.escalate_at = None
    incident.unreached_at = incident.exhausted_at = None
    notifications.cancel([incident])


def _open_again(incident: Incident) -> None:
    """Forget an acknowledgement: somebody else shall answer."""
    incident.acknowledgement_expires_at = incident.snoozed_until = None
    incident.acknowledgements.all().delete()


def _end(
    incidents: Sequence[Incident], *, at: datetime, merged_into: Incident | None = None
) -> None:
    """Give resolved incidents their end: no timer, no page, no open alert."""
    ended: dict[str, Any] = {
        "status": states.RESOLVED,
        "resolved_at": at,
        "changed_at": at,
        "merged_into": merged_into,
        **dict.fromkeys((*TIMERS, "unreached_at", "exhausted_at")),
    }
    for incident in incidents:
        for name, value in ended.items():
            setattr(incident, name, value)
    ids = [incident.pk for incident in incidents]
    Incident.across_accounts.filter(pk__in=ids).update(**ended)
    notifications.cancel(incidents)
    Alert.across_accounts.filter(
        incident__in=ids, status=Alert.Status.TRIGGERED
    ).update(status=Alert.Status.RESOLVED, resolved_at=at)


def _follow(incident: Incident, policy: EscalationPolicy, *, at: datetime) -> None:
    """Start a policy from its first level, as it is now."""
    plan = queries.plan_of(policy)
    incident.plan = plan.as_json()
    _start_after(incident, plan, None, at=at)


def _page_again(incident: Incident, *, at: datetime) -> None:
    """Page the current level once more, and those who had the incident with it."""
    plan, position = Plan.from_json(incident.plan), _position(incident)
    rows = incident.assignments.select_related("membership__user")
    holders = [row.membership for row in rows if row.membership.is_active]
    _open_again(incident)
    incident.acknowledged_at = None
    if position is None:
        _give(incident, holders, reason="again", at=at)
    else:
        _start_after(incident, plan, _before(position, plan), at=at, also=holders)


def _start_after(
    incident: Incident,
    plan: Plan,
    position: Position | None,
    *,
    at: datetime,
    also: Sequence[Membership] = (),
) -> None:
    found = paging.next_level(
        incident.account, plan, position, urgency=incident.urgency, at=at
    )
    if found is not None:
        paging.add(found, also, account=incident.account, urgency=incident.urgency)
        paging.start(incident, found, at=at)
    elif also:
        _give(incident, also, reason="again", at=at)
    else:
        paging.nobody_reached(incident, at=at)


def _give(
    incident: Incident, people: Sequence[Membership], *, reason: str, at: datetime
) -> None:
    """Give the incident to people outside of any policy."""
    level = paging.direct(
        incident.account, people, urgency=incident.urgency, reason=reason
    )
    paging.start(incident, level, at=at)
