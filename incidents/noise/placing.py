"""Puts alerts onto incidents: onto new ones, or onto those that take them along."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models.contact import Urgency
from accounts.permissions import Actor
from incidents import opening, raising, timeline
from incidents.models import Alert, Event, Incident, Service, TimelineEntry
from incidents.noise import storms
from incidents.noise.bundles import Bundle
from incidents.noise.drafts import draft, urgency
from incidents.noise.grouping import Groups
from incidents.noise.situation import Situation
from incidents.noise.storms import STORM, Storm
from incidents.opening import Draft

Outcome = Event.Outcome


def place(
    service: Service,
    alerts: Sequence[Alert],
    situation: Situation,
    *,
    actor: Actor,
    at: datetime,
) -> list[str]:
    """Give each alert, saved or not, its incident; the caller saves the alerts.

    This will say of each whether it opened the incident or joined it. The service
    has been settled.
    """
    if not alerts:
        return []
    placement = _Placement(service, situation, alerts, at=at)
    outcomes = [placement.add(alert) for alert in alerts]
    _open(service, placement.new, actor=actor, at=at)
    for bundle in placement.joined:
        if bundle.incident is not None:
            _join(service, bundle, bundle.incident, actor=actor, at=at)
    for bundle in (*placement.new, *placement.joined):
        for alert in bundle.alerts:
            alert.incident = bundle.incident
    return outcomes


class _Placement:
    """Sorts alerts into bundles."""

    def __init__(
        self,
        service: Service,
        situation: Situation,
        alerts: Sequence[Alert],
        *,
        at: datetime,
    ) -> None:
        self.service = service
        self.at = at
        self.groups = Groups(service, alerts, at=at) if service.grouping else None
        self.storm = Storm(service, situation, at=at)
        self.new: list[Bundle] = []
        self.joined: list[Bundle] = []

    def add(self, alert: Alert) -> str:
        bundle = self.groups.find(alert) if self.groups else None
        bundle = bundle or self.storm.take() or self._own(alert)
        is_first = not bundle.alerts
        bundle.alerts.append(alert)
        if is_first:
            (self.joined if bundle.incident else self.new).append(bundle)
        return Outcome.OPENED if is_first and not bundle.incident else Outcome.GROUPED

    def _own(self, alert: Alert) -> Bundle:
        bundle = Bundle(draft=draft(self.service, alert, at=self.at))
        if self.groups:
            self.groups.add(alert, bundle)
        return bundle


def _open(
    service: Service, bundles: Sequence[Bundle], *, actor: Actor, at: datetime
) -> None:
    """Open the incidents of new bundles, all of them together."""
    if not bundles:
        return
    drafts = [_draft(service, bundle, at=at) for bundle in bundles]
    opened = opening.open_many(service, drafts, actor=actor, at=at)
    for bundle, incident in zip(bundles, opened, strict=True):
        bundle.incident = incident
    entries = [
        entry
        for bundle, incident in zip(bundles, opened, strict=True)
        for entry in _first_entries(service, bundle, incident, actor, at=at)
    ]
    if entries:
        timeline.write(entries)


def _draft(service: Service, bundle: Bundle, *, at: datetime) -> Draft:
    """Say what the incident of a new bundle shall be: as urgent as its worst alert."""
    own = bundle.draft or draft(service, bundle.alerts[0], at=at)
    own.groups_until = bundle.until
    if bundle.group_key == STORM:
        own.title = storms.title(service, bundle.size)
        own.details = {"alert": bundle.alerts[0].public_id}
    if bundle.group_key and _is_high(service, bundle, at=at):
        own.urgency = Urgency.HIGH
    return own


def _join(
    service: Service, bundle: Bundle, incident: Incident, *, actor: Actor, at: datetime
) -> None:
    """Add alerts to an open incident; a more urgent one starts the paging."""
    changed: dict[str, Any] = {"groups_until": bundle.until, "changed_at": at}
    is_storm = bundle.group_key == STORM
    # A title that somebody gave it stays.
    if is_storm and incident.title == storms.title(service, bundle.before):
        changed["title"] = storms.title(service, bundle.size)
    for name, value in changed.items():
        setattr(incident, name, value)
    incident.save(update_fields=list(changed))
    if is_storm:
        facts = {"count": len(bundle.alerts)}
        entries = [_written(incident, actor, at, verb="storm_grew", details=facts)]
    else:
        entries = [_entry(incident, alert, actor, at) for alert in bundle.alerts]
    timeline.write(entries)
    if incident.urgency == Urgency.LOW and _is_high(service, bundle, at=at):
        raising.raise_all([incident], at=at, actor=actor)


def _is_high(service: Service, bundle: Bundle, *, at: datetime) -> bool:
    return any(
        urgency(service, alert, at=at) == Urgency.HIGH for alert in bundle.alerts
    )


def _first_entries(
    service: Service, bundle: Bundle, incident: Incident, actor: Actor, *, at: datetime
) -> list[TimelineEntry]:
    if bundle.group_key == STORM:
        facts = {"count": bundle.size, "limit": service.storm_limit}
        return [_written(incident, actor, at, verb="storm", details=facts)]
    return [_entry(incident, alert, actor, at) for alert in bundle.alerts[1:]]


def _entry(
    incident: Incident, alert: Alert, actor: Actor, at: datetime
) -> TimelineEntry:
    facts = {"summary": alert.summary, "alert": alert.public_id}
    return _written(incident, actor, at, verb="group", details=facts)


def _written(
    incident: Incident,
    actor: Actor,
    at: datetime,
    *,
    verb: str,
    details: dict[str, Any],
) -> TimelineEntry:
    return TimelineEntry(
        account_id=incident.account_id,
        incident=incident,
        verb=verb,
        at=at,
        via=actor.via,
        membership=actor.user,
        name=actor.name,
        details=details,
    )
