"""Any tool that posts JSON: a mapping says where in its payload each field is.

A field of the mapping is a path such as `alert.labels.0.name`, or a text with paths
in braces: `{check} on {host.name}`. Without a mapping, usual names are tried.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, firing, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

KIND: Final = "json"
NAME: Final = "The tool"
GAP: Final = re.compile(r"\{([^{}]*)\}")
OVER: Final = "resolved, resolve, ok, up, recovered, recovery, closed, close, success"
TAKEN: Final = "acknowledged, acknowledge, ack"
# What is tried where the mapping is silent.
USUAL: Final[dict[str, tuple[str, ...]]] = {
    "summary": (
        "summary",
        "title",
        "subject",
        "message",
        "name",
        "text",
        "description",
    ),
    "dedup_key": ("dedup_key", "incident_key", "alert_id", "fingerprint", "id", "key"),
    "status": ("status", "state", "event_action", "event_type", "action"),
    "severity": ("severity", "level", "priority"),
    "source": ("source", "host", "hostname", "instance", "service"),
    "timestamp": ("timestamp", "time", "date", "created_at"),
    "link": ("link", "url", "permalink"),
}


@parser(
    KIND,
    name=_("Any tool that posts JSON"),
    setup=_(
        "Let the tool POST JSON to this address. Once something has come, say on the"
        " page of this integration which of its fields means what."
    ),
    is_mapped=True,
)
def read(payload: Any, mapping: Mapping[str, str] | None = None) -> list[InboundEvent]:
    """Read a message, or each item of a list in it; raises Invalid."""
    fields = mapping or {}
    items = payload
    if path := fields.get("items", ""):
        items = at(payload, path)
        if items is None:
            raise event.Invalid([f"'{path}' is missing"])
    if isinstance(items, list):
        return event.each(NAME, path or "payload", items, lambda i: [_one(i, fields)])
    return [_one(event.fields(items), fields)]


def at(payload: Any, path: str) -> Any:
    """Return what is at a path; None where there is nothing."""
    found = payload
    for name in re.split(r"[.\[\]]+", path.strip().strip("[].")):
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and len(name) < 6:
            found = found[int(name)] if int(name) < len(found) else None
        else:
            return None
    return found


def _one(item: dict[str, Any], fields: Mapping[str, str]) -> InboundEvent:
    summary = _said(item, fields, "summary")
    if not summary:
        path = fields.get("summary")
        which = f"'{path}', which is the summary," if path else "The summary"
        raise event.Invalid([f"{which} is missing or blank"])
    key = _said(item, fields, "dedup_key") or summary
    status = _said(item, fields, "status").lower()
    if status and status in _words(fields.get("resolved") or OVER):
        return event.resolve(key, summary)
    if status and status in _words(fields.get("acknowledged") or TAKEN):
        return event.acknowledge(key, summary)
    return event.trigger(
        key,
        summary,
        happened=values.milliseconds(_said(item, fields, "timestamp"))
        or _said(item, fields, "timestamp"),
        severity=firing.severity(_said(item, fields, "severity")),
        source=_said(item, fields, "source"),
        links=[{"href": _said(item, fields, "link"), "text": ""}],
        custom_details=event.excerpt(item),
    )


def _said(item: dict[str, Any], fields: Mapping[str, str], name: str) -> str:
    """Read a field by the mapping, or by its usual names where that is silent."""
    said = fields.get(name, "").strip()
    if not said:
        return values.said(item, *USUAL[name])
    if "{" in said:
        return GAP.sub(lambda gap: values.text(at(item, gap[1])), said).strip()
    return values.text(at(item, said)).strip()


def _words(listed: str) -> Iterable[str]:
    return {word.strip().lower() for word in listed.split(",")}
