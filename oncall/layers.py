"""Whom a single layer has on call: the turns of its rotation within its windows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from oncall.periods import Piece, Span, split, union
from oncall.wallclock import DAY, SECOND, offset_at, seconds, wall_clock

WEEK = 7 * DAY
THURSDAY = 4  # the ISO weekday of 1970-01-01


@dataclass(frozen=True, slots=True)
class Restriction:
    """Opens a layer for a while every day, or every week on an ISO weekday."""

    kind: Literal["daily", "weekly"]
    start_time: time
    duration: timedelta
    weekday: int | None = None

    @property
    def period(self) -> int:
        return WEEK if self.kind == "weekly" else DAY

    @property
    def opening(self) -> int:
        """A time at which it opens on the wall clock, near 1970."""
        of_day = self.start_time
        opens = of_day.hour * 3600 + of_day.minute * 60 + of_day.second
        if self.kind == "daily":
            return opens
        if self.weekday is None:
            raise ValueError("A weekly restriction needs a weekday.")
        return opens + (self.weekday - THURSDAY) * DAY


@dataclass(frozen=True, slots=True)
class Layer:
    """A rotation of users, whose phase is fixed by the virtual start alone."""

    start: datetime
    end: datetime | None
    virtual_start: datetime
    turn_length: timedelta
    users: tuple[int, ...]
    restrictions: tuple[Restriction, ...] = ()
    name: str = ""
    id: int | None = None
    # Where its wall clock is not the schedule's: the schedule had another zone then.
    zone: ZoneInfo | None = None


def layer_pieces(zone: ZoneInfo, layer: Layer, start: int, end: int) -> list[Piece]:
    """This will list whom the layer alone has on call in [start, end)."""
    zone = layer.zone or zone
    start = max(start, seconds(layer.start))
    end = end if layer.end is None else min(end, seconds(layer.end))
    if start >= end or not layer.users:
        return []
    turns = _turns(zone, layer, start, end)
    if not layer.restrictions:
        return turns
    windows = [
        window
        for restriction in layer.restrictions
        for window in _windows(zone, restriction, start, end)
    ]
    return split(turns, union(windows))[0]


def _turns(zone: ZoneInfo, layer: Layer, start: int, end: int) -> list[Piece]:
    """The turns in [start, end), open all the time."""
    users = layer.users
    if users.count(users[0]) == len(users):
        return [(start, end, users[0])]
    handoff = _handoffs(zone, layer, start, end)
    first = _turn_at(start, layer, handoff)
    last = _turn_at(end - 1, layer, handoff)
    edges = [start, *map(handoff, range(first + 1, last + 1)), end]
    turns = enumerate(pairwise(edges), first)
    # Two handoffs coincide where a zone has skipped a whole day.
    return [(a, b, users[turn % len(users)]) for turn, (a, b) in turns if a < b]


def _handoffs(
    zone: ZoneInfo, layer: Layer, start: int, end: int
) -> Callable[[int], int]:
    """From the number of a turn, which may be negative, to the instant it begins."""
    origin, length = seconds(layer.virtual_start), layer.turn_length // SECOND
    if length % DAY:
        return lambda turn: origin + turn * length
    wall = origin + offset_at(zone, origin)
    instant = wall_clock(zone, start, end).instant
    return lambda turn: instant(wall + turn * length)


def _turn_at(instant: int, layer: Layer, handoff: Callable[[int], int]) -> int:
    """The number of the last turn that has begun at the instant."""
    elapsed = instant - seconds(layer.virtual_start)
    turn = elapsed // (layer.turn_length // SECOND)
    # Calendar days are not all 24 hours long: the estimate may be off by a turn or two.
    while handoff(turn) > instant:
        turn -= 1
    while handoff(turn + 1) <= instant:
        turn += 1
    return turn


def _windows(
    zone: ZoneInfo, restriction: Restriction, start: int, end: int
) -> list[Span]:
    """The windows of a restriction that have a part in [start, end), and a few more."""
    clock = wall_clock(zone, start, end)
    instant = clock.instant
    length = restriction.duration // SECOND
    opening, period = restriction.opening, restriction.period
    # The window before the last one may be open still, at the latest on the day after a
    # skipped one: windows are shorter than their period, and gaps no longer than a day.
    first = opening + ((clock.read(start) - opening) // period - 1) * period
    # Clocks have gone back by up to a day, and then a window opens before it seems.
    walls = range(first, clock.read(end) + DAY, period)
    spans = [(instant(wall), instant(wall + length)) for wall in walls]
    return [span for span in spans if span[0] < span[1]]
