"""The parameters of a list: pages, filters, order, what to include, times."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_datetime

from integrations.api import errors
from integrations.api.requests import ApiRequest

M = TypeVar("M", bound=Model)

USUAL_LIMIT = 25
LARGEST_LIMIT = 100
FURTHEST = 10_000
TRUE = {"true", "True", "1"}
# So that a period around an instant can always be counted.
YEARS = range(1900, 3000)
# The database takes no other; real zones end at 14 hours.
FURTHEST_ZONE = timedelta(hours=15)


def values(request: ApiRequest, name: str) -> list[str]:
    """Return the values of an array parameter, with brackets or without."""
    query = request.query_params
    return [*query.getlist(f"{name}[]"), *query.getlist(name)]


def query(request: ApiRequest) -> str:
    """Return the words to search by."""
    return request.query_params.get("query", "").strip()


def word(request: ApiRequest, name: str) -> str:
    """Return a parameter; blank if it is not there."""
    return request.query_params.get(name, "")


def flag(request: ApiRequest, name: str) -> bool:
    """Say whether a parameter is true."""
    return request.query_params.get(name, "") in TRUE


def number(request: ApiRequest, name: str, usual: int) -> int:
    """Return a parameter that is a number from 0 on; raises ApiError."""
    text = request.query_params.get(name) or str(usual)
    if not text.isdecimal() or len(text) > 9:
        raise errors.invalid(f"{name.capitalize()} must be a number from 0 on.")
    return int(text)


def includes(request: ApiRequest, allowed: Collection[str]) -> set[str]:
    """Return what is to be full instead of a reference; raises ApiError."""
    wanted = set(values(request, "include"))
    if strange := sorted(wanted - set(allowed)):
        raise errors.invalid(
            f"Include[] cannot be {', '.join(strange)};"
            f" it may be {', '.join(sorted(allowed))}."
        )
    return wanted


def choice(request: ApiRequest, name: str, allowed: Collection[str], usual: str) -> str:
    """Return a parameter that has few values; raises ApiError for another one."""
    found = request.query_params.get(name) or usual
    if found not in allowed:
        raise errors.invalid(
            f"{name} cannot be {found}; it may be {', '.join(sorted(allowed))}."
        )
    return found


def zone(request: ApiRequest) -> tzinfo | None:
    """Return the zone that the caller wants times in, if any; raises ApiError."""
    name = request.query_params.get("time_zone")
    if not name:
        return None
    if name not in _zones():
        raise errors.invalid(f"{name} is not a time zone.")
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    """Look once: the names are read from the disk, and each time of a list asks."""
    return frozenset(available_timezones())


def moment(
    request: ApiRequest, name: str, *, local: tzinfo | None = None
) -> datetime | None:
    """Read an instant, one without an offset in the given zone; raises ApiError."""
    text = request.query_params.get(name, "").strip()
    if not text:
        return None
    # An unescaped plus of an offset arrives as a space.
    found = parse_moment(text.replace(" ", "+") if "T" in text else text)
    if found is None:
        raise errors.invalid(f"{name} is not a date and time of ISO 8601: {text}")
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone(request) or local or UTC)
    if found.year not in YEARS or abs(found.utcoffset() or timedelta()) > FURTHEST_ZONE:
        raise errors.invalid(f"{name} is out of range: {text}")
    return found


def parse_moment(text: str) -> datetime | None:
    """Read a date, or a date and time, of ISO 8601; nothing if it is neither."""
    try:
        return parse_datetime(text) or datetime.fromisoformat(text)
    except ValueError:
        return None


def ordered(
    request: ApiRequest, rows: QuerySet[M], columns: Mapping[str, str]
) -> QuerySet[M]:
    """Order by `sort_by`, such as ``name:desc``; raises ApiError."""
    wanted = request.query_params.get("sort_by", "")
    if not wanted:
        return rows
    order = [_column(part, columns) for part in wanted.split(",")]
    # What is equal goes on in the same direction, as the indexes have it.
    return rows.order_by(*order, "-id" if order[-1].startswith("-") else "id")


def _column(part: str, columns: Mapping[str, str]) -> str:
    name, _colon, direction = part.strip().partition(":")
    if name not in columns or direction not in {"", "asc", "desc"}:
        raise errors.invalid(
            f"sort_by cannot be {part}; it may be {', '.join(columns)},"
            " each with :asc or :desc."
        )
    return f"-{columns[name]}" if direction == "desc" else columns[name]
