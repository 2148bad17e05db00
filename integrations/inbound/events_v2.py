"""Events API v2: the payload of `POST /v2/enqueue` to an event, or what is wrong."""

from typing import Any

from integrations.inbound import values
from integrations.inbound.event import (
    ACTIONS,
    KEY_LENGTH,
    LONGEST_DEDUP_KEY,
    LONGEST_SUMMARY,
    InboundEvent,
    Invalid,
    new_dedup_key,
)

SEVERITIES = ("critical", "error", "warning", "info")


def parse(data: dict[str, Any]) -> InboundEvent:
    """Return the event; raises Invalid with every violation."""
    key = values.text(data.get("routing_key"))
    action = values.text(data.get("event_action"))
    dedup_key = values.text(data.get("dedup_key"))
    errors = _key(key) + _action(action) + _dedup_key(dedup_key, action)
    payload = data.get("payload")
    if action == "trigger":
        errors += _payload(payload)
    if errors:
        raise Invalid(errors)
    return InboundEvent(
        key,
        action,
        dedup_key if dedup_key.strip() else new_dedup_key(),
        _body(data, payload if isinstance(payload, dict) else {}),
    )


def _key(key: str) -> list[str]:
    if not key.strip():
        return ["'routing_key' is missing or blank"]
    errors = []
    if len(key) != KEY_LENGTH:
        errors.append("Length of 'routing_key' is incorrect (should be 32 characters)")
    if not (key.isascii() and key.isalnum()):
        errors.append("'routing_key' cannot contain non-alphanumeric characters.")
    return errors


def _action(action: str) -> list[str]:
    if not action.strip():
        return ["'event_action' is missing or blank"]
    if action not in ACTIONS:
        return [
            "'event_action' is invalid (must be one of the following: "
            "'trigger', 'acknowledge' or 'resolve')"
        ]
    return []


def _dedup_key(dedup_key: str, action: str) -> list[str]:
    if not dedup_key.strip() and action in ("acknowledge", "resolve"):
        return ["'dedup_key' is missing or blank"]
    if len(dedup_key) > LONGEST_DEDUP_KEY:
        return ["Length of 'dedup_key' is incorrect (should be at most 255 characters)"]
    return []


def _payload(payload: Any) -> list[str]:
    """Ask for the three things that a trigger must say."""
    fields = payload if isinstance(payload, dict) else {}
    errors = [
        f"'payload.{name}' is missing or blank"
        for name in ("summary", "source", "severity")
        if not values.text(fields.get(name)).strip()
    ]
    severity = values.text(fields.get("severity"))
    if severity.strip() and severity not in SEVERITIES:
        errors.append(
            "'payload.severity' is invalid (must be one of the following: "
            "'critical', 'warning', 'error' or 'info')"
        )
    return errors


def _body(data: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    severity = values.text(payload.get("severity"))
    return {
        "summary": values.text(payload.get("summary"))[:LONGEST_SUMMARY],
        "source": values.text(payload.get("source")),
        "severity": severity if severity in SEVERITIES else "",
        "timestamp": values.timestamp(payload.get("timestamp")),
        "component": values.text(payload.get("component")),
        "group": values.text(payload.get("group")),
        "class": values.text(payload.get("class")),
        "custom_details": values.clean(payload.get("custom_details")),
        "links": values.links(data.get("links")),
        "images": values.images(data.get("images")),
        "client": values.text(data.get("client")),
        "client_url": values.address(data.get("client_url")),
    }
