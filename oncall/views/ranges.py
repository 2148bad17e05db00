"""The range of days that a schedule's page shows, and the zone it shows them in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from oncall import moments
from oncall.forms import times
from oncall.models import Schedule
from oncall.timetable import Entry

LENGTHS = {
    1: gettext_lazy("Day"),
    7: gettext_lazy("Week"),
    14: gettext_lazy("Two weeks"),
    28: gettext_lazy("Four weeks"),
}
USUAL = 14


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
    days: int

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
        days = (
            int(query["days"]) if query.get("days", "") in map(str, LENGTHS) else USUAL
        )
        first = _date(query.get("since", "")) or timezone.localdate(now, zone)
        return cls(
            _midnight(first, zone),
            _midnight(first + timedelta(days=days), zone),
            zone,
            is_mine,
            days,
        )

    @property
    def lengths(self) -> list[tuple[int, str, bool]]:
        """The lengths on offer: days, name, and whether it is this one."""
        return [(days, str(name), days == self.days) for days, name in LENGTHS.items()]

    @property
    def first(self) -> date:
        return times.local(self.start, self.zone).date()

    @property
    def last(self) -> date:
        return times.local(self.end, self.zone).date() - timedelta(days=1)

    @property
    def earlier(self) -> date:
        return self.first - timedelta(days=self.days)

    @property
    def later(self) -> date:
        return self.first + timedelta(days=self.days)

    @property
    def zone_name(self) -> str:
        """The zone with its offset, as it is when the range starts."""
        return moments.zone_name(self.start.astimezone(self.zone))

    def lines(self, entries: Iterable[Entry]) -> list[Line]:
        """Make rows of the entries; this will mark those in which the clocks change."""
        return [Line(entry, self._changes_clocks(entry)) for entry in entries]

    def _changes_clocks(self, entry: Entry) -> bool:
        edges = (max(entry.start, self.start), min(entry.end, self.end))
        first, last = (edge.astimezone(self.zone).utcoffset() for edge in edges)
        return first != last


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in times.YEARS else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return times.instant(datetime.combine(day, time()), zone)
