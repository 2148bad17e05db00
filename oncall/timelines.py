"""Shifts as bars on an axis of days, placed by elapsed time.

A day on which the clocks change is as much narrower or wider as it is shorter or
longer. Places and lengths are per cent of the axis, for the style sheet to read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from oncall import moments
from oncall.forms import times
from oncall.timetable import Entry, Row
from oncall.wallclock import offset_at, seconds

DAY = timedelta(days=1)
# How many hours apart the marks of a single day stand.
HOURS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the axis something begins, and how long it is, in per cent."""

    start: float
    length: float = 0

    @property
    def style(self) -> str:
        """The variables that the style sheet reads."""
        return f"--start:{self.start:.4f};--length:{self.length:.4f}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the axis, by the clock of its zone."""

    date: date
    start: datetime
    length: timedelta
    # How far the clocks are put forward on it; back if less than nothing.
    change: timedelta
    place: Place
    is_today: bool

    @property
    def is_weekend(self) -> bool:
        return self.date.isoweekday() > 5

    @property
    def length_words(self) -> str:
        return moments.duration_in_hours(self.length)

    @property
    def epoch(self) -> int:
        return seconds(self.start)


@dataclass(frozen=True, slots=True)
class Hour:
    """A mark on the axis of a single day."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Bar:
    """A shift on the axis; it may go on beyond either end."""

    entry: Entry
    place: Place
    goes_before: bool
    goes_after: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the timeline with its bars."""

    row: Row
    bars: list[Bar]


@dataclass(frozen=True)
class Axis:
    """The stretch of time that a timeline shows, both ends in UTC."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    now: datetime

    @cached_property
    def days(self) -> list[Day]:
        """The days of the axis; this will leave out those that a zone skipped."""
        first = times.local(self.start, self.zone).date()
        return list(self._days(first))

    @property
    def hours(self) -> list[Hour]:
        """The marks within a single day; nothing for several."""
        if len(self.days) != 1:
            return []
        midnight = datetime.combine(self.days[0].date, time())
        marks = (midnight + timedelta(hours=hour) for hour in range(0, 24, HOURS))
        return [
            Hour(times.typed_time(mark.time()), Place(self.position(at)))
            for mark in marks
            if self.start <= (at := times.instant(mark, self.zone)) < self.end
        ]

    @property
    def now_place(self) -> Place | None:
        """Where now is, if it is on the axis."""
        shown = self.start <= self.now < self.end
        return Place(self.position(self.now)) if shown else None

    @property
    def changes(self) -> list[str]:
        """In words, the days on which the clocks change."""
        return [_change(day) for day in self.days if day.change]

    @property
    def epochs(self) -> tuple[int, int]:
        return seconds(self.start), seconds(self.end)

    def position(self, at: datetime) -> float:
        """Answer where the instant is on the axis, from 0 to 100."""
        share = (at - self.start) / (self.end - self.start)
        return 100 * min(max(share, 0), 1)

    def place(self, start: datetime, end: datetime) -> Place:
        """Answer where a period is on the axis, as far as it is."""
        first = self.position(start)
        return Place(first, self.position(end) - first)

    def lines(self, rows: Iterable[Row]) -> list[Line]:
        """Draw the rows."""
        return [Line(row, self._bars(row.entries)) for row in rows]

    def _bars(self, entries: Iterable[Entry]) -> list[Bar]:
        return [
            Bar(
                entry,
                self.place(entry.start, entry.end),
                entry.start < self.start,
                entry.end > self.end or entry.endless,
            )
            for entry in entries
            if entry.start < self.end and entry.end > self.start
        ]

    def _days(self, first: date) -> Iterator[Day]:
        today = times.local(self.now, self.zone).date()
        start, day = self.start, first
        while start < self.end:
            day += DAY
            midnight = times.instant(datetime.combine(day, time()), self.zone)
            end = min(midnight, self.end)
            if start < end:
                yield Day(
                    day - DAY,
                    start,
                    end - start,
                    self._change(start, end),
                    self.place(start, end),
                    day - DAY == today,
                )
            start = end

    def _change(self, start: datetime, end: datetime) -> timedelta:
        offsets = [offset_at(self.zone, seconds(at)) for at in (start, end)]
        return timedelta(seconds=offsets[1] - offsets[0])


def _change(day: Day) -> str:
    facts = {
        "day": moments.day(day.date),
        "change": moments.duration(abs(day.change)),
        "length": moments.duration_in_hours(day.length),
    }
    if day.change > timedelta():
        return (
            _("%(day)s: the clocks go forward by %(change)s, the day has %(length)s.")
            % facts
        )
    return (
        _("%(day)s: the clocks go back by %(change)s, the day has %(length)s.") % facts
    )
