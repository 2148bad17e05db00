"""Datadog: the webhooks integration, with its default payload or a fuller one."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Datadog"
# How the default payload says what happened: in front of the title.
PREFIX = re.compile(r"^\s*\[([^\]]{1,40})\]\s*")
SEVERITIES = {
    "error": "critical",
    "warning": "warning",
    "warn": "warning",
    "info": "info",
    "success": "info",
    "p1": "critical",
    "p2": "error",
    "p3": "warning",
    "p4": "info",
    "p5": "info",
}


@parser(
    "datadog",
    name=_("Datadog"),
    setup=_(
        "Under Integrations, Webhooks, add a webhook with this address, and mention it"
        " in your monitors. To the payload add"
        ' "alert_id": "$ALERT_ID", "alert_transition": "$ALERT_TRANSITION",'
        ' "alert_scope": "$ALERT_SCOPE", "hostname": "$HOSTNAME" and "link": "$LINK".'
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a message about one monitor; raises Invalid."""
    sent = {key.lower(): value for key, value in event.fields(payload).items()}
    title = values.said(sent, "title", "event_title", "alert_title")
    if not title:
        raise event.Invalid(["'title' is missing or blank"])
    prefix = PREFIX.match(title)
    said = values.said(sent, "alert_transition", "transition")
    transition = (said or (prefix[1] if prefix else "")).lower()
    key = _key(sent, PREFIX.sub("", title))
    if "recovered" in transition:
        return [event.resolve(key, title)]
    return [
        event.trigger(
            key,
            title,
            severity=_severity(sent, transition),
            source=values.said(sent, "hostname", "host", "alert_scope") or NAME,
            group=values.said(sent, "alert_scope", "scope"),
            class_=values.said(sent, "event_type", "alert_type"),
            custom_details=event.excerpt(sent),
            links=[{"href": values.said(sent, "link", "url"), "text": NAME}],
            images=[{"src": values.said(sent, "snapshot"), "alt": "Graph"}],
            client=NAME,
        )
    ]


def _key(sent: dict[str, Any], title: str) -> str:
    """Name the monitor, and the part of it that is in trouble."""
    if monitor := values.said(sent, "alert_id"):
        return f"{monitor}:{values.said(sent, 'alert_scope', 'scope')}"
    return values.said(sent, "aggreg_key", "aggregation_key") or title


def _severity(sent: dict[str, Any], transition: str) -> str:
    if "warn" in transition or "no data" in transition:
        return "warning"
    said = values.said(sent, "alert_priority", "priority", "alert_type").lower()
    return SEVERITIES.get(said, "critical" if "triggered" in transition else "")
