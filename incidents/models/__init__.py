"""Services and their integrations, events, alerts, incidents and notifications."""

from incidents.models.alert import Alert, Event
from incidents.models.incident import (
    Acknowledgement,
    Assignment,
    Incident,
    TimelineEntry,
)
from incidents.models.notification import Notification
from incidents.models.service import Integration, Service

__all__ = [
    "Acknowledgement",
    "Alert",
    "Assignment",
    "Event",
    "Incident",
    "Integration",
    "Notification",
    "Service",
    "TimelineEntry",
]
