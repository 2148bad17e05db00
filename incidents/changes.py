"""Applies a verb: locks incidents, moves their status, and writes their timelines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.permissions import Actor
from incidents import ends, states, timeline
from incidents.models import Incident, TimelineEntry


def apply(
    verb: str, incident: Incident, *, actor: Actor, at: datetime, **details: Any
) -> Incident:
    """Lock the incident, move it to the verb's status and write its timeline."""
    return apply_to_all(verb, [incident], actor=actor, at=at, **details)[0]


def apply_to_all(
    verb: str,
    incidents: Sequence[Incident],
    *,
    actor: Actor,
    at: datetime,
    **details: Any,
) -> list[Incident]:
    fresh = lock_all(incidents)
    for incident in fresh:
        actor.require("respond", of=incident.service)
        incident.status = states.after(verb, incident.status)
        incident.changed_at = at
    write(verb, *fresh, actor=actor, at=at, **details)
    return fresh


def lock(incident: Incident) -> Incident:
    """Read the incident afresh and keep it from others until the transaction ends."""
    return lock_all([incident])[0]


def lock_all(incidents: Sequence[Incident]) -> list[Incident]:
    """Lock incidents of one account, always in the same order."""
    account = incidents[0].account
    # Not their keys: who writes down a delivery refers to its incident, and would wait
    # for us while we wait for its delivery.
    found = (
        account.incidents.select_for_update(of=("self",), no_key=True)
        .select_related("account", "service__escalation_policy")
        .filter(pk__in=[incident.pk for incident in incidents])
        .order_by("pk")
    )
    return list(found)


def write(
    verb: str, *incidents: Incident, actor: Actor, at: datetime, **details: Any
) -> None:
    timeline.write(
        TimelineEntry(
            account_id=incident.account_id,
            incident=incident,
            verb=verb,
            at=at,
            via=actor.via,
            membership=actor.user,
            name=actor.name,
            details=details
            if verb not in ends.NOTED
            else {**details, **ends.facts(verb, incident.service, at=at)},
        )
        for incident in incidents
    )
