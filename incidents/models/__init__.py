"""Services and their integrations, events, alerts, incidents and notifications."""

from incidents.models.alert import Alert, Event
from incidents.models.handoff import HandOff
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
    "HandOff",
    "Incident",
    "Integration",
    "Notification",
    "Service",
    "TimelineEntry",
]
