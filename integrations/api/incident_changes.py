"""Turns what a caller wants of an incident into the verbs that do it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.permissions import Actor
from incidents import actions, changes
from incidents.models import Incident
from incidents.states import ACKNOWLEDGED, RESOLVED, TRIGGERED
from integrations.api import errors
from integrations.api.incident_bodies import coded

MOST = 250


def apply(
    pairs: Sequence[tuple[Incident, dict[str, Any]]], *, actor: Actor, at: datetime
) -> None:
    """Do what is wanted of each incident, or, raising, nothing at all.

    Raises what the verbs raise, with the documented codes.
    """
    # In one order, or two callers could wait for each other for ever.
    fresh = changes.lock_all([incident for incident, _wanted in pairs])
    for each in fresh:
        actor.require("respond", of=each.service)
    if all(wanted == {"status": RESOLVED} for _incident, wanted in pairs):
        with coded(1001, "Incident Already Resolved"):
            actions.resolve_all(fresh, actor=actor, at=at)
        return
    by_id = {incident.pk: incident for incident in fresh}
    for incident, wanted in pairs:
        _apply(by_id[incident.pk], wanted, actor=actor, at=at)


def _apply(
    incident: Incident, wanted: dict[str, Any], *, actor: Actor, at: datetime
) -> None:
    """Do what is wanted, in the order in which it makes sense together.

    It opens again before it changes hands, and is acknowledged or resolved at last.
    """
    _require_same_service(incident, wanted)
    incident = _describe(incident, wanted, actor=actor, at=at)
    if wanted.get("status") in {TRIGGERED, ACKNOWLEDGED} and not incident.is_open:
        incident = _reopen(incident, wanted, actor=actor, at=at)
    if wanted.get("urgency", incident.urgency) != incident.urgency:
        with coded(1001, "Incident Already Resolved"):
            incident = actions.change_urgency(
                incident, actor=actor, at=at, urgency=wanted["urgency"]
            )
    incident = _hand_over(incident, wanted, actor=actor, at=at)
    _settle(incident, wanted, actor=actor, at=at)


def _require_same_service(incident: Incident, wanted: dict[str, Any]) -> None:
    if wanted.get("service", incident.service) != incident.service:
        raise errors.invalid("Service: An incident stays with its service.")


def _describe(
    incident: Incident, wanted: dict[str, Any], *, actor: Actor, at: datetime
) -> Incident:
    if wanted.get("title", incident.title) != incident.title:
        title = wanted["title"]
        incident = actions.rename(incident, actor=actor, at=at, title=title)
    if wanted.get("priority", incident.priority) != incident.priority:
        incident = actions.change_priority(
            incident, actor=actor, at=at, priority=wanted["priority"]
        )
    return incident


def _reopen(
    incident: Incident, wanted: dict[str, Any], *, actor: Actor, at: datetime
) -> Incident:
    with coded(1019, "Incident Already Merged"):
        incident = actions.reopen(incident, actor=actor, at=at)
    is_for_caller = not (wanted.get("assignments") or wanted.get("escalation_policy"))
    if wanted["status"] == ACKNOWLEDGED and is_for_caller and actor.user:
        incident = actions.reassign(incident, actor=actor, at=at, people=[actor.user])
    return incident


def _hand_over(
    incident: Incident, wanted: dict[str, Any], *, actor: Actor, at: datetime
) -> Incident:
    people = [each["assignee"] for each in wanted.get("assignments") or ()]
    policy = wanted.get("escalation_policy")
    if people or policy:
        with coded(1011, "Cannot Reassign"):
            incident = actions.reassign(
                incident, actor=actor, at=at, people=people, policy=policy
            )
    if level := wanted.get("escalation_level"):
        with coded(1006, "Cannot Escalate"):
            incident = actions.escalate(incident, actor=actor, at=at, level=level)
    return incident


def _settle(
    incident: Incident, wanted: dict[str, Any], *, actor: Actor, at: datetime
) -> None:
    status = wanted.get("status")
    if status == RESOLVED:
        note = wanted.get("resolution") or ""
        with coded(1001, "Incident Already Resolved"):
            actions.resolve(incident, actor=actor, at=at, note=note)
    elif status == ACKNOWLEDGED:
        actions.acknowledge(incident, actor=actor, at=at)
    elif status == TRIGGERED and incident.status == ACKNOWLEDGED:
        actions.unacknowledge(incident, actor=actor, at=at)
