"""Feeds events of one integration into alerts, and alerts into incidents."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from accounts.permissions import Actor
from incidents import actions, opening, states
from incidents.models import Alert, Event, Incident, Integration, TimelineEntry

Outcome = Event.Outcome
LONGEST_DESCRIPTION = 4000


class Batch:
    """Works events of one integration in order, with as few queries as can be.

    New alerts are gathered and opened together; an event that needs one of them
    opens those gathered so far first.
    """

    def __init__(self, integration: Integration, *, at: datetime) -> None:
        self.integration = integration
        self.service = integration.service
        self.actor = Actor("event", name=integration.name)
        self.at = at
        self.open: dict[str, Alert] = {}
        self.fresh: list[tuple[Event, Alert]] = []
        self.repeated: dict[str, Alert] = {}
        self.entries: list[TimelineEntry] = []

    def work(self, events: Sequence[Event]) -> int:
        """Give each event its outcome; this will return how many there were."""
        if not events:
            return 0
        alerts = self.integration.alerts.filter(
            dedup_key__in={event.dedup_key for event in events},
            status=Alert.Status.TRIGGERED,
        )
        self.open = {alert.dedup_key: alert for alert in alerts}
        for event in events:
            event.processed_at = self.at
            event.outcome = self._outcome(event)
        self._open_fresh()
        self._save_repeated()
        Event.across_accounts.bulk_update(events, ["processed_at", "outcome", "alert"])
        return len(events)

    def _outcome(self, event: Event) -> str:
        if self.integration.disabled_at or self.service.disabled_at:
            return Outcome.DISABLED
        alert = self.open.get(event.dedup_key)
        if event.action == Event.Action.TRIGGER:
            return self._repeat(event, alert) if alert else self._trigger(event)
        if alert is None:
            return Outcome.UNMATCHED
        event.alert = alert
        self._open_fresh()
        if event.action == Event.Action.ACKNOWLEDGE:
            return self._acknowledge(alert)
        return self._resolve(event, alert)

    def _trigger(self, event: Event) -> str:
        alert = _alert(event, self.integration, at=self.at)
        self.open[event.dedup_key] = alert
        self.fresh.append((event, alert))
        return Outcome.OPENED

    def _repeat(self, event: Event, alert: Alert) -> str:
        alert.event_count += 1
        alert.last_event_at = self.at
        event.alert = alert
        self.repeated[event.dedup_key] = alert
        if alert.pk is not None:
            self.entries.append(self._entry(alert, event))
        return Outcome.REPEATED

    def _acknowledge(self, alert: Alert) -> str:
        incident = self._incident(alert)
        if incident.status == states.TRIGGERED:
            actions.acknowledge(incident, actor=self.actor, at=self.at)
        return Outcome.ACKNOWLEDGED

    def _resolve(self, event: Event, alert: Alert) -> str:
        """Resolve the alert, and the incident once none of its alerts is open."""
        self._save_repeated()
        alert.status, alert.resolved_at = Alert.Status.RESOLVED, self.at
        alert.save(update_fields=["status", "resolved_at"])
        del self.open[event.dedup_key]
        incident = self._incident(alert)
        others = incident.alerts.filter(status=Alert.Status.TRIGGERED)
        if incident.is_open and not others.exists():
            actions.resolve(incident, actor=self.actor, at=self.at)
        return Outcome.RESOLVED

    def _open_fresh(self) -> None:
        """Open an incident for each alert gathered, all of them together."""
        if not self.fresh:
            return
        alerts = [alert for _event, alert in self.fresh]
        incidents = opening.open_many(
            self.service,
            [self._draft(alert) for alert in alerts],
            actor=self.actor,
            at=self.at,
        )
        for alert, incident in zip(alerts, incidents, strict=True):
            alert.incident = incident
        Alert.across_accounts.bulk_create(alerts)
        for event, alert in self.fresh:
            event.alert = alert
        self.fresh = []

    def _save_repeated(self) -> None:
        Alert.across_accounts.bulk_update(
            self.repeated.values(), ["event_count", "last_event_at"]
        )
        TimelineEntry.across_accounts.bulk_create(self.entries)
        self.repeated, self.entries = {}, []

    def _incident(self, alert: Alert) -> Incident:
        return self.integration.account.incidents.get(pk=alert.incident_id)

    def _draft(self, alert: Alert) -> opening.Draft:
        return opening.Draft(
            title=alert.summary,
            urgency=actions.urgency_of(self.service, alert.severity),
            description=_describe(alert.details)[:LONGEST_DESCRIPTION],
            incident_key=alert.dedup_key,
            details={"alert": alert.public_id, "client": alert.client},
        )

    def _entry(self, alert: Alert, event: Event) -> TimelineEntry:
        return TimelineEntry(
            account_id=event.account_id,
            incident_id=alert.incident_id,
            verb="repeat",
            at=self.at,
            via=self.actor.via,
            name=self.actor.name,
            details={
                "summary": event.body.get("summary", ""),
                "count": alert.event_count,
            },
        )


def _alert(event: Event, integration: Integration, *, at: datetime) -> Alert:
    body = event.body
    return Alert(
        account_id=event.account_id,
        service_id=integration.service_id,
        integration=integration,
        dedup_key=event.dedup_key,
        summary=body.get("summary", "")[:1024],
        severity=body.get("severity", ""),
        source=body.get("source", ""),
        component=body.get("component", ""),
        group=body.get("group", ""),
        event_class=body.get("class", ""),
        details=body.get("custom_details"),
        links=body.get("links") or [],
        images=body.get("images") or [],
        client=body.get("client", ""),
        client_url=body.get("client_url", ""),
        occurred_at=_instant(body.get("timestamp")) or event.received_at,
        last_event_at=at,
        created_at=at,
    )


def _instant(text: str | None) -> datetime | None:
    """Read a normalised time; one that cannot be read never loses the event."""
    try:
        found = parse_datetime(text or "")
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _describe(details: Any) -> str:
    """Write the details of an alert as lines of text."""
    return "\n".join(_lines(details))


def _lines(details: Any, name: str = "") -> Iterator[str]:
    if isinstance(details, dict):
        for key, value in details.items():
            yield from _lines(value, f"{name}.{key}" if name else str(key))
    elif isinstance(details, list):
        for value in details:
            yield from _lines(value, name)
    elif details not in (None, ""):
        yield f"{name}: {details}" if name else str(details)
