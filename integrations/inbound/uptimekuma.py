"""Uptime Kuma: its webhook notification."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Uptime Kuma"
DOWN, UP, PENDING, MAINTENANCE = "0", "1", "2", "3"


@parser(
    "uptimekuma",
    name=_("Uptime Kuma"),
    setup=_(
        "Add a notification of the type Webhook with this address and the request body"
        " application/json, and choose it in your monitors."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a message about one monitor; raises Invalid."""
    sent = event.fields(payload)
    words = values.said(sent, "msg")
    if not isinstance(sent.get("heartbeat"), dict):
        # A test, or a certificate that expires: it ends when somebody says so.
        if not words:
            raise event.Invalid(["'msg' is missing or blank"])
        return [_words(words)]
    beat, monitor = sent["heartbeat"], sent.get("monitor")
    key = values.said(beat, "monitorID") or values.said(monitor, "id", "name")
    name = values.said(monitor, "name") or f"Monitor {key}"
    status = values.said(beat, "status")
    if status in (PENDING, MAINTENANCE):
        return []
    if status == UP:
        return [event.resolve(key, name)]
    address = values.said(monitor, "url", "hostname")
    return [
        event.trigger(
            key,
            f"{name} is down: {values.said(beat, 'msg') or words}".rstrip(": "),
            happened=beat.get("time"),
            severity="critical" if status == DOWN else "",
            source=address or name,
            class_=values.said(monitor, "type"),
            custom_details=event.excerpt(sent),
            links=[{"href": address, "text": name}],
            client=NAME,
        )
    ]


def _words(words: str) -> InboundEvent:
    return event.trigger(words, words, severity="warning", source=NAME, client=NAME)
