"""When the next occurrence of something recurring is, on a zone's wall clock."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from oncall.wallclock import DAY, moment, seconds, wall_clock

DAYS = {"daily": 1, "weekly": 7}
# Nothing recurs for ever; a series that finds no day for so long has ended.
PATIENCE = 400


@dataclass(frozen=True, slots=True)
class Series:
    """The first occurrence, and how the others follow from it.

    Their wall-clock times are those of the first. In a month that lacks its day, an
    occurrence is on the last day of the month.
    """

    starts_at: datetime
    ends_at: datetime
    repeats: str
    zone: ZoneInfo
    last_day: date | None = None


def following(
    series: Series, after: datetime, *, at: datetime
) -> tuple[datetime, datetime] | None:
    """Return the first occurrence that begins after `after` and is not over at `at`."""
    since, now = seconds(after), seconds(at)
    clock = wall_clock(series.zone, since, max(since, now) + PATIENCE * DAY)
    first = _wall(series.starts_at, series.zone)
    length = _wall(series.ends_at, series.zone) - first
    near = max(_number_near(series, first, clock.read(max(since, now))), 1)
    for number in range(near, near + PATIENCE):
        wall = _shifted(first, series.repeats, number)
        if series.last_day and _day(wall) > series.last_day:
            return None
        start, end = clock.instant(wall), clock.instant(wall + length)
        # One that the clock skips as a whole does not take place.
        if start > since and end > max(start, now):
            return moment(start), moment(end)
    return None


def _wall(at: datetime, zone: ZoneInfo) -> int:
    return wall_clock(zone, seconds(at), seconds(at)).read(seconds(at))


def _number_near(series: Series, first: int, wall: int) -> int:
    """Count the occurrences up to a time on the wall, at most two too few."""
    if series.repeats in DAYS:
        return (wall - first) // (DAYS[series.repeats] * DAY) - 1
    start, end = _day(first), _day(wall)
    return (end.year - start.year) * 12 + end.month - start.month - 1


def _shifted(first: int, repeats: str, number: int) -> int:
    """Move a time on the wall by so many days, weeks or months."""
    if repeats in DAYS:
        return first + number * DAYS[repeats] * DAY
    day = _day(first)
    years, month = divmod(day.month - 1 + number, 12)
    year = day.year + years
    last = monthrange(year, month + 1)[1]
    moved = date(year, month + 1, min(day.day, last))
    return first + (moved - day).days * DAY


def _day(wall: int) -> date:
    return moment(wall).date()
