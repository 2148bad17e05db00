"""Opsgenie: bodies of its alert API, and the webhook by which it tells others."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Opsgenie"
SEVERITIES = {
    "P1": "critical",
    "P2": "error",
    "P3": "warning",
    "P4": "info",
    "P5": "info",
}


@parser(
    "opsgenie",
    name=_("Opsgenie"),
    setup=_(
        "Give a tool that speaks the Opsgenie alert API this server's address in place"
        " of api.opsgenie.com, and the integration key as its API key. Alerts are"
        " created, acknowledged and closed by alias."
    ),
    path="/v2/alerts",
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a new alert, or what the webhook says of one; raises Invalid."""
    sent = event.fields(payload)
    action = values.said(sent, "action").lower()
    if not isinstance(sent.get("alert"), dict):
        return [create(sent)]
    alert = sent["alert"]
    key = values.said(alert, "alias", "alertId")
    match action:
        case "create" | "unacknowledge" | "escalate" | "":
            return [create({**alert, "alias": key})]
        case "acknowledge":
            return [event.acknowledge(key)]
        case "close" | "delete":
            return [event.resolve(key)]
    return []


def create(alert: dict[str, Any]) -> InboundEvent:
    """Make the event of a new alert; raises Invalid."""
    message = values.said(alert, "message")
    if not message:
        raise event.Invalid(["'message' can not be empty"])
    return event.trigger(
        values.said(alert, "alias"),
        message,
        severity=SEVERITIES.get(values.said(alert, "priority").upper(), ""),
        source=values.said(alert, "source", "entity") or NAME,
        component=values.said(alert, "entity"),
        custom_details=_details(alert),
        client=NAME,
    )


def _details(alert: dict[str, Any]) -> Any:
    names = ("description", "details", "tags", "priority", "note", "user", "actions")
    return event.excerpt({name: alert[name] for name in names if alert.get(name)})
