"""Shows incidents in the API, however many, in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import Account, Membership
from incidents.models import Alert, Incident, TimelineEntry
from incidents.states import ACKNOWLEDGED, RESOLVED
from integrations.api import (
    lists,
    log_entry_rendering,
    policies,
    priorities,
    references,
    responder_rendering,
    service_shape,
    teams,
    times,
    users,
)
from integrations.api.requests import ApiRequest
from oncall.models import EscalationPolicy

INCLUDES = {
    "acknowledgers",
    "agents",
    "assignees",
    "body",
    "conference_bridge",
    "escalation_policies",
    "first_trigger_log_entries",
    "priorities",
    "services",
    "teams",
    "users",
}
ONLY_FOR_ONE = {"custom_fields"}
# Which of them make users full.
PEOPLE = {"acknowledgers", "agents", "assignees", "users"}
# What changes the status; an escalation takes an acknowledgement back.
CHANGING = (
    "trigger",
    "acknowledge",
    "unacknowledge",
    "resolve",
    "reopen",
    "escalate",
    "reassign",
    "snooze",
    "merged",
    "auto_resolve",
    "ack_timeout",
    "snooze_ended",
)


@dataclass
class Facts:
    """What incidents of one answer have around them, by their ids."""

    first: dict[int, TimelineEntry]
    last: dict[int, TimelineEntry]
    counts: dict[int, dict[str, int]]
    policies: dict[int, EscalationPolicy]
    # Shown in full where `include[]` asks for it; members by their ids.
    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    entries: dict[int, dict[str, Any]] = field(default_factory=dict)
    services: dict[int, dict[str, Any]] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)


def with_rows(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """Let incidents bring along the rows that are shown of them."""
    return rows.select_related(
        "service__team", "service__escalation_policy", "priority", "merged_into"
    ).prefetch_related(
        "assignments__membership__user",
        "acknowledgements__membership__user",
        "responders__membership__user",
        "responders__policy",
        "responders__request__requester__user",
    )


def shown(request: ApiRequest, incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    """Show incidents that `with_rows` has loaded."""
    facts = _facts(request, incidents)
    return [represent(request, incident, facts) for incident in incidents]


def represent(request: ApiRequest, incident: Incident, facts: Facts) -> dict[str, Any]:
    """Show one incident."""

    def at(moment: Any) -> str | None:
        return times.spelled(request, moment)

    entry = facts.first.get(incident.pk)
    changed = facts.last.get(incident.pk)
    found = {
        **references.identity(request, incident),
        "incident_number": incident.number,
        "title": incident.title,
        "description": incident.title,
        "created_at": at(incident.created_at),
        "updated_at": at(incident.changed_at),
        "status": incident.status,
        "incident_key": incident.incident_key or None,
        "service": facts.services.get(incident.service_id)
        or references.reference(request, incident.service),
        "assignments": _assignments(request, incident, facts),
        "assigned_via": _assigned_via(incident),
        "last_status_change_at": at(changed.at if changed else incident.changed_at),
        "last_status_change_by": _changer(request, incident, facts),
        "resolved_at": at(incident.resolved_at),
        "first_trigger_log_entry": facts.entries.get(incident.pk)
        or (log_entry_rendering.reference(request, entry) if entry else None),
        "alert_counts": facts.counts.get(incident.pk, _NO_ALERTS),
        "is_mergeable": incident.is_open,
        "incident_type": {"name": "incident_default"},
        "escalation_policy": _policy(request, incident, facts),
        "teams": references.either(
            request, _teams(incident), facts.wanted, "teams", teams.represent
        ),
        "pending_actions": _pending(request, incident),
        "acknowledgements": _acknowledgements(request, incident, facts),
        "alert_grouping": None,
        "priority": priorities.represent(request, incident.priority)
        if incident.priority
        else None,
        "resolve_reason": _reason(request, incident),
        "conference_bridge": None,
        **responder_rendering.of(request, incident),
        "urgency": incident.urgency,
    }
    if "body" in facts.wanted:
        found["body"] = {"type": "incident_body", "details": incident.description}
    return found


_NO_ALERTS = {"all": 0, "triggered": 0, "resolved": 0}


def _facts(request: ApiRequest, incidents: Sequence[Incident]) -> Facts:
    ids = [incident.pk for incident in incidents]
    wanted = set(lists.values(request, "include"))
    account = request.account
    facts = Facts(
        first=log_entry_rendering.first_of(account, ids),
        last=_last(account, ids),
        counts=_counts(account, ids),
        policies=_policies(account, incidents, wanted),
        wanted=wanted,
    )
    if wanted & PEOPLE:
        facts.people = _people(request, incidents, facts)
    if "first_trigger_log_entries" in wanted:
        entries = list(facts.first.values())
        full = log_entry_rendering.shown(request, entries)
        facts.entries = {
            entry.incident_id: found for entry, found in zip(entries, full, strict=True)
        }
    if "services" in wanted:
        named = [incident.service for incident in incidents]
        facts.services = service_shape.by_id(request, named, timezone.now())
    return facts


def _last(account: Account, ids: Sequence[int]) -> dict[int, TimelineEntry]:
    """Find what changed the status of each incident last."""
    entries = (
        account.timeline_entries.filter(incident__in=ids, verb__in=CHANGING)
        .select_related("membership__user")
        .order_by("incident_id", "-id")
        .distinct("incident_id")
    )
    return {entry.incident_id: entry for entry in entries}


def _counts(account: Account, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    is_open = Q(status=Alert.Status.TRIGGERED)
    rows = (
        account.alerts.filter(incident__in=ids)
        .order_by()
        .values("incident")
        .annotate(all=Count("pk"), open=Count("pk", filter=is_open))
    )
    return {
        row["incident"]: {
            "all": row["all"],
            "triggered": row["open"],
            "resolved": row["all"] - row["open"],
        }
        for row in rows
    }


def _policies(
    account: Account, incidents: Iterable[Incident], wanted: set[str]
) -> dict[int, EscalationPolicy]:
    ids = {_policy_id(incident) for incident in incidents}
    rows = account.escalation_policies.filter(pk__in=ids)
    if "escalation_policies" in wanted:
        rows = policies.full(rows)
    return {policy.pk: policy for policy in rows}


def _policy_id(incident: Incident) -> int:
    """Say which policy it follows: that of its plan, or else its service's."""
    planned: int | None = incident.plan.get("policy_id")
    return planned or incident.service.escalation_policy_id


def _people(
    request: ApiRequest, incidents: Iterable[Incident], facts: Facts
) -> dict[int, dict[str, Any]]:
    ids: set[int | None] = {entry.membership_id for entry in facts.last.values()}
    for incident in incidents:
        ids.update(row.membership_id for row in incident.assignments.all())
        ids.update(row.membership_id for row in incident.acknowledgements.all())
    members = users.full(
        request.account.memberships.filter(pk__in=list(filter(None, ids)))
    )
    return {member.pk: users.represent(request, member) for member in members}


def _person(
    request: ApiRequest, member: Membership, facts: Facts, *names: str
) -> dict[str, Any]:
    """Show a member in full if `include[]` has one of these names."""
    if facts.wanted & set(names):
        return facts.people[member.pk]
    return references.reference(request, member)


def _assignments(
    request: ApiRequest, incident: Incident, facts: Facts
) -> list[dict[str, Any]]:
    if incident.status == RESOLVED:
        return []
    return [
        {
            "at": times.spelled(request, row.at),
            "assignee": _person(request, row.membership, facts, "assignees", "users"),
        }
        for row in incident.assignments.all()
    ]


def _acknowledgements(
    request: ApiRequest, incident: Incident, facts: Facts
) -> list[dict[str, Any]]:
    if incident.status != ACKNOWLEDGED:
        return []
    return [
        {
            "at": times.spelled(request, row.at),
            "acknowledger": _person(
                request, row.membership, facts, "acknowledgers", "users"
            )
            if row.membership
            # A tool: it speaks for the service.
            else references.reference(request, incident.service),
        }
        for row in incident.acknowledgements.all()
    ]


def _changer(request: ApiRequest, incident: Incident, facts: Facts) -> dict[str, Any]:
    entry = facts.last.get(incident.pk)
    if entry is None or entry.membership is None:
        return references.reference(request, incident.service)
    return _person(request, entry.membership, facts, "agents")


def _assigned_via(incident: Incident) -> str:
    is_direct = incident.level == 0 and incident.unreached_at is None
    return "direct_assignment" if is_direct else "escalation_policy"


def _policy(request: ApiRequest, incident: Incident, facts: Facts) -> dict[str, Any]:
    # The policy of its plan may be gone since.
    found = facts.policies.get(_policy_id(incident))
    if found is None:
        return references.reference(request, incident.service.escalation_policy)
    [shown] = references.either(
        request, [found], facts.wanted, "escalation_policies", policies.represent
    )
    return shown


def _teams(incident: Incident) -> list[Any]:
    return [incident.service.team] if incident.service.team else []


def _pending(request: ApiRequest, incident: Incident) -> list[dict[str, Any]]:
    """Say what will happen by itself, and when."""
    rest = incident.snoozed_until or incident.acknowledgement_expires_at
    planned = [
        ("unacknowledge", rest, {}),
        ("escalate", incident.escalate_at, {}),
        ("resolve", incident.auto_resolve_at, {}),
        ("urgency_change", incident.raise_at, {"to": "high"}),
    ]
    return [
        {"type": name, "at": times.spelled(request, at), **more}
        for name, at, more in planned
        if at is not None
    ]


def _reason(request: ApiRequest, incident: Incident) -> dict[str, Any] | None:
    if incident.merged_into is None:
        return None
    target = references.reference(request, incident.merged_into)
    return {"type": "merge_resolve_reason", "incident": target}
