"""Finds the open incident that an alert belongs to, as its service groups alerts."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from incidents.models import Alert, Incident, Service
from incidents.noise import fields
from incidents.noise.bundles import Bundle

TIME: Final = "time"
ANY: Final = "any"
# An incident takes no more alerts than this; then the next one opens.
MOST_ALERTS: Final = 1000
# A window that rolls on ends after this all the same.
LONGEST: Final = timedelta(hours=24)


class Groups:
    """The incidents that alerts of a service may join, open ones and new ones.

    A mark is what alerts of one incident share. Whoever makes this has settled the
    service, so nobody else opens a group of it meanwhile.
    """

    def __init__(
        self, service: Service, alerts: Sequence[Alert], *, at: datetime
    ) -> None:
        self.service = service
        self.at = at
        self.by_mark: dict[str, Bundle] = {}
        wanted = {mark for alert in alerts for mark in self.marks(alert)}
        if wanted:
            self._load(wanted, alerts)

    def find(self, alert: Alert) -> Bundle | None:
        """Return what the alert may join, and let its window roll on; None: nothing."""
        marks = self.marks(alert)
        for mark in marks:
            bundle = self.by_mark.get(mark)
            if bundle is not None and bundle.size < MOST_ALERTS:
                self._know(bundle, marks)
                if bundle.incident is not None:
                    bundle.until = self._until(bundle.incident.created_at)
                return bundle
        return None

    def add(self, alert: Alert, bundle: Bundle) -> None:
        """Let alerts like this one join the new incident."""
        marks = self.marks(alert)
        for mark in marks:
            self.by_mark[mark] = bundle
        if marks and bundle.draft is not None:
            bundle.draft.group_key = ANY if self._is_any else marks[0]
            bundle.until = self._until(self.at)

    def marks(self, alert: Alert) -> list[str]:
        """Say what the alert shares with others of its incident.

        An alert that has none of the fields is like no other one.
        """
        if self.service.grouping == Service.Grouping.TIME:
            return [TIME]
        names = self.service.grouping_fields
        values = [(name, fields.value(alert, name)) for name in names]
        known = [pair for pair in values if pair[1]]
        if self._is_any:
            return [_digest([pair]) for pair in known]
        return [_digest(values)] if known else []

    @property
    def _is_any(self) -> bool:
        return (
            self.service.grouping == Service.Grouping.CONTENT
            and self.service.grouping_match == Service.GroupingMatch.ANY
        )

    def _until(self, since: datetime) -> datetime | None:
        window = self.service.grouping_window
        return min(self.at + window, since + LONGEST) if window else None

    def _know(self, bundle: Bundle, marks: Iterable[str]) -> None:
        for mark in marks:
            self.by_mark.setdefault(mark, bundle)

    def _load(self, wanted: set[str], alerts: Sequence[Alert]) -> None:
        """Lock the open incidents that any of the alerts may join."""
        if self._is_any:
            shared = self._shared(alerts)
            found = lock(self._joinable().filter(pk__in={pk for pk, _mark in shared}))
        else:
            found = lock(self._joinable().filter(group_key__in=wanted))
            shared = [(incident.pk, incident.group_key) for incident in found]
        numbers = [incident.pk for incident in found]
        bundles = dict(zip(numbers, bundles_of(found), strict=True))
        for pk, mark in sorted(shared):
            if pk in bundles and bundles[pk].size < MOST_ALERTS:
                # The newest of several wins.
                self.by_mark[mark] = bundles[pk]

    def _joinable(self) -> QuerySet[Incident]:
        return open_groups(self.service, at=self.at)

    def _shared(self, alerts: Sequence[Alert]) -> list[tuple[int, str]]:
        """Say which open incidents have alerts that agree with these in a field."""
        names = [name for name in self.service.grouping_fields if fields.is_field(name)]
        agree = Q()
        for place, name in enumerate(names):
            values = {fields.value(alert, name) for alert in alerts} - {""}
            agree |= Q(**{f"f{place}__in": values})
        rows = (
            self.service.account.alerts.filter(
                incident__in=self._joinable().filter(group_key=ANY).values("pk")
            )
            .annotate(**{f"f{n}": fields.expression(x) for n, x in enumerate(names)})
            .filter(agree)
            .order_by()
            .values_list("incident_id", *(f"f{n}" for n in range(len(names))))
            .distinct()
        )
        return [
            (pk, _digest([(name, text)]))
            for pk, *texts in rows
            for name, text in zip(names, texts, strict=True)
            if text
        ]


def open_groups(service: Service, *, at: datetime) -> QuerySet[Incident]:
    """The open incidents of a service that take alerts along."""
    return service.account.incidents.filter(
        Q(groups_until=None) | Q(groups_until__gt=at), service=service
    ).exclude(Q(status="resolved") | Q(group_key=""))


def lock(found: QuerySet[Incident]) -> list[Incident]:
    """Keep incidents from others, so that none resolves before its alert is there."""
    rows = found.select_for_update(of=("self",), no_key=True).select_related("account")
    return list(rows.order_by("pk"))


def bundles_of(found: Sequence[Incident]) -> list[Bundle]:
    """Begin a bundle for each incident, knowing how many alerts it has."""
    if not found:
        return []
    counted = (
        found[0]
        .account.alerts.filter(incident__in=[incident.pk for incident in found])
        .order_by()
        .values_list("incident")
        .annotate(number=Count("pk"))
    )
    numbers = dict(counted)
    return [
        Bundle(
            incident=incident,
            before=numbers.get(incident.pk, 0),
            until=incident.groups_until,
        )
        for incident in found
    ]


def _digest(values: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
