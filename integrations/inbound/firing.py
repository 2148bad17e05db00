"""Reads alerts as Alertmanager sends them, a format that other tools speak too."""

from hashlib import sha256
from typing import Any

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent

# What people write into the label `severity`, as the four that we know.
SEVERITIES = {
    "critical": "critical",
    "page": "critical",
    "disaster": "critical",
    "fatal": "critical",
    "p1": "critical",
    "error": "error",
    "high": "error",
    "major": "error",
    "p2": "error",
    "warning": "warning",
    "warn": "warning",
    "medium": "warning",
    "minor": "warning",
    "p3": "warning",
    "info": "info",
    "information": "info",
    "low": "info",
    "none": "info",
    "p4": "info",
    "p5": "info",
}


def severity(word: str) -> str:
    """Return our word for a severity; blank for one that says nothing to us."""
    return SEVERITIES.get(word.strip().lower(), "")


def read(
    alert: dict[str, Any], links: list[dict[str, str]], **sender: str
) -> InboundEvent:
    """Make the event of one alert of a sender: client, client_url. Raises Invalid."""
    status = values.said(alert, "status").lower()
    if status not in ("firing", "resolved"):
        raise event.Invalid(["'status' must be firing or resolved"])
    labels = event.fields(alert, "labels") if alert.get("labels") is not None else {}
    notes = alert.get("annotations")
    key = values.said(alert, "fingerprint") or _fingerprint(labels)
    summary = _summary(labels, notes)
    if status == "resolved":
        return event.resolve(key, summary)
    return event.trigger(
        key,
        summary,
        happened=alert.get("startsAt"),
        severity=severity(values.said(labels, "severity", "priority", "level")),
        source=values.said(labels, "instance", "host", "node", "pod", "cluster"),
        component=values.said(labels, "job", "service", "container"),
        group=values.said(labels, "cluster", "namespace", "team"),
        class_=values.said(labels, "alertname"),
        custom_details=event.excerpt(alert),
        links=[*links, *_links(notes)],
        **sender,
    )


def _summary(labels: dict[str, Any], notes: Any) -> str:
    written = values.said(notes, "summary", "title", "message", "description")
    name = values.said(labels, "alertname") or "An alert without a name"
    where = values.said(labels, "instance", "host", "node", "pod")
    return written or (f"{name} on {where}" if where else name)


def _links(notes: Any) -> list[dict[str, str]]:
    runbook = values.said(notes, "runbook_url", "runbook")
    return [{"href": runbook, "text": "Runbook"}]


def _fingerprint(labels: dict[str, Any]) -> str:
    """Name an alert by its labels, as its sender would."""
    words = "\n".join(sorted(f"{k}={values.text(v)}" for k, v in labels.items()))
    return sha256(words.encode("utf-8", "replace")).hexdigest()[:32]
