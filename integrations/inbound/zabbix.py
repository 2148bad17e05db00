"""Zabbix: a webhook of your own, whose parameters are named after the macros."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Zabbix"
SEVERITIES = {
    "disaster": "critical",
    "high": "error",
    "average": "warning",
    "warning": "warning",
    "information": "info",
    "not classified": "info",
    "5": "critical",
    "4": "error",
    "3": "warning",
    "2": "warning",
    "1": "info",
    "0": "info",
}


@parser(
    "zabbix",
    name=_("Zabbix"),
    setup=_(
        "Zabbix's own media type for the Events API works with a key of the kind"
        " Events API. Or let a script POST JSON to this address, with event_id,"
        " event_value, event_name, event_severity, event_update_status,"
        " event_update_action, host_name and zabbix_url set to the macros of these"
        " names."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a message about one problem; raises Invalid."""
    sent = {_plain(key): value for key, value in event.fields(payload).items()}
    key = values.said(sent, "event_id", "eventid")
    if not key:
        raise event.Invalid(["'event_id' is missing or blank"])
    summary = values.said(sent, "event_name", "trigger_name", "alert_subject")
    if values.said(sent, "event_value").upper() in ("0", "OK", "RESOLVED"):
        return [event.resolve(key, summary)]
    if values.said(sent, "event_update_status") == "1":
        did = values.said(sent, "event_update_action").lower()
        is_taken = "acknowledged" in did and "unacknowledged" not in did
        return [event.acknowledge(key, summary)] if is_taken else []
    return [_trigger(sent, key, summary)]


def _trigger(sent: dict[str, Any], key: str, summary: str) -> InboundEvent:
    severity = values.said(sent, "event_severity", "event_nseverity", "severity")
    host = values.said(sent, "host_name", "host_host", "host", "hostname")
    return event.trigger(
        key,
        summary or f"Problem {key} on {host or 'a host'}",
        severity=SEVERITIES.get(severity.lower(), ""),
        source=host or values.said(sent, "host_ip") or NAME,
        group=values.said(sent, "trigger_hostgroup_name", "hostgroup"),
        custom_details=event.excerpt(sent),
        links=[{"href": values.said(sent, "zabbix_url", "url"), "text": NAME}],
        client=NAME,
    )


def _plain(name: str) -> str:
    """Name a macro in one way: {EVENT.ID} and EventID are common, too."""
    return name.strip("{}").lower().replace(".", "_").replace(" ", "_")
