"""Exact conversion between instants and the wall clock of a time zone.

Python compares and subtracts two datetimes of the same ZoneInfo by their wall clocks,
so 01:15 after the clocks went back looks earlier than 01:45 before. Whatever computes
with time therefore does it in whole seconds since 1970 in UTC, and turns them back into
datetimes, in UTC, at the very end. A wall clock is a number too: the seconds from
1970-01-01 00:00 on that clock, so that adding 86400 is "the same time tomorrow".
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

# A year away from the ends of the calendar, where no time zone can overflow it.
FIRST_YEAR, LAST_YEAR = 2, 9998

# No zone of the IANA database has changed twice within three days since 1900.
STEP = 3 * DAY

# Times skipped at the end of a year come in the next one, and windows reach over it.
MARGIN_YEARS = 1


@dataclass(frozen=True, slots=True)
class WallClock:
    """The offsets of a zone in some years, ready for many fast conversions."""

    changes: tuple[int, ...]
    thresholds: tuple[int, ...]
    offsets: tuple[int, ...]

    def read(self, instant: int) -> int:
        """This will answer what the clock on the wall shows at the instant."""
        return instant + self.offsets[bisect_right(self.changes, instant)]

    def instant(self, wall: int) -> int:
        """This will answer when the clock shows that time.

        The first of the two when it does so twice; moved forward by the size of the gap
        when it skips that time.
        """
        return wall - self.offsets[bisect_right(self.thresholds, wall)]


def seconds(instant: datetime) -> int:
    """This will count the seconds since 1970 in UTC, without fractions.

    Raises TypeError for a datetime without a time zone.
    """
    return (instant - EPOCH) // SECOND


def moment(instant: int) -> datetime:
    """This will turn seconds since 1970 back into a datetime in UTC."""
    return EPOCH + timedelta(seconds=instant)


def offset_at(zone: ZoneInfo, instant: int) -> int:
    """This will answer how many seconds the zone is ahead of UTC at the instant."""
    offset = moment(instant).astimezone(zone).utcoffset()
    return (offset or timedelta()) // SECOND


def wall_clock(zone: ZoneInfo, start: int, end: int) -> WallClock:
    """This will answer the wall clock of the zone, exact from start to end.

    It is exact for another year on both sides.
    """
    first, last = moment(start).year - MARGIN_YEARS, moment(end).year + MARGIN_YEARS
    return _wall_clock(zone, max(first, FIRST_YEAR), min(last, LAST_YEAR))


@lru_cache(maxsize=1024)
def _wall_clock(zone: ZoneInfo, first: int, last: int) -> WallClock:
    years = range(first, last + 1)
    changes = [change for year in years for change in _changes(zone, year)]
    offsets = [offset_at(zone, _new_year(first)), *(after for _, _, after in changes)]
    return WallClock(
        changes=tuple(at for at, _, _ in changes),
        # Up to the later of the two readings of a change, the old offset answers: for
        # skipped times it is the one before the gap, for repeated ones the first.
        thresholds=tuple(at + max(before, after) for at, before, after in changes),
        offsets=tuple(offsets),
    )


@lru_cache(maxsize=16384)
def _changes(zone: ZoneInfo, year: int) -> tuple[tuple[int, int, int], ...]:
    """The changes of offset in a year of UTC: when, from which offset, to which."""
    end = _new_year(year + 1)
    changes = []
    for start in range(_new_year(year), end, STEP):
        stop = min(start + STEP, end)
        before, after = offset_at(zone, start), offset_at(zone, stop)
        if before != after:
            changes.append((_change_between(zone, start, stop), before, after))
    return tuple(changes)


def _change_between(zone: ZoneInfo, low: int, high: int) -> int:
    """The first instant of the new offset, between two that have different ones."""
    before = offset_at(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _new_year(year: int) -> int:
    return seconds(datetime(year, 1, 1, tzinfo=UTC))
