"""Prometheus Alertmanager: its webhook, in which several alerts come at once."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, firing, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Alertmanager"


@parser(
    "prometheus",
    name=_("Prometheus Alertmanager"),
    setup=_(
        "In alertmanager.yml, add a receiver with webhook_configs, whose url is this"
        " address, keep send_resolved on, and route alerts to it."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a group of alerts; raises Invalid."""
    group = event.fields(payload)
    address = values.said(group, "externalURL")

    def one(alert: dict[str, Any]) -> list[InboundEvent]:
        found = [{"href": values.said(alert, "generatorURL"), "text": "Prometheus"}]
        return [firing.read(alert, found, client=NAME, client_url=address)]

    return event.each(NAME, "alerts", group.get("alerts"), one) + _left_out(group)


def _left_out(group: dict[str, Any]) -> list[InboundEvent]:
    """Tell of alerts that Alertmanager was told to leave out of a long message."""
    number = group.get("truncatedAlerts")
    if not isinstance(number, int) or number <= 0:
        return []
    key = f"truncated:{values.said(group, 'groupKey')}"
    if values.said(group, "status") == "resolved":
        return [event.resolve(key)]
    summary = f"Alertmanager left {number} more alerts out of a message (max_alerts)"
    details = {"groupLabels": event.excerpt(group.get("groupLabels"))}
    return [
        event.trigger(
            key, summary, severity="error", source=NAME, custom_details=details
        )
    ]
