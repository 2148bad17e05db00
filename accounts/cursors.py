"""Cuts lists, the newest first, into pages by cursors."""

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
SIZE = 50


def page(
    rows: QuerySet[M], cursor: str, size: int = SIZE
) -> tuple[list[M], str | None, str | None]:
    """Cut a page at a cursor: b12 is before row 12, a12 is after it.

    This will return the rows, and the cursors of the newer and the older page.
    """
    direction, number = cursor[:1], cursor[1:19]
    rows = rows.order_by("-id")
    if direction == "b" and number.isdecimal():
        found = list(rows.filter(pk__lt=int(number))[: size + 1])
        return _cut(found, size, has_newer=True, has_older=len(found) > size)
    if direction == "a" and number.isdecimal():
        upwards = list(rows.filter(pk__gt=int(number)).order_by("id")[: size + 1])
        found = upwards[:size][::-1]
        return _cut(found, size, has_newer=len(upwards) > size, has_older=True)
    found = list(rows[: size + 1])
    return _cut(found, size, has_newer=False, has_older=len(found) > size)


def _cut(
    found: list[M], size: int, *, has_newer: bool, has_older: bool
) -> tuple[list[M], str | None, str | None]:
    rows = found[:size]
    if not rows:
        return rows, None, None
    newer = f"a{rows[0].pk}" if has_newer else None
    older = f"b{rows[-1].pk}" if has_older else None
    return rows, newer, older
