"""Finds incidents that look like another one, by the words of their titles."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from incidents.models import ChangeEvent, Incident
from incidents.queries.listing import OPEN
from incidents.states import RESOLVED

# Six months, however long they are.
REMEMBERED: Final = timedelta(days=184)
# Incidents that go on at the same time began about then.
TOGETHER: Final = timedelta(hours=1)
# How long before an incident a change may have caused it.
CHANGED: Final = timedelta(days=1)
# Only so many are compared, the newest ones.
COMPARED: Final = 1000
MOST_RELATED: Final = 20
# What counts as alike, of a hundred.
ALIKE: Final = 30.0

_WORD = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Match:
    """An incident, and how much it is alike, of a hundred."""

    incident: Incident
    score: float


@dataclass(frozen=True, slots=True)
class Matches:
    """The best ones, and how many there are in all."""

    best: list[Match]
    total: int


def past(incident: Incident, *, at: datetime, most: int) -> Matches:
    """List resolved incidents of the same service that are alike, the best first.

    Of two that are equally alike the newer one comes first.
    """
    rows = incident.account.incidents.filter(
        service_id=incident.service_id,
        status=RESOLVED,
        created_at__gte=at - REMEMBERED,
        merged_into=None,
    )
    return _alike(incident, rows, most)


def related(incident: Incident) -> list[Match]:
    """List incidents of other services that went on with this one and are alike."""
    began = incident.created_at
    rows = incident.account.incidents.filter(
        created_at__range=(began - TOGETHER, began + TOGETHER), merged_into=None
    )
    if incident.is_open:
        rows = rows.filter(status__in=OPEN)
    rows = rows.exclude(service_id=incident.service_id)
    found = _alike(incident, rows, MOST_RELATED).best
    return sorted(found, key=lambda match: match.incident.pk, reverse=True)


def recent_changes(incident: Incident) -> QuerySet[ChangeEvent]:
    """List changes of the service in the day before the incident, the newest first."""
    began = incident.created_at
    rows = incident.account.change_events.filter(
        service_id=incident.service_id, occurred_at__range=(began - CHANGED, began)
    )
    return rows.order_by("-occurred_at", "-id")


def _alike(incident: Incident, rows: QuerySet[Incident], most: int) -> Matches:
    newest = rows.exclude(pk=incident.pk).order_by("-id")[:COMPARED]
    words = _words(incident.title)
    scores = {
        pk: _score(words, _words(title))
        for pk, title in newest.values_list("pk", "title")
    }
    alike = [pk for pk, score in scores.items() if score >= ALIKE]
    best = sorted(alike, key=lambda pk: (-scores[pk], -pk))[:most]
    found = rows.select_related("service").in_bulk(best)
    matches = [Match(found[pk], scores[pk]) for pk in best if pk in found]
    return Matches(matches, len(alike))


def _words(title: str) -> frozenset[str]:
    """Take the words; numbers tell hosts and percentages apart, and count as one."""
    found: Iterable[str] = _WORD.findall(title.casefold())
    return frozenset("0" if word.isdecimal() else word for word in found)


def _score(one: frozenset[str], other: frozenset[str]) -> float:
    """How many of all words both have, in per cent."""
    every = one | other
    return round(100 * len(one & other) / len(every), 4) if every else 0.0
