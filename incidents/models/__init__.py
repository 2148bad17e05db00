"""Services and their integrations, events, alerts, incidents and notifications."""

from incidents.models.alert import Alert, Event
from incidents.models.engine import EngineRun, Errand
from incidents.models.handoff import HandOff
from incidents.models.heartbeat import Heartbeat
from incidents.models.incident import (
    Acknowledgement,
    Assignment,
    Incident,
    TimelineEntry,
)
from incidents.models.maintenance import MaintainedService, MaintenanceWindow
from incidents.models.notification import Notification
from incidents.models.outbox import OutboxEntry
from incidents.models.received import ChangeEvent, Payload
from incidents.models.responders import (
    Responder,
    ResponderRequest,
    StatusUpdate,
    Subscriber,
)
from incidents.models.service import Integration, Service, SuppressionRule

__all__ = [
    "Acknowledgement",
    "Alert",
    "Assignment",
    "ChangeEvent",
    "EngineRun",
    "Errand",
    "Event",
    "HandOff",
    "Heartbeat",
    "Incident",
    "Integration",
    "MaintainedService",
    "MaintenanceWindow",
    "Notification",
    "OutboxEntry",
    "Payload",
    "Responder",
    "ResponderRequest",
    "Service",
    "StatusUpdate",
    "Subscriber",
    "SuppressionRule",
    "TimelineEntry",
]
