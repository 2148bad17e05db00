"""Shows alerts in the API."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from incidents.models import Alert, TimelineEntry
from integrations.api import log_entry_rendering, references, times
from integrations.api.requests import ApiRequest, address


def with_rows(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Let alerts bring along the rows that are shown of them."""
    return rows.select_related("service", "incident", "integration__service")


def shown(request: ApiRequest, alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    """Show alerts that `with_rows` has loaded."""
    incidents = {alert.incident_id for alert in alerts if alert.incident_id}
    first = log_entry_rendering.first_of(request.account, incidents)
    return [
        represent(request, alert, first.get(alert.incident_id or 0)) for alert in alerts
    ]


def represent(
    request: ApiRequest, alert: Alert, first: TimelineEntry | None
) -> dict[str, Any]:
    """Show one alert, with the entry by which its incident began."""
    return {
        **_identity(request, alert),
        "created_at": times.spelled(request, alert.created_at),
        "resolved_at": times.spelled(request, alert.resolved_at),
        "status": alert.status,
        "alert_key": alert.dedup_key,
        "service": references.reference(request, alert.service),
        "first_trigger_log_entry": log_entry_rendering.reference(request, first)
        if first
        else None,
        "incident": references.maybe(request, alert.incident),
        "suppressed": alert.held == Alert.Held.SUPPRESSED,
        "severity": alert.severity or None,
        "integration": references.maybe(request, alert.integration),
        "body": _body(alert),
    }


def _identity(request: ApiRequest, alert: Alert) -> dict[str, Any]:
    path = f"alerts/{alert.public_id}"
    above = f"incidents/{alert.incident.public_id}/" if alert.incident else ""
    return {
        "id": alert.public_id,
        "type": "alert",
        "summary": alert.summary,
        "self": address(request, f"{above}{path}"),
        "html_url": references.page_address(request.account, path),
    }


def _body(alert: Alert) -> dict[str, Any]:
    """Show what the tool sent, and by itself what its fields are known as."""
    details = alert.details if alert.details is not None else {}
    return {
        "type": "alert_body",
        "details": details,
        "contexts": log_entry_rendering.contexts(alert),
        "cef_details": {
            "summary": alert.summary,
            "source_origin": alert.source,
            "source_component": alert.component,
            "service_group": alert.group,
            "event_class": alert.event_class,
            "severity": alert.severity or None,
            "dedup_key": alert.dedup_key,
            "client": alert.client,
            "client_url": alert.client_url,
            "details": details,
        },
    }
