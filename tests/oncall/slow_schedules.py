"""The rules of schedules once more, as plainly as possible and without any haste."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from oncall.schedules import Layer, Restriction, Schedule

DAY = timedelta(days=1)
# A window lasts up to a week, and a day may be skipped.
MARGIN_DAYS = 10


def instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """The instant of a wall clock: PEP 495 defines fold=0 just as we need it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


@cache
def days_of_change(zone: ZoneInfo, year: int) -> tuple[date, ...]:
    """The days of a year in which the offset of the zone changes."""
    midnights = [datetime(year, 1, 1, tzinfo=UTC) + n * DAY for n in range(366)]
    offsets = [midnight.astimezone(zone).utcoffset() for midnight in midnights]
    pairs = zip(midnights, pairwise(offsets), strict=False)
    return tuple(midnight.date() for midnight, (a, b) in pairs if a != b)


@dataclass(frozen=True)
class SlowLayer:
    layer: Layer
    turns: list[tuple[datetime, int]]
    windows: list[tuple[datetime, datetime]]

    def on_call_at(self, at: datetime) -> int | None:
        if at < self.layer.start.astimezone(UTC):
            return None
        if self.layer.end is not None and at >= self.layer.end.astimezone(UTC):
            return None
        if self.layer.restrictions and not any(a <= at < b for a, b in self.windows):
            return None
        return [user for handoff, user in self.turns if handoff <= at][-1]

    def boundaries(self) -> set[datetime]:
        windows = {edge for window in self.windows for edge in window}
        ends = {self.layer.start, self.layer.end or self.layer.start}
        return {handoff for handoff, _ in self.turns} | windows | ends


class SlowSchedule:
    """A schedule that knows every turn and window from start to end by heart."""

    def __init__(self, schedule: Schedule, start: datetime, end: datetime):
        self.overrides = schedule.overrides
        self.layers = [
            SlowLayer(
                layer,
                _turns(layer.zone or schedule.zone, layer, start, end),
                _windows(layer.zone or schedule.zone, layer, start, end),
            )
            for layer in schedule.layers
        ]

    def on_call_at(self, at: datetime) -> int | None:
        at = at.astimezone(UTC)
        for override in reversed(self.overrides):
            if override.start.astimezone(UTC) <= at < override.end.astimezone(UTC):
                return override.user
        for layer in reversed(self.layers):
            user = layer.on_call_at(at)
            if user is not None:
                return user
        return None

    def boundaries(self, start: datetime, end: datetime) -> list[datetime]:
        """Every instant in [start, end] at which something might change."""
        edges = {start, end}
        for override in self.overrides:
            edges |= {override.start, override.end}
        for layer in self.layers:
            edges |= layer.boundaries()
        in_utc = {edge.astimezone(UTC) for edge in edges}
        return sorted(edge for edge in in_utc if start <= edge <= end)

    def shifts(
        self, start: datetime, end: datetime
    ) -> list[tuple[datetime, datetime, int]]:
        shifts: list[tuple[datetime, datetime, int]] = []
        edges = self.boundaries(start, end)
        for first, last in pairwise(edges):
            user = self.on_call_at(first)
            if user is None:
                continue
            if shifts and shifts[-1][1:] == (first, user):
                first = shifts.pop()[0]
            shifts.append((first, last, user))
        return shifts


def _turns(
    zone: ZoneInfo, layer: Layer, start: datetime, end: datetime
) -> list[tuple[datetime, int]]:
    """Walk from the virtual start, turn by turn, until the period lies between."""
    first, last = 0, 0
    while _handoff(zone, layer, first) > start:
        first -= 1
    while _handoff(zone, layer, last) < end:
        last += 1
    return [
        (_handoff(zone, layer, turn), layer.users[turn % len(layer.users)])
        for turn in range(first - 1, last + 2)
    ]


def _handoff(zone: ZoneInfo, layer: Layer, turn: int) -> datetime:
    if layer.turn_length % DAY:
        return layer.virtual_start.astimezone(UTC) + turn * layer.turn_length
    wall = layer.virtual_start.astimezone(zone).replace(tzinfo=None)
    return instant(zone, wall + turn * layer.turn_length)


def _windows(
    zone: ZoneInfo, layer: Layer, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    first = start.date() - MARGIN_DAYS * DAY
    dates = [first + n * DAY for n in range((end - start).days + 2 * MARGIN_DAYS)]
    windows = [
        _window(zone, restriction, day)
        for restriction in layer.restrictions
        for day in dates
        if restriction.kind == "daily" or day.isoweekday() == restriction.weekday
    ]
    return [(a, b) for a, b in windows if a < b]


def _window(
    zone: ZoneInfo, restriction: Restriction, day: date
) -> tuple[datetime, datetime]:
    opens: datetime = datetime.combine(day, time()) + timedelta(
        hours=restriction.start_time.hour,
        minutes=restriction.start_time.minute,
        seconds=restriction.start_time.second,
    )
    return instant(zone, opens), instant(zone, opens + restriction.duration)
