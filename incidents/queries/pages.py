"""Pages of incidents by cursor, whose cost does not grow with the account."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from incidents.models import Incident

SIZE = 50


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: next to an incident of a status, towards newer or older."""

    direction: str
    status: str
    id: int

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """Read a cursor from an address; this will answer None for anything else."""
        direction, _dot, rest = text.partition(".")
        status, _dot, number = rest.partition(".")
        if direction not in ("newer", "older") or not number.isdecimal():
            return None
        # What is larger than a bigint is no incident's.
        return cls(direction, status, int(number[:18]))

    def __str__(self) -> str:
        return f"{self.direction}.{self.status}.{self.id}"


@dataclass(frozen=True, slots=True)
class Page:
    """Incidents, and the cursors of the pages beside them."""

    rows: list[Incident]
    newer: str | None = None
    older: str | None = None


def page(
    found: QuerySet[Incident],
    statuses: Sequence[str],
    cursor: Cursor | None = None,
    size: int = SIZE,
) -> Page:
    """Cut a page out of the incidents: one status after the other, newest first.

    The empty status stands for every one. A page of "newer" that comes to the
    beginning is the first page.
    """
    if cursor is not None and cursor.status not in statuses:
        cursor = None
    if cursor is not None and cursor.direction == "newer":
        rows = _newer(found, statuses, cursor, size + 1)
        if len(rows) > size:
            return _framed(rows[1:], statuses, newer=True, older=True)
        cursor = None
    rows = _older(found, statuses, cursor, size + 1)
    return _framed(
        rows[:size], statuses, newer=cursor is not None, older=len(rows) > size
    )


def _older(
    found: QuerySet[Incident],
    statuses: Sequence[str],
    cursor: Cursor | None,
    size: int,
) -> list[Incident]:
    start = statuses.index(cursor.status) if cursor else 0
    rows: list[Incident] = []
    for status in statuses[start:]:
        run = _run(found, status).order_by("-id")
        if cursor is not None and status == cursor.status:
            run = run.filter(id__lt=cursor.id)
        rows += run[: size - len(rows)]
        if len(rows) == size:
            break
    return rows


def _newer(
    found: QuerySet[Incident], statuses: Sequence[str], cursor: Cursor, size: int
) -> list[Incident]:
    """Walk back from the cursor; the rows come in the order of the page."""
    rows: list[Incident] = []
    for status in reversed(statuses[: statuses.index(cursor.status) + 1]):
        run = _run(found, status).order_by("id")
        if status == cursor.status:
            run = run.filter(id__gt=cursor.id)
        rows += run[: size - len(rows)]
        if len(rows) == size:
            break
    return rows[::-1]


def _run(found: QuerySet[Incident], status: str) -> QuerySet[Incident]:
    return found.filter(status=status) if status else found


def _framed(
    rows: list[Incident], statuses: Sequence[str], *, newer: bool, older: bool
) -> Page:
    if not rows:
        return Page(rows)
    first, last = rows[0], rows[-1]
    return Page(
        rows,
        newer=str(Cursor("newer", _of(first, statuses), first.pk)) if newer else None,
        older=str(Cursor("older", _of(last, statuses), last.pk)) if older else None,
    )


def _of(incident: Incident, statuses: Sequence[str]) -> str:
    return incident.status if incident.status in statuses else ""
