"""One incident with everything its page shows, in a constant number of queries."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Account, Membership
from incidents import paging, tellings
from incidents.models import (
    Alert,
    Incident,
    Notification,
    Responder,
    StatusUpdate,
    Subscriber,
    TimelineEntry,
)
from incidents.queries import listing
from oncall.escalation import Level, Plan, Position, Target, after
from oncall.queries import next_up, people_of_levels

ENTRIES: Final = 100
ALERTS: Final = 20
DELIVERIES: Final = 200
PEOPLE: Final = 100
UPDATES: Final = 20


@dataclass(frozen=True, slots=True)
class Escalation:
    """Where an incident's escalation stands."""

    name: str
    policy_id: str
    level: int
    levels: int
    repeats_left: int
    # The next position, and whom it pages as things are now; None at the end.
    next_level: int | None
    next_names: list[str]
    # Levels with the names of their targets, as they were at the trigger.
    steps: list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Trail:
    """What was sent to one person."""

    person: Membership | None
    deliveries: list[Notification]


def find(account: Account, number: int) -> Incident:
    """Find the account's incident with what its header shows; raises Http404."""
    rows = listing.with_rows(account.incidents.all()).select_related(
        "service__team", "service__escalation_policy", "priority", "merged_into"
    )
    return listing.with_people([get_object_or_404(rows, number=number)])[0]


def entries(
    incident: Incident, group: str = "", before: int | None = None
) -> list[TimelineEntry]:
    """List the newest timeline entries of a group, one more than a page shows."""
    found = incident.timeline.select_related("membership__user")
    if group:
        found = found.filter(verb__in=tellings.verbs_of(group))
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-id")[: ENTRIES + 1])


def alerts(incident: Incident) -> list[Alert]:
    """List the incident's newest alerts."""
    return list(incident.alerts.select_related("integration")[:ALERTS])


def trails(incident: Incident) -> list[Trail]:
    """List what was sent, by person: who was told first comes first."""
    newest = incident.notifications.select_related(
        "membership__user", "contact_method", "bundled_into__incident"
    ).order_by("-id")[:DELIVERIES]
    by_person: dict[int | None, list[Notification]] = {}
    for notification in reversed(newest):
        by_person.setdefault(notification.membership_id, []).append(notification)
    return [Trail(rows[0].membership, rows) for rows in by_person.values()]


def responders(incident: Incident) -> list[Responder]:
    """List who was asked to help, the newest first."""
    found = incident.responders.select_related(
        "membership__user", "request__requester__user", "policy"
    )
    return list(found.order_by("-id")[:PEOPLE])


def subscribers(incident: Incident) -> list[Subscriber]:
    """List who is told of status updates."""
    return list(incident.subscribers.select_related("membership__user", "team"))


def updates(incident: Incident) -> list[StatusUpdate]:
    """List the newest status updates."""
    return list(incident.status_updates.select_related("sender__user")[:UPDATES])


def escalation(incident: Incident, at: datetime) -> Escalation | None:
    """Say where the escalation stands and whom it reaches next; None without a plan."""
    if not incident.plan.get("levels"):
        return None
    plan = Plan.from_json(incident.plan)
    position = Position(incident.level, incident.round) if incident.level else None
    following = after(plan, position) if position and incident.is_open else None
    policies = incident.account.escalation_policies
    policy = policies.filter(pk=plan.policy_id or 0).first()
    return Escalation(
        name=policy.name if policy else plan.name,
        policy_id=policy.public_id if policy else "",
        level=incident.level,
        levels=len(plan.levels),
        repeats_left=max(plan.repeats - incident.round, 0),
        next_level=following.level if following else None,
        next_names=_names(incident.account, plan, following, at),
        steps=[(n, _targets(level)) for n, level in enumerate(plan.levels, 1)],
    )


def _names(
    account: Account, plan: Plan, position: Position | None, at: datetime
) -> list[str]:
    if position is None:
        return []
    levels = [plan.level(position)]
    reached = next_up(account, levels, people_of_levels(account, levels, at))[0]
    return [each.membership.name for each in reached]


def _targets(level: Level) -> list[str]:
    names = [_target(target) for target in level.targets]
    if level.is_round_robin:
        return [_("in turns: %(names)s") % {"names": ", ".join(names)}]
    return names


def _target(target: Target) -> str:
    return target.name or f"{target.kind} {target.id}"


def first_level(
    account: Account, plan: Plan, urgency: str, at: datetime
) -> paging.Level | None:
    """Say whom the plan pages if an incident opens now, as the pager would."""
    found = paging.next_level(account, plan, None, urgency=urgency, at=at)
    if found is not None:
        found.people = paging.next_up(account, found)
    return found


def version(incident: Incident, parts: Iterable[Any]) -> str:
    """Name what a page shows, so that a refresh knows whether anything changed."""
    text = repr([incident.changed_at, incident.status, *parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def others(incident: Incident) -> QuerySet[Incident]:
    """Other incidents of the same service, the newest first."""
    found = incident.account.incidents.filter(service_id=incident.service_id)
    return found.exclude(pk=incident.pk).select_related("service").order_by("-id")
