"""Change events: the payload of `POST /v2/change/enqueue`, or what is wrong with it."""

from dataclasses import dataclass
from typing import Any

from integrations.inbound import values
from integrations.inbound.event import KEY_LENGTH, LONGEST_SUMMARY, Invalid


@dataclass(frozen=True, slots=True)
class Change:
    """A change, as a tool tells of it; `timestamp` is ISO 8601 or None."""

    key: str
    summary: str
    source: str
    timestamp: str | None
    custom_details: Any
    links: list[dict[str, str]]
    images: list[dict[str, str]]


def parse(data: dict[str, Any]) -> Change:
    """Return the change; raises Invalid with every violation."""
    key = values.text(data.get("routing_key"))
    payload = data.get("payload")
    fields: dict[str, Any] = payload if isinstance(payload, dict) else {}
    summary = values.said(fields, "summary")
    errors = _key(key)
    if not summary:
        errors.append("'payload.summary' is missing or blank")
    if errors:
        raise Invalid(errors)
    return Change(
        key,
        summary[:LONGEST_SUMMARY],
        values.text(fields.get("source")),
        values.timestamp(fields.get("timestamp")),
        values.clean(fields.get("custom_details")),
        values.links(data.get("links")),
        values.images(data.get("images")),
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
