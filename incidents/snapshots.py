"""How an incident is at an instant, as plain values that outlive every change."""

import json
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Membership, Team
from accounts.permissions import Actor
from incidents.models import Assignment, Incident, OutboxEntry, Service
from incidents.states import RESOLVED
from oncall.models import EscalationPolicy

logger = logging.getLogger(__name__)

Snapshot = dict[str, Any]


def fill(rows: list[int]) -> None:
    """Give rows of the outbox the state of their incidents; this will never raise.

    One that stays without is told as it is when it is handed on.
    """
    try:
        with transaction.atomic():
            _fill(rows)
    except Exception:
        logger.exception("Could not keep the state of %d outbox entries", len(rows))


def of_incidents(ids: Iterable[int]) -> dict[int, Snapshot]:
    """Return incidents as they are now, in a constant number of queries."""
    incidents = list(
        Incident.across_accounts.filter(pk__in=set(ids)).select_related(
            "service__team", "service__escalation_policy", "priority", "merged_into"
        )
    )
    people = _assignees(incidents)
    policies = EscalationPolicy.across_accounts.in_bulk(
        {incident.plan.get("policy_id") for incident in incidents} - {None}
    )
    return {
        incident.pk: _incident(
            incident,
            people.get(incident.pk, []),
            policies.get(incident.plan.get("policy_id"))
            or incident.service.escalation_policy,
        )
        for incident in incidents
    }


def of_service(service: Service) -> Snapshot:
    """Return a service as it is now."""
    return {
        **_named(service),
        "description": service.description,
        "created_at": _at(service.created_at),
        "is_disabled": service.disabled_at is not None,
        "policy": _named(service.escalation_policy),
        "teams": _teams(service.team),
    }


def of_member(member: Membership) -> Snapshot:
    """Return a member as others may see them."""
    return {"id": member.public_id, "name": member.name}


def of_actor(actor: Actor) -> Snapshot | None:
    """Return who acted; None for who is no member."""
    return of_member(actor.user) if actor.user else None


def _fill(rows: list[int]) -> None:
    # Those of a savepoint that was undone are gone.
    found = OutboxEntry.across_accounts.filter(pk__in=rows, incident__isnull=False)
    incidents = dict(found.values_list("pk", "incident_id"))
    states = of_incidents(incidents.values())
    filled = {pk: states[incident] for pk, incident in incidents.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE incidents_outboxentry o SET snapshot = v.snapshot::jsonb"
            " FROM unnest(%s::bigint[], %s::text[]) AS v (id, snapshot)"
            " WHERE o.id = v.id",
            [list(filled), [json.dumps(state) for state in filled.values()]],
        )


def _assignees(incidents: list[Incident]) -> dict[int, list[Snapshot]]:
    is_open = [i.pk for i in incidents if i.status != RESOLVED]
    found: dict[int, list[Snapshot]] = {}
    rows = Assignment.across_accounts.filter(incident__in=is_open)
    for row in rows.select_related("membership__user"):
        found.setdefault(row.incident_id, []).append(of_member(row.membership))
    return found


def _incident(
    incident: Incident, people: list[Snapshot], policy: EscalationPolicy
) -> Snapshot:
    is_direct = incident.level == 0 and incident.unreached_at is None
    return {
        "id": incident.public_id,
        "number": incident.number,
        "title": incident.title,
        "status": incident.status,
        "urgency": incident.urgency,
        "incident_key": incident.incident_key,
        "created_at": _at(incident.created_at),
        "acknowledged_at": _at(incident.acknowledged_at),
        "resolved_at": _at(incident.resolved_at),
        "level": incident.level,
        "is_assigned_directly": is_direct,
        "service": _named(incident.service),
        "policy": _named(policy),
        "teams": _teams(incident.service.team),
        "assignees": people,
        "priority": _named(incident.priority) if incident.priority else None,
        "merged_into": _other(incident.merged_into),
    }


def _named(row: Any) -> Snapshot:
    return {"id": row.public_id, "name": row.name}


def _teams(team: Team | None) -> list[Snapshot]:
    return [_named(team)] if team else []


def _other(incident: Incident | None) -> Snapshot | None:
    if incident is None:
        return None
    title = incident.title
    return {"id": incident.public_id, "number": incident.number, "title": title}


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
