"""Starts, restarts and ends the paging of incidents that are locked."""

import json
from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any

from accounts.models import Membership
from incidents import notifications, paging, states
from incidents.models import Acknowledgement, Alert, Assignment, Incident, Responder
from oncall import queries
from oncall.escalation import Plan, Position
from oncall.models import EscalationPolicy

TIMERS = (
    "escalate_at",
    "acknowledgement_expires_at",
    "snoozed_until",
    "auto_resolve_at",
    "raise_at",
)


def follow(incident: Incident, policy: EscalationPolicy, *, at: datetime) -> None:
    """Start a policy from its first level, as it is now."""
    plan = queries.plan_of(policy)
    incident.plan = plan.as_json()
    found = paging.next_level(
        incident.account, plan, None, urgency=incident.urgency, at=at
    )
    if found is not None:
        paging.start(incident, found, at=at)
    else:
        paging.nobody_reached([incident], at=at)


def page_again(incident: Incident, *, at: datetime) -> None:
    """Page the current level once more, and those who had the incident with it."""
    page_together_again([incident], at=at)


def alike(incidents: Sequence[Incident]) -> list[list[Incident]]:
    """Gather those who stand at the same place of the same plan and have one holder."""
    holders: dict[int, list[int]] = {incident.pk: [] for incident in incidents}
    rows = Assignment.across_accounts.filter(incident__in=holders)
    for pk, member in rows.values_list("incident_id", "membership_id"):
        holders[pk].append(member)
    groups: dict[Hashable, list[Incident]] = {}
    for incident in incidents:
        place = (json.dumps(incident.plan), incident.level, incident.round)
        # Of a level in turns, each incident has somebody else.
        own = incident.pk if "round_robin" in place[0] else None
        key = (place, incident.urgency, own, frozenset(holders[incident.pk]))
        groups.setdefault(key, []).append(incident)
    return list(groups.values())


def page_together_again(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Page again for incidents of one place, one urgency and the same holders."""
    one = incidents[0]
    rows = one.assignments.select_related("membership__user")
    holders = [row.membership for row in rows if row.membership.is_active]
    open_again(*incidents)
    for incident in incidents:
        incident.acknowledged_at = None
    level = _level_again(one, holders, at=at)
    if level is None:
        paging.nobody_reached(incidents, at=at)
        return
    paging.start_all(incidents, level, at=at)


def _level_again(
    incident: Incident, holders: Sequence[Membership], *, at: datetime
) -> paging.Level | None:
    """Find the level that the incident is at, or the next one that reaches anybody."""
    account, urgency = incident.account, incident.urgency
    plan, position = Plan.from_json(incident.plan), stands_at(incident)
    found = None
    if position is not None:
        previous = before(position, plan)
        found = paging.next_level(account, plan, previous, urgency=urgency, at=at)
    if found is not None:
        paging.add(found, holders, account=account, urgency=urgency)
    elif holders or position is None:
        return paging.direct(account, holders, urgency=urgency, reason="again")
    return found


def give(
    incident: Incident, people: Sequence[Membership], *, reason: str, at: datetime
) -> None:
    """Give the incident to people outside of any policy."""
    level = paging.direct(
        incident.account, people, urgency=incident.urgency, reason=reason
    )
    paging.start(incident, level, at=at)


def stands_at(incident: Incident) -> Position | None:
    """Say where the escalation stands; None outside of a policy."""
    return Position(incident.level, incident.round) if incident.level else None


def before(position: Position, plan: Plan) -> Position | None:
    """Return the position from which this one comes next; None for the very first."""
    if position.level > 1:
        return Position(position.level - 1, position.round)
    if position.round > 0:
        return Position(len(plan.levels), position.round - 1)
    return None


def open_again(*incidents: Incident) -> None:
    """Forget acknowledgements: somebody else shall answer."""
    for incident in incidents:
        incident.acknowledgement_expires_at = incident.snoozed_until = None
    Acknowledgement.across_accounts.filter(incident__in=incidents).delete()


def stop_paging(*incidents: Incident) -> None:
    for incident in incidents:
        incident.escalate_at = None
        incident.unreached_at = incident.exhausted_at = None
    notifications.cancel(incidents)


def end(
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
    notifications.cancel(incidents, notifications.ASKING)
    Responder.across_accounts.filter(
        incident__in=ids, state=Responder.State.PENDING
    ).update(state=Responder.State.CANCELLED, answered_at=at)
    Alert.across_accounts.filter(
        incident__in=ids, status=Alert.Status.TRIGGERED
    ).update(status=Alert.Status.RESOLVED, resolved_at=at)
