"""Times as people type them: on the wall clock of a schedule's zone."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from oncall.wallclock import DAY, moment, seconds, wall_clock

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock has no zone
YEARS = range(1990, 2101)


class LocalDateTimeField(forms.Field):
    """A date and time without a zone, which the form that has it knows.

    Cleans to a naive datetime, or to None.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
    default_error_messages = {
        "invalid": _("Write a date and a time, such as 2027-05-18 09:00."),
    }

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            parsed = parse_datetime(str(value).strip())
        except ValueError:
            parsed = None
        if parsed is None or parsed.tzinfo is not None or parsed.year not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return parsed.replace(microsecond=0)


def instant(naive: datetime, zone: ZoneInfo) -> datetime:
    """Answer when the zone's clock first shows that time, by the wall clock's rules."""
    wall = (naive - EPOCH) // timedelta(seconds=1)
    return moment(wall_clock(zone, wall - DAY, wall + DAY).instant(wall))


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Answer what the zone's clock shows at the instant."""
    clock = wall_clock(zone, seconds(at), seconds(at))
    return EPOCH + timedelta(seconds=clock.read(seconds(at)))


def typed(at: datetime | None, zone: ZoneInfo) -> str:
    """Write an instant the way a date-and-time input wants it; nothing for None."""
    return local(at, zone).isoformat(timespec=_precision(at)) if at else ""


def typed_time(of_day: time) -> str:
    """Write a time of day, with seconds only where it has some."""
    return of_day.isoformat(timespec=_precision(of_day))


def since_midnight(of_day: time) -> timedelta:
    """Answer how far into an ordinary day that is."""
    return timedelta(hours=of_day.hour, minutes=of_day.minute, seconds=of_day.second)


def _precision(value: datetime | time) -> str:
    return "seconds" if value.second else "minutes"
