"""The types of events, by the names that receivers know them by."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PING: Final = "pagey.ping"

# What we tell of, in the order in which a form lists them.
OFFERED: Final[dict[str, str | Promise]] = {
    "incident.triggered": _("An incident was triggered"),
    "incident.acknowledged": _("An incident was acknowledged"),
    "incident.unacknowledged": _("An acknowledgement was given back or timed out"),
    "incident.escalated": _("An incident was escalated"),
    "incident.delegated": _("An incident was given to another escalation policy"),
    "incident.reassigned": _("An incident was given to other people"),
    "incident.resolved": _("An incident was resolved"),
    "incident.reopened": _("An incident was reopened"),
    "incident.priority_updated": _("The priority of an incident was changed"),
    "incident.annotated": _("A note was added to an incident"),
    "incident.status_update_published": _("A status update was posted"),
    "incident.responder.added": _("Somebody was asked to help with an incident"),
    "incident.responder.replied": _("Somebody answered a request for help"),
    "service.created": _("A service was created"),
    "service.updated": _("A service was changed"),
    "service.deleted": _("A service was deleted"),
}
# What may be subscribed to, so that a configuration made for others is taken, but
# never happens here.
NEVER_SENT: Final = (
    "incident.action_invocation.created",
    "incident.action_invocation.terminated",
    "incident.action_invocation.updated",
    "incident.conference_bridge.updated",
    "incident.custom_field_values.updated",
    "incident.incident_type.changed",
    "incident.incident_type_changed",
    "incident.role.assigned",
    "incident.service_updated",
    "incident.task.completed",
    "incident.task.created",
    "incident.task.updated",
    "incident.workflow.completed",
    "incident.workflow.started",
    "service.custom_field_values.updated",
)
KNOWN: Final = frozenset({*OFFERED, *NEVER_SENT, PING})
