"""Alerts of an incident: to list, resolve and move."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from incidents import alert_actions, changes
from incidents.models import Alert, Incident
from integrations.api import (
    alert_rendering,
    bodies,
    errors,
    incident_rendering,
    lists,
    log_entry_rendering,
    service_shape,
)
from integrations.api.incident_bodies import require_sender
from integrations.api.incidents import IncidentView, known
from integrations.api.requests import ApiRequest

INCLUDES = {"services", "first_trigger_log_entries", "incidents"}
COLUMNS = {"created_at": "created_at", "resolved_at": "resolved_at"}
MOST = 250


class AlertChange(serializers.Serializer[Any]):
    """What a caller wants of an alert: to end it, to move it, or both."""

    status = serializers.ChoiceField(Alert.Status.values, required=False)
    incident = bodies.ReferenceField({"incident": "incidents"}, required=False)


class OneOfMany(AlertChange):
    """A change with the id of its alert."""

    id = serializers.CharField()


class ManyChanges(serializers.Serializer[Any]):
    """Changes of several alerts."""

    alerts = OneOfMany(many=True, allow_empty=False)


class AlertView(IncidentView):
    """What the views of alerts have in common."""

    def shown_alerts(self, alerts: list[Alert]) -> list[dict[str, Any]]:
        """Show alerts, in full what `include[]` names."""
        found = alert_rendering.shown(self.request, alerts)
        wanted = set(lists.values(self.request, "include"))
        if "services" in wanted:
            self._include_services(alerts, found)
        if wanted & {"incidents", "first_trigger_log_entries"}:
            self._include_incidents(alerts, found, wanted)
        return found

    def change(
        self, incident: Incident, pairs: Sequence[tuple[Alert, dict[str, Any]]]
    ) -> None:
        """Do what is wanted of the incident's alerts; raises ApiError."""
        self.actor.require("respond", of=incident.service)
        for alert, wanted in pairs:
            if wanted.get("status") == "triggered" != alert.status:
                raise errors.invalid("Status: An alert that has ended stays ended.")
        moves: dict[Incident, list[Alert]] = {}
        for alert, wanted in pairs:
            if "incident" in wanted:
                moves.setdefault(wanted["incident"], []).append(alert)
        # All at once and in one order, or two callers could wait for each other.
        changes.lock_all([incident, *moves])
        for target, alerts in moves.items():
            alert_actions.move(
                incident, alerts, to=target, actor=self.actor, at=self.at
            )
        ending = [alert for alert, w in pairs if w.get("status") == "resolved"]
        for each in (incident, *moves):
            alert_actions.resolve(each, ending, actor=self.actor, at=self.at)

    def _include_services(
        self, alerts: list[Alert], found: list[dict[str, Any]]
    ) -> None:
        named = [alert.service for alert in alerts]
        services = service_shape.by_id(self.request, named, self.at)
        for alert, one in zip(alerts, found, strict=True):
            one["service"] = services[alert.service_id]

    def _include_incidents(
        self, alerts: list[Alert], found: list[dict[str, Any]], wanted: set[str]
    ) -> None:
        ids = {alert.incident_id for alert in alerts if alert.incident_id}
        rows = list(
            incident_rendering.with_rows(self.account.incidents.filter(pk__in=ids))
        )
        incidents = dict(zip((r.pk for r in rows), self.shown(rows), strict=True))
        first = log_entry_rendering.first_of(self.account, ids)
        full = log_entry_rendering.shown(self.request, list(first.values()))
        entries = dict(zip(first, full, strict=True))
        for alert, one in zip(alerts, found, strict=True):
            if "incidents" in wanted and alert.incident_id:
                one["incident"] = incidents[alert.incident_id]
            if "first_trigger_log_entries" in wanted:
                one["first_trigger_log_entry"] = entries.get(alert.incident_id or 0)


class Alerts(AlertView):
    """`/incidents/{id}/alerts`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List the alerts of an incident, the newest first."""
        incident = self.incident(incident_id)
        lists.includes(request, INCLUDES)
        rows = incident.alerts.all()
        if statuses := known(request, "statuses", set(Alert.Status.values)):
            rows = rows.filter(status__in=statuses)
        if key := request.query_params.get("alert_key", ""):
            rows = rows.filter(dedup_key=key)
        rows = lists.ordered(request, alert_rendering.with_rows(rows), COLUMNS)
        return self.pages("alerts", rows, self.shown_alerts)

    def put(self, request: ApiRequest, incident_id: str) -> Response:
        """Resolve or move several alerts, all of them or none."""
        incident = self.incident(incident_id)
        sent = _many(request)
        require_sender(request)
        ids = [change["id"] for change in sent]
        found = {a.public_id: a for a in incident.alerts.filter(public_id__in=ids)}
        if missing := sorted(set(ids) - set(found)):
            sentence = f"The incident has no alert {', '.join(missing)}."
            raise errors.ApiError(400, 1004, "Invalid Id", sentence)
        self.change(incident, [(found[change["id"]], change) for change in sent])
        rows = self.account.alerts.filter(public_id__in=ids)
        alerts = sorted(
            alert_rendering.with_rows(rows), key=lambda a: ids.index(a.public_id)
        )
        return Response({"alerts": self.shown_alerts(alerts)})


class OneAlert(AlertView):
    """`/incidents/{id}/alerts/{id}`."""

    def get(self, request: ApiRequest, incident_id: str, public_id: str) -> Response:
        """Show an alert."""
        alert = self.find(self.incident(incident_id).alerts, public_id)
        return self._one_alert(alert)

    def put(self, request: ApiRequest, incident_id: str, public_id: str) -> Response:
        """Resolve or move an alert."""
        incident = self.incident(incident_id)
        alert = self.find(incident.alerts, public_id)
        sent = self.read(AlertChange, "alert")
        require_sender(request)
        self.change(incident, [(alert, sent)])
        return self._one_alert(alert)

    def _one_alert(self, alert: Alert) -> Response:
        rows = alert_rendering.with_rows(self.account.alerts.all())
        [found] = self.shown_alerts([rows.get(pk=alert.pk)])
        return Response({"alert": found})


def _many(request: ApiRequest) -> list[dict[str, Any]]:
    """Read changes of several alerts; raises ApiError for too many of them."""
    wanted = bodies.unwrapped(request, "alerts")
    if isinstance(wanted, list) and len(wanted) > MOST:
        sentence = f"Change at most {MOST} alerts at once."
        raise errors.ApiError(413, 2001, "Request Too Large", sentence)
    read = ManyChanges(data=request.data, context={"request": request})
    read.is_valid(raise_exception=True)
    return [dict(change) for change in read.validated_data["alerts"]]
