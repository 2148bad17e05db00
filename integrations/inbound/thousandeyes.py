"""ThousandEyes: its alert webhooks, of both generations."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "ThousandEyes"
SEVERITIES = {"critical": "critical", "major": "error", "minor": "warning"}


@parser(
    "thousandeyes",
    name=_("ThousandEyes"),
    setup=_(
        "Under Manage, Integrations, add a webhook with this address, and choose it in"
        " the notifications of your alert rules, with the message on clear."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a message about one alert; raises Invalid."""
    sent = event.fields(payload)
    kind = values.said(sent, "eventType").upper()
    if kind == "WEB_HOOK_TEST":
        return []
    alert = event.fields(sent, "alert")
    key = values.said(alert, "alertId", "id")
    if not key:
        raise event.Invalid(["'alert.alertId' is missing or blank"])
    # Of the newer generation: 1 is clear, 2 is trigger.
    is_clear = kind.endswith("_CLEAR") or values.said(sent.get("type"), "id") == "1"
    summary = _summary(alert)
    if is_clear:
        return [event.resolve(key, summary)]
    severity = values.said(alert, "severity").lower()
    return [
        event.trigger(
            key,
            summary,
            happened=values.milliseconds(alert.get("dateStartZoned"))
            or values.timestamp(alert.get("dateStart")),
            severity=SEVERITIES.get(severity, "info" if severity == "info" else ""),
            source=_test(alert) or NAME,
            component=values.said(alert, "testTargetsDescription"),
            class_=values.said(alert, "type"),
            custom_details=event.excerpt(alert),
            links=[{"href": values.said(alert, "permalink"), "text": NAME}],
            client=NAME,
        )
    ]


def _test(alert: dict[str, Any]) -> str:
    return values.said(alert, "testName") or values.said(alert.get("test"), "name")


def _summary(alert: dict[str, Any]) -> str:
    rule = values.said(alert, "ruleName") or values.said(alert.get("rule"), "name")
    words = [words for words in (_test(alert), rule) if words]
    return ": ".join(words) or "An alert without a rule"
