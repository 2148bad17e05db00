"""Timeline entries and states of incidents, in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts import channels
from accounts.models.contact import Urgency
from incidents.models import Incident, TimelineEntry
from incidents.states import ACKNOWLEDGED, RESOLVED
from incidents.tellings import PEOPLE, TELLINGS, UNKNOWN, WAYS, WITH_TEXT, Telling
from oncall import moments

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One entry of the timeline, as the page shows it."""

    entry: TimelineEntry
    text: str
    # The way by which somebody acted; blank for the page itself.
    way: str
    # What was written in full: the text of a note.
    body: str
    icon: str
    tone: str


def tell(entry: TimelineEntry) -> Sentence:
    """Put an entry into words; facts that it lacks are left out."""
    telling = TELLINGS.get(entry.verb, UNKNOWN)
    facts = _facts(entry)
    return Sentence(
        entry=entry,
        text=_fill(telling, facts),
        way=str(WAYS.get(entry.via, "")) if telling.group == PEOPLE else "",
        body=_body(entry),
        icon=telling.icon,
        tone=telling.tone,
    )


def _fill(telling: Telling, facts: Mapping[str, str]) -> str:
    for template in map(str, telling.templates):
        if all(facts.get(name) for name in _PLACEHOLDER.findall(template)):
            return template % facts
    # Only templates that need no facts come last.
    return str(telling.templates[-1])


def _facts(entry: TimelineEntry) -> dict[str, str]:
    details = entry.details if isinstance(entry.details, dict) else {}
    facts = {name: _fact(name, value) for name, value in details.items()}
    facts["who"] = entry.membership.name if entry.membership else entry.name
    if entry.verb == "change_urgency":
        facts |= {name: _urgency(details.get(name)) for name in ("from", "to")}
    return facts


def _fact(name: str, value: Any) -> str:
    if name == "kind":
        return kind(str(value))
    if name == "until":
        return _until(value)
    if name == "numbers" and isinstance(value, list):
        value = [f"#{number}" for number in value]
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _body(entry: TimelineEntry) -> str:
    if entry.verb not in WITH_TEXT:
        return ""
    details = entry.details if isinstance(entry.details, dict) else {}
    if entry.verb == "edit_note":
        return str(details.get("text", ""))
    return str(details.get("text") or details.get("note") or "")


def _urgency(value: Any) -> str:
    return str(dict(Urgency.choices).get(value, value or ""))


def _until(value: Any) -> str:
    at = parse_datetime(str(value))
    return clock(at) if at is not None else str(value)


def clock(at: datetime) -> str:
    """Print an instant for the viewer, as short as today permits."""
    return moments.absolute(at, now=timezone.now())


def kind(name: str) -> str:
    """Name a channel as people say it."""
    try:
        return str(channels.get(name).label)
    except channels.PermanentFailure:
        return name


def state(incident: Incident) -> tuple[str, str]:
    """Say an incident's state, and by whom or until when."""
    if incident.status == ACKNOWLEDGED and incident.snoozed_until:
        until = _("until %(time)s") % {"time": clock(incident.snoozed_until)}
        return "snoozed", until
    if incident.status == ACKNOWLEDGED:
        return incident.status, _by(incident)
    if incident.status == RESOLVED and incident.merged_into:
        return incident.status, _("merged into #%(number)d") % {
            "number": incident.merged_into.number
        }
    return incident.status, ""


def _by(incident: Incident) -> str:
    who = ", ".join(str(each) for each in incident.acknowledgements.all())
    until = incident.acknowledgement_expires_at
    if who and until:
        return _("by %(who)s until %(time)s") % {"who": who, "time": clock(until)}
    if who:
        return _("by %(who)s") % {"who": who}
    return _("until %(time)s") % {"time": clock(until)} if until else ""
