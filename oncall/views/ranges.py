"""The range of days that a schedule's page shows, and the zone it shows them in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from oncall import moments
from oncall.forms import times
from oncall.models import Schedule
from oncall.timelines import Axis
from oncall.timetable import Entry

DAY = timedelta(days=1)
# By what the address calls them.
LENGTHS = {
    "1": gettext_lazy("Day"),
    "7": gettext_lazy("Week"),
    "14": gettext_lazy("Two weeks"),
    "28": gettext_lazy("Four weeks"),
    "month": gettext_lazy("Month"),
}
USUAL = "14"
# What people plan by; four weeks are for the shifts of one person.
OFFERED = ("1", "7", "14", "month")


@dataclass(frozen=True)
class Line:
    """An entry as a row of the table."""

    entry: Entry
    changes_clocks: bool


@dataclass(frozen=True)
class Range:
    """Whole days from the start on, by the clock of a zone."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    is_mine: bool
    length: str

    @classmethod
    def asked_for(
        cls,
        query: Mapping[str, str],
        schedule: Schedule,
        reader: Membership,
        now: datetime,
    ) -> "Range":
        """Read the range from an address; what makes no sense counts as not given."""
        is_mine = query.get("zone") == "mine"
        zone = ZoneInfo(reader.time_zone if is_mine else schedule.time_zone)
        return cls.of(query, zone, now, is_mine=is_mine)

    @classmethod
    def of(
        cls, query: Mapping[str, str], zone: ZoneInfo, now: datetime, *, is_mine: bool
    ) -> "Range":
        """Read the days of the range from an address, for a zone that is known."""
        length = query.get("days", "")
        length = length if length in LENGTHS else USUAL
        asked = _date(query.get("since", ""))
        first = asked or _begin(timezone.localdate(now, zone), length)
        first = first.replace(day=1) if length == "month" else first
        return cls(
            midnight(first, zone),
            midnight(_after(first, length), zone),
            zone,
            is_mine,
            length,
        )

    @property
    def lengths(self) -> list[tuple[str, str, bool]]:
        """The lengths on offer: how addresses call it, name, whether it is this one."""
        return self.offer(*OFFERED)

    def offer(self, *keys: str) -> list[tuple[str, str, bool]]:
        """List some lengths: how addresses call it, name, whether it is this one."""
        return [(key, str(LENGTHS[key]), key == self.length) for key in keys]

    @property
    def first(self) -> date:
        return times.local(self.start, self.zone).date()

    @property
    def last(self) -> date:
        return times.local(self.end, self.zone).date() - DAY

    @property
    def earlier(self) -> date:
        if self.length == "month":
            return (self.first - DAY).replace(day=1)
        return self.first - int(self.length) * DAY

    @property
    def later(self) -> date:
        return _after(self.first, self.length)

    @property
    def zone_name(self) -> str:
        """The zone with its offset, as it is when the range starts."""
        return moments.zone_name(self.start.astimezone(self.zone))

    def axis(self, now: datetime) -> Axis:
        """Answer the axis of the timeline of the range."""
        return Axis(self.start, self.end, self.zone, now)

    def lines(self, entries: Iterable[Entry]) -> list[Line]:
        """Make rows of the entries; this will mark those in which the clocks change."""
        return [Line(entry, self._changes_clocks(entry)) for entry in entries]

    def _changes_clocks(self, entry: Entry) -> bool:
        edges = (max(entry.start, self.start), min(entry.end, self.end))
        first, last = (edge.astimezone(self.zone).utcoffset() for edge in edges)
        return first != last


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Answer when a day begins."""
    return times.instant(datetime.combine(day, time()), zone)


def _begin(today: date, length: str) -> date:
    """Where a range begins by itself: weeks on the first day of the week."""
    if length not in ("7", "14"):
        return today
    first_weekday: int = get_format("FIRST_DAY_OF_WEEK")
    return today - (today.isoweekday() - first_weekday) % 7 * DAY


def _after(first: date, length: str) -> date:
    if length != "month":
        return first + int(length) * DAY
    return (first.replace(day=1) + 31 * DAY).replace(day=1)


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in times.YEARS else None
