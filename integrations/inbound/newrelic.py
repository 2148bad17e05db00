"""New Relic: the webhook of a workflow, and the one of its older channels."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "New Relic"
SEVERITIES = {
    "critical": "critical",
    "high": "error",
    "medium": "warning",
    "warning": "warning",
    "low": "info",
    "info": "info",
}
OVER = {"closed", "resolved", "deactivated", "inactive"}


@parser(
    "newrelic",
    name=_("New Relic"),
    setup=_(
        "Under Alerts, add a destination of the type Webhook with this address, and a"
        " workflow that notifies it when an issue is activated, acknowledged and"
        " closed. The default payload will do."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a message about one issue; raises Invalid."""
    issue = event.fields(payload)
    key = values.said(issue, "id", "issueId", "issue_id", "incident_id")
    if not key:
        raise event.Invalid(["'id' is missing or blank"])
    title = _title(issue)
    state = values.said(issue, "state", "current_state").lower()
    if state in OVER:
        return [event.resolve(key, title)]
    if state == "acknowledged":
        return [event.acknowledge(key, title)]
    return [_trigger(issue, key, title)]


def _trigger(issue: dict[str, Any], key: str, title: str) -> InboundEvent:
    priority = values.said(issue, "priority", "severity").lower()
    began = issue.get("createdAt") or issue.get("timestamp")
    return event.trigger(
        key,
        title,
        happened=values.milliseconds(began),
        severity=SEVERITIES.get(priority, ""),
        source=_listed(issue.get("impactedEntities")) or NAME,
        component=_listed(issue.get("alertPolicyNames") or issue.get("policy_name")),
        class_=_listed(issue.get("alertConditionNames") or issue.get("condition_name")),
        custom_details=event.excerpt(issue),
        links=[
            {"href": values.said(issue, "issueUrl", "incident_url"), "text": NAME},
            {"href": values.said(issue, "runbook_url"), "text": "Runbook"},
        ],
        client=NAME,
    )


def _title(issue: dict[str, Any]) -> str:
    title = issue.get("title") or issue.get("details") or issue.get("condition_name")
    return _listed(title)


def _listed(value: Any) -> str:
    """Read a name where there may be several."""
    if isinstance(value, list):
        return ", ".join(filter(None, (values.text(item).strip() for item in value)))
    return values.text(value)
