"""Leafs through a list by limit and offset."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from integrations.api import errors, lists
from integrations.api.requests import ApiRequest

Rows = QuerySet[Any] | Sequence[Any]


def answer(
    request: ApiRequest,
    name: str,
    rows: Rows,
    shown: Callable[[list[Any]], list[dict[str, Any]]],
    *,
    usual_limit: int = lists.USUAL_LIMIT,
    counts: bool = False,
) -> Response:
    """Answer one page of the rows under the plural name; raises ApiError.

    They are counted if the caller wants it, or always.
    """
    limit, offset = _limits(request, usual_limit)
    # One more than asked for tells whether there is more.
    found = _slice(rows, offset, offset + limit + 1)
    body = {name: shown(found[:limit])}
    return Response(
        {
            **body,
            "limit": limit,
            "offset": offset,
            "more": len(found) > limit,
            "total": _count(rows) if counts or lists.flag(request, "total") else None,
        }
    )


def _slice(rows: Rows, first: int, last: int) -> list[Any]:
    """Read some rows; what is leafed over is not joined with what it would show."""
    if first and isinstance(rows, QuerySet) and not rows.query.combinator:
        keys = list(rows.values_list("pk", flat=True)[first:last])
        rows, first, last = rows.filter(pk__in=keys), 0, last - first
    return list(rows[first:last])


def _limits(request: ApiRequest, usual: int) -> tuple[int, int]:
    limit = lists.number(request, "limit", usual)
    limit = min(limit, lists.LARGEST_LIMIT)
    offset = lists.number(request, "offset", 0)
    if limit + offset > lists.FURTHEST:
        raise errors.invalid(
            f"Offset and limit together may be at most {lists.FURTHEST}."
        )
    return limit or usual, offset


def _count(rows: Rows) -> int:
    return rows.count() if isinstance(rows, QuerySet) else len(rows)
