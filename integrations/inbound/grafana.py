"""Grafana: its webhook contact point, and the one of its older alerting."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, firing, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Grafana"
LINKS = {
    "generatorURL": "Rule",
    "panelURL": "Panel",
    "dashboardURL": "Dashboard",
    "silenceURL": "Silence",
}
# Of the older alerting, in which one message is one rule.
TROUBLE = {"alerting": "critical", "no_data": "warning", "unknown": "warning"}


@parser(
    "grafana",
    name=_("Grafana"),
    setup=_(
        "Under Alerting, add a contact point of the type Webhook with this address,"
        " and let a notification policy use it. Leave resolved messages enabled."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a group of alerts, or one rule of the older alerting; raises Invalid."""
    group = event.fields(payload)
    if "alerts" not in group and "ruleId" in group:
        return _rule(group)
    address = values.said(group, "externalURL")

    def one(alert: dict[str, Any]) -> list[InboundEvent]:
        links = [
            {"href": values.said(alert, name), "text": text}
            for name, text in LINKS.items()
        ]
        found = firing.read(alert, links, client=NAME, client_url=address)
        found.body["images"] = _images(values.said(alert, "imageURL"))
        return [found]

    return event.each(NAME, "alerts", group.get("alerts"), one)


def _rule(rule: dict[str, Any]) -> list[InboundEvent]:
    state = values.said(rule, "state").lower()
    key = f"rule:{values.said(rule, 'ruleId')}"
    if state in ("ok", "paused", "pending"):
        return [event.resolve(key)] if state == "ok" else []
    return [
        event.trigger(
            key,
            values.said(rule, "title", "ruleName", "message"),
            severity=TROUBLE.get(state, ""),
            source=values.said(rule, "ruleUrl") or NAME,
            custom_details=event.excerpt(rule),
            links=[{"href": values.said(rule, "ruleUrl"), "text": "Rule"}],
            images=_images(values.said(rule, "imageUrl")),
            client=NAME,
        )
    ]


def _images(address: str) -> list[dict[str, str]]:
    return values.images([{"src": address, "href": address, "alt": "Panel"}])
