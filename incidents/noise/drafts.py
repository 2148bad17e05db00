"""What an alert says of the incident that opens for it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from incidents import urgencies
from incidents.models import Alert, Service
from incidents.opening import Draft

LONGEST_DESCRIPTION = 4000


def draft(service: Service, alert: Alert, *, at: datetime) -> Draft:
    """Say what the incident of an alert shall be."""
    return Draft(
        title=alert.summary,
        urgency=urgency(service, alert, at=at),
        description=_describe(alert.details)[:LONGEST_DESCRIPTION],
        incident_key=alert.dedup_key,
        details={"alert": alert.public_id, "client": alert.client},
    )


def urgency(service: Service, alert: Alert, *, at: datetime) -> str:
    """Say how urgent an alert is on its own."""
    return urgencies.of(service, alert.severity, at=at)


def _describe(details: Any) -> str:
    """Write the details of an alert as lines of text."""
    return "\n".join(_lines(details))


def _lines(details: Any, name: str = "") -> Iterator[str]:
    if isinstance(details, dict):
        for key, value in details.items():
            yield from _lines(value, f"{name}.{key}" if name else str(key))
    elif isinstance(details, list):
        for value in details:
            yield from _lines(value, name)
    elif details not in (None, ""):
        yield f"{name}: {details}" if name else str(details)
