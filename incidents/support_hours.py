"""When the support hours of a service are on, by the wall clock of their zone."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall.layers import Layer, Restriction, layer_pieces
from oncall.periods import Span
from oncall.wallclock import DAY, EPOCH, moment, seconds

ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# Whatever the days are, they come again within a week, and two days of clock changes.
HORIZON = 9 * DAY


@dataclass(frozen=True, slots=True)
class SupportHours:
    """The same hours on some days of the week, which are ISO numbers.

    An end at or before the start lies on the next day.
    """

    zone: ZoneInfo
    days: frozenset[int]
    start: time
    end: time


def are_on(hours: SupportHours, at: datetime) -> bool:
    """Say whether it is within the support hours."""
    return bool(_spans(hours, seconds(at), seconds(at) + 1))


def next_start(hours: SupportHours, after: datetime) -> datetime | None:
    """Say when the hours begin next; None if they never do, or never end."""
    since = seconds(after)
    starts = [start for start, _end in _ahead(hours, since) if start > since]
    return moment(starts[0]) if starts else None


def next_change(hours: SupportHours, after: datetime) -> datetime | None:
    """Say when the hours begin or end next; None if they never do."""
    since = seconds(after)
    edges = [edge for span in _ahead(hours, since) for edge in span]
    inside = [edge for edge in edges if since < edge < since + HORIZON]
    return moment(inside[0]) if inside else None


def _ahead(hours: SupportHours, since: int) -> list[Span]:
    return _spans(hours, since, since + HORIZON)


def _spans(hours: SupportHours, start: int, end: int) -> list[Span]:
    """List the hours in [start, end), by the rules of a schedule's layers."""
    windows = tuple(
        Restriction("weekly", hours.start, _length(hours), day) for day in hours.days
    )
    # Somebody who is always there, but for these windows.
    layer = Layer(EPOCH, None, EPOCH, WEEK, (0,), windows)
    if not windows:
        return []
    return [(a, b) for a, b, _user in layer_pieces(hours.zone, layer, start, end)]


def _length(hours: SupportHours) -> timedelta:
    start = timedelta(hours=hours.start.hour, minutes=hours.start.minute)
    end = timedelta(hours=hours.end.hour, minutes=hours.end.minute)
    length = end - start + timedelta(seconds=hours.end.second - hours.start.second)
    return length % ONE_DAY or ONE_DAY
