"""The normalised event that each inbound format is turned into."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from integrations.inbound import values

LONGEST_SUMMARY = 1024
LONGEST_DEDUP_KEY = 255
KEY_LENGTH = 32
# In characters; the rest of a huge payload helps nobody who is paged.
LONGEST_EXCERPT = 64 * 1024
UNREADABLE = "unreadable:"
ACTIONS = ("trigger", "acknowledge", "resolve")


class Invalid(ValueError):
    """The message is no event; every violation, in the words that clients know."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One message of a tool; `body` has the fields that `incidents.intake` names."""

    # Blank where the address has it, and not the message.
    key: str
    action: str
    dedup_key: str
    body: dict[str, Any]


def new_dedup_key() -> str:
    """Mint the dedup key of a trigger that came without one."""
    return secrets.token_hex(16)


def trigger(
    dedup_key: str, summary: str, *, happened: Any = None, **fields: Any
) -> InboundEvent:
    """Make the event of a problem that a tool reports; `fields` are of the body."""
    body = _body(summary, values.timestamp(happened), fields)
    return InboundEvent("", "trigger", fitting(dedup_key) or new_dedup_key(), body)


def acknowledge(dedup_key: str, summary: str = "", **fields: Any) -> InboundEvent:
    """Make the event of a problem that somebody has taken on, in the tool."""
    body = _body(summary, None, fields)
    return InboundEvent("", "acknowledge", fitting(dedup_key), body)


def resolve(dedup_key: str, summary: str = "", **fields: Any) -> InboundEvent:
    """Make the event of a problem that is over."""
    return InboundEvent("", "resolve", fitting(dedup_key), _body(summary, None, fields))


def unreadable(tool: Any, errors: list[str], payload: Any) -> InboundEvent:
    """Make the event of a message that nobody understands: it may be a page.

    The same mistake is one alert, however often it is made.
    """
    words = "; ".join(errors)
    return trigger(
        f"{UNREADABLE}{sha256(words.encode('utf-8', 'replace')).hexdigest()[:32]}",
        f"{tool} sent something that could not be read: {words}",
        severity="error",
        source=str(tool),
        custom_details={"errors": errors, "payload": excerpt(payload)},
    )


def oddities(found: InboundEvent) -> list[str]:
    """List what was odd, if the event was made by `unreadable`."""
    if not found.dedup_key.startswith(UNREADABLE):
        return []
    details = found.body["custom_details"]
    errors = details.get("errors") if isinstance(details, dict) else None
    return errors if isinstance(errors, list) else []


def bounded(payload: Any, longest: int) -> Any:
    """Return a payload fit for a jsonb column; None for one that is too long."""
    kept = values.clean(payload)
    return kept if len(values.text(kept)) <= longest else None


def each(
    tool: Any, name: str, items: Any, read: Callable[[Any], Iterable[InboundEvent]]
) -> list[InboundEvent]:
    """Read a list; what is wrong with one item keeps nobody from hearing of others.

    Raises Invalid when it is no list.
    """
    if not isinstance(items, list):
        raise Invalid([f"'{name}' must be a list"])
    found: list[InboundEvent] = []
    for number, item in enumerate(items):
        try:
            if not isinstance(item, dict):
                raise Invalid([f"'{name}' must have objects in it"])
            found += read(item)
        except Invalid as odd:
            errors = [f"{name}[{number}]: {error}" for error in odd.errors]
            found.append(unreadable(tool, errors, item))
    return found


def fields(payload: Any, name: str = "") -> dict[str, Any]:
    """Return an object of the payload, or all of it; raises Invalid for no object."""
    found = payload
    if name:
        found = payload.get(name) if isinstance(payload, dict) else None
    if not isinstance(found, dict):
        raise Invalid([f"'{name or 'payload'}' must be an object"])
    return found


def fitting(dedup_key: str) -> str:
    """Shorten a dedup key that is too long, so that different ones stay different."""
    if len(dedup_key) <= LONGEST_DEDUP_KEY:
        return dedup_key.strip()
    digest = sha256(dedup_key.encode("utf-8", "replace")).hexdigest()
    return f"{dedup_key[: LONGEST_DEDUP_KEY - 65]}:{digest}"


def excerpt(payload: Any) -> Any:
    """Return what of a payload is kept with an alert: all of it, unless it is huge."""
    kept = values.clean(payload)
    words = values.text(kept)
    return kept if len(words) <= LONGEST_EXCERPT else words[:LONGEST_EXCERPT]


def _body(summary: str, timestamp: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """Fill the fields that a tool does not know."""
    body: dict[str, Any] = {
        "summary": summary.strip()[:LONGEST_SUMMARY] or "A problem without a title",
        "source": "",
        "severity": "",
        "timestamp": timestamp,
        "component": "",
        "group": "",
        "class": "",
        "custom_details": None,
        "links": [],
        "images": [],
        "client": "",
        "client_url": "",
    }
    # `class` is a word of Python.
    named = {name.rstrip("_"): value for name, value in given.items()}
    body |= named
    body["links"] = values.links(body["links"])
    body["images"] = values.images(body["images"])
    body["client_url"] = values.address(body["client_url"])
    return body
