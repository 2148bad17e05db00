"""Events API v1: the payload of `create_event.json` to an event, or what is wrong."""

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


def parse(data: dict[str, Any]) -> InboundEvent:
    """Return the event; raises Invalid with every violation."""
    key = values.text(data.get("service_key"))
    action = values.text(data.get("event_type"))
    dedup_key = values.text(data.get("incident_key"))
    errors = _key(key) + _action(action) + _dedup_key(dedup_key, action)
    if action == "trigger":
        errors += _description(data)
    if errors:
        raise Invalid(errors)
    return InboundEvent(
        key,
        action,
        dedup_key if dedup_key.strip() else new_dedup_key(),
        _body(data),
    )


def _key(key: str) -> list[str]:
    if len(key) != KEY_LENGTH:
        return ["Service key is the wrong length (should be 32 characters)"]
    return []


def _action(action: str) -> list[str]:
    if action not in ACTIONS:
        return ["event_type is invalid (must be one of: trigger acknowledge resolve)"]
    return []


def _dedup_key(dedup_key: str, action: str) -> list[str]:
    if not dedup_key.strip() and action in ("acknowledge", "resolve"):
        return ["Incident key is missing or blank"]
    if len(dedup_key) > LONGEST_DEDUP_KEY:
        return ["Incident key is too long (should be at most 255 characters)"]
    return []


def _description(data: dict[str, Any]) -> list[str]:
    if not values.text(data.get("description")).strip():
        return ["Description is missing or blank"]
    return []


def _body(data: dict[str, Any]) -> dict[str, Any]:
    """Translate to the fields of v2; v1 knows no severity and no source."""
    contexts = data.get("contexts")
    return {
        "summary": values.text(data.get("description"))[:LONGEST_SUMMARY],
        "source": "",
        "severity": "",
        "timestamp": None,
        "component": "",
        "group": "",
        "class": "",
        "custom_details": values.clean(data.get("details")),
        "links": values.links(_of_type("link", contexts)),
        "images": values.images(_of_type("image", contexts)),
        "client": values.text(data.get("client")),
        "client_url": values.address(data.get("client_url")),
    }


def _of_type(kind: str, contexts: Any) -> list[Any]:
    if not isinstance(contexts, list):
        return []
    return [c for c in contexts if isinstance(c, dict) and c.get("type") == kind]
