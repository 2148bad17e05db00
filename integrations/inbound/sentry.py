"""Sentry: the webhooks of an internal integration, and the older webhooks plugin."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Sentry"
SEVERITIES = {
    "fatal": "critical",
    "critical": "critical",
    "error": "error",
    "warning": "warning",
    "info": "info",
    "debug": "info",
}
OVER = ("resolved", "ignored", "archived")
TROUBLE = ("created", "unresolved")


@parser(
    "sentry",
    name=_("Sentry"),
    setup=_(
        "Under Developer Settings, add an internal integration with this address as"
        " its webhook, switch Alert Rule Action and the Issue webhook on, and choose it"
        " as an action of your alert rules."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a message about an issue or a metric; raises Invalid."""
    sent = event.fields(payload)
    data = sent.get("data")
    if not isinstance(data, dict):
        return [_plugin(sent)]
    action = values.said(sent, "action").lower()
    if "metric_alert" in data:
        return [_metric(data, action)]
    if isinstance(data.get("issue"), dict) and "event" not in data:
        return _issue(data["issue"], action)
    if isinstance(data.get("event") or data.get("error"), dict):
        return [_event(data)]
    # Comments, and news of the integration itself, page nobody.
    return []


def _event(data: dict[str, Any]) -> InboundEvent:
    found: dict[str, Any] = data.get("event") or data["error"]
    key = values.said(found, "issue_id", "groupid", "event_id", "id")
    rule = values.said(data, "triggered_rule")
    return _trigger(found, f"issue:{key}", rule=rule)


def _issue(issue: dict[str, Any], action: str) -> list[InboundEvent]:
    key = f"issue:{values.said(issue, 'id', 'shortId')}"
    if action in OVER:
        return [event.resolve(key, values.said(issue, "title"))]
    return [_trigger(issue, key)] if action in TROUBLE else []


def _metric(data: dict[str, Any], action: str) -> InboundEvent:
    alert = event.fields(data, "metric_alert")
    key = f"metric:{values.said(alert, 'id', 'identifier')}"
    title = values.said(data, "description_title") or values.said(alert, "title")
    if action == "resolved":
        return event.resolve(key, title)
    return event.trigger(
        key,
        title,
        happened=alert.get("date_started") or alert.get("date_created"),
        severity=SEVERITIES.get(action, ""),
        source=_listed(alert.get("projects")) or NAME,
        custom_details=event.excerpt(data),
        links=[{"href": values.said(data, "web_url"), "text": NAME}],
        client=NAME,
    )


def _plugin(sent: dict[str, Any]) -> InboundEvent:
    """Read what the plugin sends, which knows no end of a problem."""
    if not values.said(sent, "message", "culprit", "id"):
        raise event.Invalid(["'data' must be an object"])
    found = sent.get("event")
    inner = found if isinstance(found, dict) else {}
    return _trigger({**inner, **sent}, f"issue:{values.said(sent, 'id')}")


def _trigger(found: dict[str, Any], key: str, rule: str = "") -> InboundEvent:
    project = found.get("project")
    name = values.said(project, "slug", "name") or values.said(found, "project_name")
    return event.trigger(
        key,
        values.said(found, "title", "message", "culprit"),
        happened=found.get("datetime") or found.get("firstSeen"),
        severity=SEVERITIES.get(values.said(found, "level").lower(), ""),
        source=name or values.said(found, "project", "culprit") or NAME,
        component=values.said(found, "culprit"),
        group=values.said(found, "environment"),
        class_=rule or values.said(found, "type"),
        custom_details=event.excerpt(found),
        links=[
            {
                "href": values.said(found, "web_url", "permalink", "url"),
                "text": NAME,
            }
        ],
        client=NAME,
    )


def _listed(value: Any) -> str:
    if not isinstance(value, list):
        return ""
    return ", ".join(filter(None, (values.text(item).strip() for item in value)))
