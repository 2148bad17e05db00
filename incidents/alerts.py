"""Feeds events of one integration into alerts, and alerts into incidents."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from accounts.permissions import Actor
from incidents import actions, opening, states
from incidents.models import Alert, Event, Integration, TimelineEntry

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
        self.resolved: list[Alert] = []
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
        self._resolve_alerts()
        self._save_outcomes(events)
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
        if alert.pk is None:
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
        incident = self.integration.account.incidents.get(pk=alert.incident_id)
        if incident.status == states.TRIGGERED:
            actions.acknowledge(incident, actor=self.actor, at=self.at)
        return Outcome.ACKNOWLEDGED

    def _resolve(self, event: Event, alert: Alert) -> str:
        self.resolved.append(alert)
        del self.open[event.dedup_key]
        return Outcome.RESOLVED

    def _resolve_alerts(self) -> None:
        """Resolve alerts, and the incidents that have no open alert any more."""
        if not self.resolved:
            return
        Alert.across_accounts.filter(pk__in=[a.pk for a in self.resolved]).update(
            status=Alert.Status.RESOLVED, resolved_at=self.at
        )
        ended = list(
            self.integration.account.incidents.filter(
                pk__in={alert.incident_id for alert in self.resolved}
            )
            .exclude(status=states.RESOLVED)
            .exclude(alerts__status=Alert.Status.TRIGGERED)
            .select_related("account")
        )
        if ended:
            actions.resolve_all(ended, actor=self.actor, at=self.at)
        self.resolved = []

    def _open_fresh(self) -> None:
        """Open an incident for each alert gathered, all of them together."""
        if not self.fresh:
            return
        # A key that ends and begins again in one batch has one open alert at a time.
        self._resolve_alerts()
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
        _update_many(
            "incidents_alert",
            {"event_count": "integer", "last_event_at": "timestamptz"},
            [
                (alert.pk, alert.event_count, alert.last_event_at)
                for alert in self.repeated.values()
            ],
        )
        TimelineEntry.across_accounts.bulk_create(self.entries)
        self.repeated, self.entries = {}, []

    def _save_outcomes(self, events: Sequence[Event]) -> None:
        _update_many(
            "incidents_event",
            {"outcome": "text", "alert_id": "bigint", "processed_at": "timestamptz"},
            [
                (event.pk, event.outcome, event.alert_id, event.processed_at)
                for event in events
            ],
        )

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


def _update_many(
    table: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set columns of many rows, each its own, in one statement.

    Django's bulk_update says the same with a CASE for each value, at ten times the
    cost. A row is (id, *values in the order of the columns).
    """
    if not rows:
        return
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *columns.values()))
    setters = ", ".join(f"{name} = new.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {setters}"  # noqa: S608 - names are ours
            f" FROM unnest({arrays}) AS new (id, {', '.join(columns)})"
            f" WHERE {table}.id = new.id",
            [list(column) for column in zip(*rows, strict=True)],
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
