"""What the engine does to incidents of one account when a time of theirs has come.

All that stand at the same place of the same plan are worked together, in as many
queries as one of them takes. The engine has locked them.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.permissions import Actor
from incidents import chains, changes, paging
from incidents.models import Incident
from oncall.escalation import Plan

TIMEOUT = Actor("timeout")


# The engine's scope is their transaction; a savepoint in it would cost two round trips.
@transaction.atomic(savepoint=False)
def step_all(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Go on with escalations whose time has come."""
    for alike in _alike(incidents):
        _step_together(alike, at=at)


@transaction.atomic
def expire_acknowledgements(
    incidents: Sequence[Incident], *, at: datetime
) -> list[Incident]:
    """Page again for incidents that were acknowledged and then left lying."""
    fresh = changes.apply_to_all("ack_timeout", incidents, actor=TIMEOUT, at=at)
    for alike in chains.alike(fresh):
        chains.page_together_again(alike, at=at)
    return fresh


@transaction.atomic
def end_snoozes(incidents: Sequence[Incident], *, at: datetime) -> list[Incident]:
    """Page again for incidents whose rest is over."""
    fresh = changes.apply_to_all("snooze_ended", incidents, actor=TIMEOUT, at=at)
    for alike in chains.alike(fresh):
        chains.page_together_again(alike, at=at)
    return fresh


@transaction.atomic
def auto_resolve_all(incidents: Sequence[Incident], *, at: datetime) -> list[Incident]:
    """End incidents that have been open for as long as their service allows."""
    fresh = changes.apply_to_all("auto_resolve", incidents, actor=TIMEOUT, at=at)
    chains.end(fresh, at=at)
    return fresh


def step(incident: Incident, *, at: datetime) -> Incident:
    """Go on with one escalation; this will return the incident."""
    step_all([incident], at=at)
    return incident


def expire_acknowledgement(incident: Incident, *, at: datetime) -> Incident:
    """Page again for one incident; this will return the fresh one."""
    return expire_acknowledgements([incident], at=at)[0]


def end_snooze(incident: Incident, *, at: datetime) -> Incident:
    """End the rest of one incident; this will return the fresh one."""
    return end_snoozes([incident], at=at)[0]


def auto_resolve(incident: Incident, *, at: datetime) -> Incident:
    """End one incident; this will return the fresh one."""
    return auto_resolve_all([incident], at=at)[0]


def _step_together(incidents: Sequence[Incident], *, at: datetime) -> None:
    one = incidents[0]
    plan, position = Plan.from_json(one.plan), chains.stands_at(one)
    for incident in incidents:
        incident.failures = 0
    if one.unreached_at is not None:
        position = None
    elif position is None:
        paging.exhausted(incidents, at=at)
        return
    found = paging.next_level(one.account, plan, position, urgency=one.urgency, at=at)
    if found is not None:
        paging.start_all(incidents, found, at=at)
    elif position is None:
        paging.nobody_reached(incidents, at=at)
    else:
        paging.exhausted(incidents, at=at)


def _alike(incidents: Sequence[Incident]) -> list[list[Incident]]:
    """Gather those whose next step is the same one, whoever's turn it is there."""
    groups: dict[tuple[object, ...], list[Incident]] = {}
    for incident in incidents:
        plan = {key: value for key, value in incident.plan.items() if key != "turn"}
        key = (
            json.dumps(plan, sort_keys=True),
            incident.level,
            incident.round,
            incident.urgency,
            incident.unreached_at is None,
        )
        groups.setdefault(key, []).append(incident)
    return list(groups.values())
