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
) -> Response:
    """Answer one page of the rows under the plural name; raises ApiError."""
    limit, offset = _limits(request)
    # One more than asked for tells whether there is more.
    found = list(rows[offset : offset + limit + 1])
    body = {name: shown(found[:limit])}
    return Response(
        {
            **body,
            "limit": limit,
            "offset": offset,
            "more": len(found) > limit,
            "total": _count(rows) if lists.flag(request, "total") else None,
        }
    )


def _limits(request: ApiRequest) -> tuple[int, int]:
    limit = min(_number(request, "limit", lists.USUAL_LIMIT), lists.LARGEST_LIMIT)
    offset = _number(request, "offset", 0)
    if limit + offset > lists.FURTHEST:
        raise errors.invalid(
            f"Offset and limit together may be at most {lists.FURTHEST}."
        )
    return limit or lists.USUAL_LIMIT, offset


def _number(request: ApiRequest, name: str, usual: int) -> int:
    text = request.query_params.get(name) or str(usual)
    if not text.isdecimal() or len(text) > 9:
        raise errors.invalid(f"{name.capitalize()} must be a number from 0 on.")
    return int(text)


def _count(rows: Rows) -> int:
    return rows.count() if isinstance(rows, QuerySet) else len(rows)
