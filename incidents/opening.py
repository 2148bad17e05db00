"""Opens incidents, one or many of a service at once, and starts their paging."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Account, Membership, Priority
from accounts.permissions import Actor
from incidents import alarms, ends, paging, timeline, urgencies
from incidents.models import Incident, Service, TimelineEntry
from oncall import queries
from oncall.escalation import Plan
from oncall.models import EscalationPolicy


@dataclass(slots=True)
class Draft:
    """What is known of an incident before it exists."""

    title: str
    urgency: str
    description: str = ""
    incident_key: str = ""
    priority: Priority | None = None
    # What its alerts have in common, and until when more of them may join it.
    group_key: str = ""
    groups_until: datetime | None = None
    # Names what an incident of our own is about; see incidents.own.
    own_key: str = ""
    # Facts for the timeline's first entry.
    details: dict[str, Any] | None = None


@transaction.atomic
def open_many(
    service: Service,
    drafts: Sequence[Draft],
    *,
    actor: Actor,
    at: datetime,
    people: Sequence[Membership] = (),
    policy: EscalationPolicy | None = None,
) -> list[Incident]:
    """Open incidents with their numbers, timelines, first level and pages.

    The people given get them directly; else the policy (the service's by default)
    decides. This will open them also when nobody can be paged, and tell the owners.
    """
    plan = queries.plan_of(policy or service.escalation_policy)
    first = _numbers(service.account, len(drafts))
    incidents = [
        _incident(service, draft, plan, first + place, at=at)
        for place, draft in enumerate(drafts)
    ]
    levels = {
        urgency: _first_level(service.account, plan, people, urgency, at=at)
        for urgency in {incident.urgency for incident in incidents}
    }
    for urgency, level in levels.items():
        alike = [incident for incident in incidents if incident.urgency == urgency]
        if level:
            paging.place(alike, level, at=at)
        else:
            for incident in alike:
                paging.mark_unreached(incident, at=at)
    Incident.across_accounts.bulk_create(incidents)
    timeline.write(
        _opened(incident, draft, actor, at=at)
        for incident, draft in zip(incidents, drafts, strict=True)
    )
    for urgency, level in levels.items():
        alike = [incident for incident in incidents if incident.urgency == urgency]
        if level:
            paging.announce(alike, level, at=at)
        else:
            alarms.tell_unreached(alike, at=at)
    return incidents


def _first_level(
    account: Account,
    plan: Plan,
    people: Sequence[Membership],
    urgency: str,
    *,
    at: datetime,
) -> paging.Level | None:
    if people:
        return paging.direct(account, people, urgency=urgency, reason="created")
    return paging.next_level(account, plan, None, urgency=urgency, at=at)


def _numbers(account: Account, count: int) -> int:
    """Take the next numbers of the account; this will return the first of them."""
    own = Account.objects.filter(pk=account.pk)
    own.update(last_incident_number=F("last_incident_number") + count)
    # Our update holds the row, so nobody else takes these numbers.
    return int(own.values_list("last_incident_number", flat=True).get()) - count + 1


def _incident(
    service: Service, draft: Draft, plan: Plan, number: int, *, at: datetime
) -> Incident:
    timeout = service.auto_resolve_timeout
    return Incident(
        account=service.account,
        number=number,
        title=draft.title,
        description=draft.description,
        service=service,
        urgency=draft.urgency,
        priority=draft.priority,
        incident_key=draft.incident_key,
        group_key=draft.group_key,
        groups_until=draft.groups_until,
        own_key=draft.own_key,
        plan=plan.as_json(),
        created_at=at,
        changed_at=at,
        auto_resolve_at=at + timeout if timeout else None,
        raise_at=urgencies.raises_at(service, draft.urgency, after=at),
    )


def _opened(
    incident: Incident, draft: Draft, actor: Actor, *, at: datetime
) -> TimelineEntry:
    return TimelineEntry(
        account_id=incident.account_id,
        incident=incident,
        verb="trigger",
        at=at,
        via=actor.via,
        membership=actor.user,
        name=actor.name,
        details={
            "summary": draft.title,
            **ends.facts("trigger", incident.service, at=at),
            **(draft.details or {}),
        },
    )
