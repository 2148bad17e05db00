"""Shows entries of incidents' timelines as log entries."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from accounts.models import Account, Membership
from incidents import wording
from incidents.models import Alert, Notification, TimelineEntry
from integrations.api import lists, references, teams, times
from integrations.api.requests import ApiRequest, address

INCLUDES = {"incidents", "services", "channels", "teams"}
# What a verb of ours is called there. Clients take every annotation for a note of
# somebody's, and so what has no name there is a change of a field.
TYPES: Final = {
    "trigger": "trigger",
    "repeat": "trigger",
    "group": "trigger",
    "storm": "trigger",
    "storm_grew": "trigger",
    "add_note": "annotate",
    "acknowledge": "acknowledge",
    "unacknowledge": "unacknowledge",
    "ack_timeout": "unacknowledge",
    "snooze_ended": "unacknowledge",
    "reopen": "unacknowledge",
    "resolve": "resolve",
    "auto_resolve": "resolve",
    "merged": "resolve",
    "escalate": "escalate",
    "snooze": "snooze",
    "change_urgency": "urgency_change",
    "notified": "notify",
    "notify_failed": "notify",
    "notify_cancelled": "notify",
    "level_skipped": "escalate",
    "nobody_reached": "exhaust_escalation_path",
    "policy_exhausted": "exhaust_escalation_path",
}
# What an overview leaves out.
DETAILS: Final = (
    "repeat",
    "group",
    "storm_grew",
    "notified",
    "notify_failed",
    "notify_cancelled",
    "level_skipped",
    "subscribed",
    "unsubscribed",
    "repaired",
)
NOTIFIED: Final = {"notified", "notify_failed"}
# Which way of ours is which channel of theirs.
CHANNELS: Final = {
    "api": "api",
    "event": "api",
    "email": "email",
    "link": "email",
    "sms": "sms",
    "voice": "phone",
    "push": "mobile",
    "web": "website",
    "slack": "website",
}
WEB_TRIGGER: Final = "web_trigger"
TIMEOUTS: Final = {"ack_timeout", "snooze_ended"}
KINDS: Final = {"email": "email", "sms": "sms", "voice": "phone", "push": "push"}


@dataclass(frozen=True)
class Facts:
    """What entries of one answer refer to."""

    alerts: dict[int, Alert]
    notifications: dict[str, Notification]
    # Members by their ids; of old entries by name, where it is one member's only.
    people: dict[str, Membership]
    wanted: Collection[str]


def with_rows(rows: QuerySet[TimelineEntry]) -> QuerySet[TimelineEntry]:
    """Let entries bring along the rows that are shown of them."""
    return rows.select_related("incident__service__team", "membership__user")


def first_of(account: Account, ids: Collection[int]) -> dict[int, TimelineEntry]:
    """Find the entry that opened each incident, by the incident's id."""
    entries = (
        with_rows(account.timeline_entries.all())
        .filter(incident__in=ids, verb="trigger")
        .order_by("incident_id", "id")
        .distinct("incident_id")
    )
    return {entry.incident_id: entry for entry in entries}


def reference(request: ApiRequest, entry: TimelineEntry) -> dict[str, Any]:
    """Refer to an entry; its incident is loaded."""
    found = _identity(request, entry)
    return {**found, "type": f"{found['type']}_reference"}


def shown(
    request: ApiRequest, entries: Sequence[TimelineEntry]
) -> list[dict[str, Any]]:
    """Show entries that `with_rows` has loaded."""
    facts = _facts(request, entries)
    return [represent(request, entry, facts) for entry in entries]


def represent(
    request: ApiRequest, entry: TimelineEntry, facts: Facts
) -> dict[str, Any]:
    """Show one entry."""
    incident = entry.incident
    own_teams = [incident.service.team] if incident.service.team else []
    alert = facts.alerts.get(incident.pk) if entry.verb == "trigger" else None
    return {
        **_identity(request, entry),
        "created_at": times.spelled(request, entry.at),
        "agent": _agent(request, entry),
        "channel": _channel(entry, facts, alert),
        "incident": references.reference(request, incident),
        "service": references.reference(request, incident.service),
        "teams": references.either(
            request, own_teams, facts.wanted, "teams", teams.represent
        ),
        "contexts": contexts(alert) if alert else [],
        "note": str(entry.details.get("text", "")) or None,
        "event_details": _event_details(entry),
        **_more(request, entry, facts),
    }


def contexts(alert: Alert) -> list[dict[str, Any]]:
    """Show the links and the images that a tool sent."""
    links = [{"type": "link", **_known(link)} for link in alert.links]
    return [*links, *({"type": "image", **_known(image)} for image in alert.images)]


def _known(context: Any) -> dict[str, Any]:
    names = ("href", "text", "src", "alt")
    return {name: context[name] for name in names if context.get(name)}


def _identity(request: ApiRequest, entry: TimelineEntry) -> dict[str, Any]:
    path = f"log_entries/{entry.public_id}"
    incident = entry.incident.public_id
    return {
        "id": entry.public_id,
        "type": f"{_type(entry)}_log_entry",
        "summary": wording.tell(entry).text,
        "self": address(request, f"{path}?incident_id={incident}"),
        "html_url": references.page_address(
            request.account, f"incidents/{incident}/{path}"
        ),
    }


def _type(entry: TimelineEntry) -> str:
    if entry.verb == "level_started":
        if entry.details.get("level") != 1:
            return "escalate"
        return "repeat_escalation_path" if entry.details.get("round") else "assign"
    if entry.verb == "reassign":
        return "assign"
    return TYPES.get(entry.verb, "field_value_change")


def _agent(request: ApiRequest, entry: TimelineEntry) -> dict[str, Any]:
    """Say who did it: of a delivery, the service, for the member is who was told."""
    if entry.membership is None or entry.verb in NOTIFIED:
        return references.reference(request, entry.incident.service)
    return references.reference(request, entry.membership)


def _channel(entry: TimelineEntry, facts: Facts, alert: Alert | None) -> dict[str, Any]:
    if entry.verb in NOTIFIED:
        return {"type": "auto", "notification": _notification(entry, facts)}
    if entry.verb == "add_note":
        return {"type": "note", "summary": entry.details.get("text", "")}
    if is_by_hand(entry, alert):
        return {
            "type": WEB_TRIGGER,
            "summary": entry.incident.title,
            "subject": entry.incident.title,
            "details": entry.incident.description,
        }
    kind = "timeout" if entry.verb in TIMEOUTS else CHANNELS.get(entry.via, "auto")
    channel: dict[str, Any] = {"type": kind}
    until = _until(entry)
    if until is not None:
        channel["duration"] = int((until - entry.at).total_seconds())
    if alert is not None and "channels" in facts.wanted:
        channel |= _sent(alert)
    return channel


def is_by_hand(entry: TimelineEntry, alert: Alert | None) -> bool:
    """Say whether somebody opened the incident with this entry, and no tool did."""
    return entry.verb == "trigger" and entry.membership_id is not None and alert is None


def _sent(alert: Alert) -> dict[str, Any]:
    """Show the event that a tool sent."""
    return {
        "summary": alert.summary,
        "description": alert.summary,
        "incident_key": alert.dedup_key,
        "client": alert.client,
        "client_url": alert.client_url,
        "details": alert.details if isinstance(alert.details, dict) else {},
    }


def _notification(entry: TimelineEntry, facts: Facts) -> dict[str, Any]:
    row = facts.notifications.get(str(entry.details.get("notification", "")))
    kind = str(entry.details.get("kind", ""))
    return {
        "id": row.public_id if row else None,
        "type": f"{KINDS.get(kind, kind)}_notification",
        "address": destination(row) if row else None,
        "status": "failed" if entry.verb == "notify_failed" else "success",
    }


def destination(row: Notification) -> str | None:
    """Say where a notification went; a push has no address that says anything."""
    if row.kind == "push":
        return None
    return row.contact_method.address if row.contact_method else row.address or None


def _event_details(entry: TimelineEntry) -> dict[str, str]:
    """Describe what happened; clients take strings here and nothing else."""
    summary = entry.details.get("summary")
    return {"description": str(summary)} if summary else {}


def _more(request: ApiRequest, entry: TimelineEntry, facts: Facts) -> dict[str, Any]:
    """Show what entries of some types have besides."""
    if entry.verb in {"level_started", "reassign"}:
        return {"assignees": _assignees(request, entry, facts)}
    if entry.verb == "acknowledge":
        timeout = entry.incident.service.acknowledgement_timeout
        seconds = int(timeout.total_seconds()) if timeout else None
        return {"acknowledgement_timeout": seconds}
    if entry.verb in NOTIFIED:
        return {"user": references.maybe(request, entry.membership)}
    if entry.verb == "snooze":
        until = times.spelled(request, _until(entry))
        return {"changed_actions": [{"type": "unacknowledge", "at": until}]}
    return {}


def _assignees(
    request: ApiRequest, entry: TimelineEntry, facts: Facts
) -> list[dict[str, Any]]:
    found = [facts.people.get(name) for name in _names(entry)]
    return references.references(request, [member for member in found if member])


def _names(entry: TimelineEntry) -> list[str]:
    details = entry.details
    names = details.get("members") or details.get("people") or details.get("to") or []
    return [str(name) for name in names] if isinstance(names, list) else []


def _until(entry: TimelineEntry) -> datetime | None:
    if entry.verb != "snooze":
        return None
    return parse_datetime(str(entry.details.get("until", "")))


def _facts(request: ApiRequest, entries: Sequence[TimelineEntry]) -> Facts:
    account = request.account
    opened = [entry.incident_id for entry in entries if entry.verb == "trigger"]
    return Facts(
        alerts=_first_alerts(account, opened),
        notifications=_notifications(account, entries),
        people=_people(account, entries),
        wanted=set(lists.values(request, "include")),
    )


def _first_alerts(account: Account, ids: Iterable[int]) -> dict[int, Alert]:
    alerts = account.alerts.filter(incident__in=ids)
    first = alerts.order_by("incident_id", "id").distinct("incident_id")
    return {alert.incident_id: alert for alert in first if alert.incident_id}


def _notifications(
    account: Account, entries: Iterable[TimelineEntry]
) -> dict[str, Notification]:
    ids = {e.details.get("notification") for e in entries if e.verb in NOTIFIED}
    rows = account.notifications.filter(public_id__in=ids - {None})
    return {row.public_id: row for row in rows.select_related("contact_method")}


def _people(
    account: Account, entries: Iterable[TimelineEntry]
) -> dict[str, Membership]:
    """Find whom entries name; a name of several members is nobody's here."""
    verbs = {"level_started", "reassign"}
    names = {name for e in entries if e.verb in verbs for name in _names(e)}
    members = account.memberships.select_related("user").filter(
        Q(public_id__in=names) | Q(user__name__in=names) | Q(given_name__in=names)
    )
    found: dict[str, Membership | None] = {}
    for member in members:
        found[member.public_id] = member
        found[member.name] = None if member.name in found else member
    return {name: member for name, member in found.items() if member is not None}
