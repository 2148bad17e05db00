"""Layers and their windows in sentences."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from oncall import moments, rotations, schedules
from oncall.forms import times

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - any Monday, on a wall clock
ON_WEEKDAYS = [
    gettext_lazy("Mondays"),
    gettext_lazy("Tuesdays"),
    gettext_lazy("Wednesdays"),
    gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"),
    gettext_lazy("Saturdays"),
    gettext_lazy("Sundays"),
]
# An arrow in the reading direction of the names.
THEN = " → "


@dataclass(frozen=True)
class Description:
    """A layer in words."""

    layer: rotations.Layer
    time_zone: str

    @property
    def rotation(self) -> str:
        return rotation(self.layer, ZoneInfo(self.time_zone))

    @property
    def windows(self) -> list[str]:
        return [window(restriction) for restriction in self.layer.restrictions]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def rotation(layer: rotations.Layer, zone: ZoneInfo) -> str:
    """Say who takes turns and when they hand over, in the schedule's zone."""
    people = THEN.join(member.name for member in layer.people)
    if len(set(layer.people)) == 1:
        return _("Always %(people)s") % {"people": layer.people[0].name}
    handoff = times.local(layer.rotation_virtual_start, zone)
    facts = {
        "days": layer.turn_length // DAY,
        "weeks": layer.turn_length // WEEK,
        "length": moments.duration(layer.turn_length),
        "people": people,
        "zone": zone.key,
        "time": times.typed_time(handoff.time()),
        "weekday": ON_WEEKDAYS[handoff.weekday()],
    }
    return _turns(layer.turn_length) % facts


def window(restriction: schedules.Restriction) -> str:
    """Say when a layer is open."""
    start = MONDAY + times.since_midnight(restriction.start_time)
    start += ((restriction.weekday or 1) - 1) * DAY
    end = start + restriction.duration
    facts = {
        "start": times.typed_time(start.time()),
        "end": times.typed_time(end.time()),
        "start_day": ON_WEEKDAYS[start.weekday()],
        "end_day": ON_WEEKDAYS[end.weekday()],
    }
    if restriction.kind == "weekly":
        return _("%(start_day)s %(start)s to %(end_day)s %(end)s") % facts
    return _("every day %(start)s to %(end)s") % facts


def _turns(length: timedelta) -> str:
    """The sentence for turns of a length, whose facts are filled in afterwards."""
    if length == WEEK:
        return _("Weekly, hands over %(weekday)s %(time)s %(zone)s: %(people)s")
    if length == DAY:
        return _("Daily, hands over at %(time)s %(zone)s: %(people)s")
    if length % WEEK == timedelta():
        return ngettext(
            "Every %(weeks)d week, on %(weekday)s %(time)s %(zone)s: %(people)s",
            "Every %(weeks)d weeks, on %(weekday)s %(time)s %(zone)s: %(people)s",
            length // WEEK,
        )
    if length % DAY == timedelta():
        return ngettext(
            "Every %(days)d day, hands over at %(time)s %(zone)s: %(people)s",
            "Every %(days)d days, hands over at %(time)s %(zone)s: %(people)s",
            length // DAY,
        )
    return _("Every %(length)s, counted in elapsed time: %(people)s")
