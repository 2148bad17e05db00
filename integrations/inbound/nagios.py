"""Nagios and Icinga: a notification command that posts their macros."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Nagios"
SEVERITIES = {
    "CRITICAL": "critical",
    "DOWN": "critical",
    "UNREACHABLE": "error",
    "UNKNOWN": "error",
    "WARNING": "warning",
}
WELL = ("OK", "UP")


@parser(
    "nagios",
    name=_("Nagios or Icinga"),
    setup=_(
        "Let the notification command run curl with this address, and with"
        " --data-urlencode for each of NOTIFICATIONTYPE, HOSTNAME, HOSTSTATE,"
        " HOSTOUTPUT and, of services, SERVICEDESC, SERVICESTATE and SERVICEOUTPUT,"
        " such as HOSTNAME=$HOSTNAME$. JSON with these names will do, too."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a notification about one host or service; raises Invalid."""
    sent = {_plain(key): value for key, value in event.fields(payload).items()}
    host = values.said(sent, "HOSTNAME", "HOST", "HOSTDISPLAYNAME")
    if not host:
        raise event.Invalid(["'HOSTNAME' is missing or blank"])
    service = values.said(sent, "SERVICEDESC", "SERVICENAME", "SERVICE")
    subject = "SERVICE" if service else "HOST"
    state = values.said(sent, f"{subject}STATE", "STATE").upper()
    kind = values.said(sent, "NOTIFICATIONTYPE", "TYPE").upper()
    key = f"{host}/{service}" if service else host
    if kind.startswith("DOWNTIME"):
        return []
    if kind.startswith("ACK"):
        return [event.acknowledge(key)]
    if state in WELL or (kind == "RECOVERY" and not state):
        return [event.resolve(key)]
    output = values.said(sent, f"{subject}OUTPUT", "OUTPUT")
    where = f"{service} on {host}" if service else host
    return [
        event.trigger(
            key,
            f"{where} is {state or 'in trouble'}: {output}".rstrip(": "),
            severity=SEVERITIES.get(state, ""),
            source=host,
            component=service,
            group=values.said(sent, "HOSTGROUPNAME", "HOSTGROUPNAMES"),
            custom_details=event.excerpt(sent),
            links=[
                {"href": values.said(sent, "SERVICENOTESURL", "HOSTNOTESURL")},
                {"href": values.said(sent, "SERVICEACTIONURL", "HOSTACTIONURL")},
            ],
            client=NAME,
        )
    ]


def _plain(name: str) -> str:
    """Name a macro in one way: $HOSTNAME$, NAGIOS_HOSTNAME and host.name are usual."""
    name = name.strip("$").upper()
    for prefix in ("NAGIOS_", "ICINGA_"):
        name = name.removeprefix(prefix)
    return name.replace(".", "").replace("_", "")
