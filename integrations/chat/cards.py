"""What a room is shown: an incident as it is now, or a test, as plain values.

Each kind of chat lays them out its own way; the words are the same everywhere.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import tenancy
from incidents import states, wording
from incidents.models import Incident
from integrations.models import ChatMessage

# What is shown of the newest alerts; a chat has less room than a page.
LINKS, IMAGES, LONGEST_DETAILS = 5, 3, 500
OPEN = {states.TRIGGERED, states.ACKNOWLEDGED}
# What people press on a message, and when it makes sense.
BUTTONS = (
    ("acknowledge", {states.TRIGGERED}),
    ("resolve", OPEN),
    ("escalate", OPEN),
    ("add_note", {*OPEN, states.RESOLVED}),
    ("reassign", OPEN),
    ("snooze", OPEN),
)


@dataclass(frozen=True, slots=True)
class Card:
    """Something to show; by itself it is a test of the room."""

    # Ours, and the same in each attempt.
    key: str
    account: str
    # The extension's name, or the workspace's for what belongs to none.
    source: str

    @property
    def digest(self) -> str:
        """Tell two of them apart by what they show."""
        found = json.dumps(asdict(self), cls=DjangoJSONEncoder, sort_keys=True)
        return hashlib.sha256(found.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class IncidentCard(Card):
    """An incident, as it is now."""

    public_id: str
    number: int
    title: str
    # "triggered", "acknowledged", "snoozed" or "resolved"; and that in words, with by
    # whom or until when.
    state: str
    state_words: str
    urgency: str
    priority: str
    service: str
    assignees: tuple[str, ...]
    opened_at: datetime
    resolved_at: datetime | None
    alert_count: int
    # What the newest alert or the caller said of it, shortened.
    details: str
    # The incident's page and the service's.
    link: str
    service_link: str
    # (address, text) and (address, where it leads or nothing, alternative text).
    links: tuple[tuple[str, str], ...]
    images: tuple[tuple[str, str, str], ...]
    # Set where nobody could be told, in words: a room may be all that is left.
    warning: str
    # The verbs that make sense now, in the order of their importance.
    verbs: tuple[str, ...]


def of(message: ChatMessage, *, source: str) -> Card:
    """Read what a message has to show now, in its account's scope."""
    with tenancy.scope(message.account):
        base = {
            "key": str(message.pk),
            "account": message.account.name,
            "source": source,
        }
        if message.incident_id is None:
            return Card(**base)
        incident = message.account.incidents.select_related("service", "priority").get(
            pk=message.incident_id
        )
        return _incident(incident, base, has_buttons=_has_buttons(message))


def _incident(
    incident: Incident, base: dict[str, str], *, has_buttons: bool
) -> IncidentCard:
    state, more = wording.state(incident)
    more = more or _resolver(incident)
    alerts = list(incident.alerts.order_by("-id")[:LINKS])
    return IncidentCard(
        **base,
        public_id=incident.public_id,
        number=incident.number,
        title=incident.title,
        state=state,
        state_words=" ".join(filter(None, (_state(incident, state), more))),
        urgency=incident.urgency,
        priority=incident.priority.name if incident.priority else "",
        service=incident.service.name,
        assignees=tuple(_assignees(incident)),
        opened_at=incident.created_at,
        resolved_at=incident.resolved_at,
        alert_count=incident.alerts.count(),
        details=_details(incident),
        link=_address("incident", incident.number),
        service_link=_address("service", incident.service.public_id),
        links=tuple(_links(link for alert in alerts for link in alert.links or ())),
        images=tuple(
            _images(image for alert in alerts for image in alert.images or ())
        ),
        warning=_warning(incident),
        verbs=tuple(verb for verb, when in BUTTONS if incident.status in when)
        if has_buttons
        else (),
    )


def _has_buttons(message: ChatMessage) -> bool:
    """Say whether an extension wants buttons there, or the room is an incident's."""
    extensions = message.room.extensions.filter(paused_at=None)
    chosen = set(extensions.values_list("has_buttons", flat=True))
    return True in chosen or not chosen


def _state(incident: Incident, state: str) -> str:
    return _("Snoozed") if state == "snoozed" else incident.get_status_display()


def _resolver(incident: Incident) -> str:
    """Say who has resolved it: a person, a tool, or nobody at all."""
    if incident.is_open:
        return ""
    # It may have been reopened since somebody resolved it, and have ended by itself.
    ends = incident.timeline.filter(verb__in=("resolve", "auto_resolve"))
    entry = ends.select_related("membership__user").order_by("-id").first()
    who = (entry.membership.name if entry.membership else entry.name) if entry else ""
    return _("by %(who)s") % {"who": who} if who else ""


def _assignees(incident: Incident) -> list[str]:
    if not incident.is_open:
        return []
    rows = incident.assignments.select_related("membership__user")
    return [row.membership.name for row in rows]


def _details(incident: Incident) -> str:
    text = incident.description.strip()
    if len(text) <= LONGEST_DETAILS:
        return text
    return f"{text[: LONGEST_DETAILS - 1]}…"


def _warning(incident: Incident) -> str:
    if not incident.is_open or incident.status != states.TRIGGERED:
        return ""
    if incident.unreached_at is not None:
        return _("Nobody could be told of this incident.")
    if incident.exhausted_at is not None:
        return _("Everybody was told, and nobody has answered.")
    return ""


def _links(found: Iterable[dict[str, str]]) -> Sequence[tuple[str, str]]:
    """Choose addresses of the web, each once; anything else is somebody's trick."""
    kept = {
        link["href"]: str(link.get("text") or link["href"])
        for link in found
        if isinstance(link, dict) and _is_web(link.get("href"))
    }
    return list(kept.items())[:LINKS]


def _images(found: Iterable[dict[str, str]]) -> Sequence[tuple[str, str, str]]:
    kept = {}
    for image in found:
        if isinstance(image, dict) and _is_web(image.get("src"), secure=True):
            href = image.get("href")
            leads = str(href) if _is_web(href) else ""
            kept[image["src"]] = (leads, str(image.get("alt") or _("Image")))
    return [(src, *rest) for src, rest in kept.items()][:IMAGES]


def _is_web(address: object, *, secure: bool = False) -> bool:
    if not isinstance(address, str) or len(address) > 2000 or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and parts.scheme in (
        ("https",) if secure else ("http", "https")
    )


def _address(name: str, of: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[of])}"
