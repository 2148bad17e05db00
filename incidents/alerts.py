"""Feeds events of one integration into alerts, and alerts into incidents."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.dateparse import parse_datetime

from accounts.permissions import Actor
from incidents import actions, columns, maintenance, silence, states, timeline
from incidents.models import (
    Alert,
    Event,
    Integration,
    MaintenanceWindow,
    SuppressionRule,
    TimelineEntry,
)
from incidents.noise import situation as situations
from incidents.noise import suppression
from incidents.noise.placing import place
from incidents.noise.situation import Situation

Outcome = Event.Outcome
Held = Alert.Held
# What an event is told that comes for an alert which is held.
WHY_HELD = {
    Held.PAUSED: Outcome.PAUSED,
    Held.MAINTENANCE: Outcome.HELD,
    Held.SUPPRESSED: Outcome.SUPPRESSED,
}
_TRIGGER, _RESOLVE = Event.Action.TRIGGER, Event.Action.RESOLVE
SUPPRESSED = Held.SUPPRESSED


class Batch:
    """Works events of one integration in order, with as few queries as can be.

    New alerts are gathered and placed together; an event that needs one of them
    places those gathered so far first. What becomes of an alert is decided by what
    the service is set to now; what becomes of its end never is.
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
        # What new alerts meet; looked up before the first of them.
        self.situation: Situation | None = None
        self.window: MaintenanceWindow | None = None
        self.rules: list[SuppressionRule] = []
        # Suppressed alerts that no rule would suppress as they are reported now.
        self.unsuppressed: set[int] = set()

    def work(self, events: Sequence[Event]) -> int:
        """Give each event its outcome; this will return how many there were."""
        if not events:
            return 0
        alerts = self.integration.alerts.filter(
            dedup_key__in={event.dedup_key for event in events},
            status=Alert.Status.TRIGGERED,
        )
        self.open = {alert.dedup_key: alert for alert in alerts}
        self._prepare(events)
        for event in events:
            event.processed_at = self.at
            event.outcome = self._outcome(event)
        self._place_fresh()
        self._save_repeated()
        self._resolve_alerts()
        self._save_outcomes(events)
        silence.heard(self.integration, at=self.at)
        return len(events)

    def _prepare(self, events: Sequence[Event]) -> None:
        """Look once at what new alerts meet, if any may come.

        This comes before any incident is locked; see `situation.settle`.
        """
        triggers = [event for event in events if event.action == _TRIGGER]
        ending = {event.dedup_key for event in events if event.action == _RESOLVE}
        coming = {event.dedup_key for event in triggers}
        known = {key for key, alert in self.open.items() if alert.held != SUPPRESSED}
        if not self._is_open or coming <= known - ending:
            return
        now = situations.settle(self.service, at=self.at, coming=len(triggers))
        self.situation = now
        if now.maintained_until is not None:
            self.window = maintenance.covers(self.service, self.at)
        if now.has_rules:
            self.rules = suppression.rules_of(self.service)
        self.unsuppressed = self._unsuppressed(triggers)

    @property
    def _is_open(self) -> bool:
        return not (self.integration.disabled_at or self.service.disabled_at)

    def _unsuppressed(self, triggers: Sequence[Event]) -> set[int]:
        again = {
            event.pk: _alert(event, self.integration, at=self.at)
            for event in triggers
            if event.dedup_key in self.open
            and self.open[event.dedup_key].held == SUPPRESSED
        }
        suppression.suppress(list(again.values()), self.rules)
        return {pk for pk, alert in again.items() if alert.held != SUPPRESSED}

    def _outcome(self, event: Event) -> str:
        if self.integration.disabled_at:
            return Outcome.DISABLED
        alert = self.open.get(event.dedup_key)
        if event.action == _TRIGGER:
            if alert is not None:
                return self._repeat(event, alert)
            return self._trigger(event) if self._is_open else Outcome.DISABLED
        if alert is None:
            return Outcome.UNMATCHED
        event.alert = alert
        # Where alerts meet on one incident, none may end before the others are there.
        if alert.pk is None or (self.fresh and self.service.grouping):
            self._place_fresh()
        if event.action == Event.Action.ACKNOWLEDGE:
            return self._acknowledge(alert)
        return self._resolve(event, alert)

    def _trigger(self, event: Event) -> str:
        alert = _alert(event, self.integration, at=self.at)
        self.open[event.dedup_key] = alert
        self.fresh.append((event, alert))
        # The placing says what really became of it.
        return Outcome.OPENED

    def _repeat(self, event: Event, alert: Alert) -> str:
        if event.pk in self.unsuppressed and alert.held == SUPPRESSED:
            # It is another problem by now: the suppressed alert ends for a new one.
            self._resolve(event, alert)
            return self._trigger(event)
        alert.event_count += 1
        alert.last_event_at = self.at
        event.alert = alert
        self.repeated[event.dedup_key] = alert
        if alert.incident_id is not None:
            self.entries.append(self._entry(alert, event, alert.incident_id))
        return Outcome.REPEATED

    def _acknowledge(self, alert: Alert) -> str:
        incident = self.integration.account.incidents.filter(alerts=alert.pk).first()
        if incident is None:
            return WHY_HELD[Held(alert.held)]
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
            status=Alert.Status.RESOLVED, resolved_at=self.at, release_at=None
        )
        # Asked afresh: a held alert may have been let through a moment ago.
        theirs = Alert.across_accounts.filter(
            pk__in=[alert.pk for alert in self.resolved], incident__isnull=False
        )
        ended = list(
            self.integration.account.incidents.filter(pk__in=theirs.values("incident"))
            .exclude(status=states.RESOLVED)
            .exclude(alerts__status=Alert.Status.TRIGGERED)
            .select_related("account")
        )
        if ended:
            actions.resolve_all(ended, actor=self.actor, at=self.at)
        self.resolved = []

    def _place_fresh(self) -> None:
        """Hold the alerts gathered, or put them onto incidents, all together."""
        if not self.fresh:
            return
        # A key that ends and begins again in one batch has one open alert at a time.
        self._resolve_alerts()
        alerts = [alert for _event, alert in self.fresh]
        self._hold(alerts)
        outcomes = self._place([alert for alert in alerts if not alert.held])
        Alert.across_accounts.bulk_create(alerts)
        for event, alert in self.fresh:
            event.alert = alert
            if alert.held:
                event.outcome = WHY_HELD[Held(alert.held)]
            else:
                event.outcome = outcomes[alert.public_id]
        self.fresh = []

    def _hold(self, alerts: Sequence[Alert]) -> None:
        """Mark those that shall not open anything now, and say until when."""
        suppression.suppress(alerts, self.rules)
        for alert in alerts:
            if alert.held:
                continue
            if self.window is not None:
                # Its end lets them through; should that fail, this time does.
                alert.held, alert.release_at = Held.MAINTENANCE, self.window.ends_at
            elif self.service.auto_pause:
                alert.held = Held.PAUSED
                alert.release_at = self.at + self.service.auto_pause

    def _place(self, alerts: Sequence[Alert]) -> dict[str, str]:
        # What was placed before in this batch counts towards a storm.
        now = self.situation or situations.look(self.service, at=self.at)
        self.situation = None
        outcomes = place(self.service, alerts, now, actor=self.actor, at=self.at)
        ids = [alert.public_id for alert in alerts]
        return dict(zip(ids, outcomes, strict=True))

    def _save_repeated(self) -> None:
        columns.update(
            "incidents_alert",
            {"event_count": "integer", "last_event_at": "timestamptz"},
            [
                (alert.pk, alert.event_count, alert.last_event_at)
                for alert in self.repeated.values()
            ],
        )
        timeline.write(self.entries)
        self.repeated, self.entries = {}, []

    def _save_outcomes(self, events: Sequence[Event]) -> None:
        columns.update(
            "incidents_event",
            {"outcome": "text", "alert_id": "bigint", "processed_at": "timestamptz"},
            [
                # An alert that began in this batch has its id only since it was saved.
                (
                    event.pk,
                    event.outcome,
                    event.alert.pk if event.alert else None,
                    event.processed_at,
                )
                for event in events
            ],
        )

    def _entry(self, alert: Alert, event: Event, incident_id: int) -> TimelineEntry:
        return TimelineEntry(
            account_id=event.account_id,
            incident_id=incident_id,
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
