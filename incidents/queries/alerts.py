"""Alerts of a service or of an incident, in pages whose cost does not grow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Max, QuerySet

from incidents.models import Alert, Service
from incidents.noise import holding

SIZE: Final = 50
# What the list of a service's alerts may be narrowed to.
KINDS: Final = ("paused", "maintenance", "suppressed")


@dataclass(frozen=True, slots=True)
class Page:
    """Alerts, the newest first, and where the next page begins; None at the end."""

    rows: list[Alert]
    older: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """How many open alerts wait for one reason, and for how long at most."""

    kind: str
    number: int
    until: datetime | None


def page(found: QuerySet[Alert], before: str = "") -> Page:
    """Cut a page out of alerts; a cursor that cannot be read is the first page."""
    if before.isdecimal():
        # What is larger than a bigint is no alert's.
        found = found.filter(pk__lt=int(before[:18]))
    rows = list(
        found.select_related("integration", "suppressed_by", "incident").order_by(
            "-id"
        )[: SIZE + 1]
    )
    older = str(rows[SIZE - 1].pk) if len(rows) > SIZE else None
    return Page(rows[:SIZE], older)


def of_service(service: Service, kind: str = "") -> QuerySet[Alert]:
    """The alerts of a service, or those that are or were held for one reason."""
    found = service.account.alerts.filter(service=service)
    return found.filter(held=kind) if kind in KINDS else found


def held(service: Service) -> list[Held]:
    """Say how many alerts wait to be let through."""
    counted: Iterable[tuple[str, int, datetime | None]] = (
        holding.held_of(service)
        .order_by("held")
        .values_list("held")
        .annotate(number=Count("pk"), until=Max("release_at"))
    )
    return [Held(*row) for row in counted]
