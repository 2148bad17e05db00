"""Writes shifts as an iCalendar that Google, Apple and Outlook subscribe to.

Instants are in UTC: every client knows it and shows the reader's own zone, while a
time zone of our own would have to repeat rules that clients read differently, and
that change. Clients keep what they know of an event by its UID. Ours is made of the
schedule, the person, the day on which the shift starts in the schedule's zone, and
which shift of theirs on that day it is. So a shift stays the same event, and moves,
when its hand-off goes to another hour, when somebody covers a part of it, or when it
ends elsewhere; a shift on another day, or of another person, is another event.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from oncall import feeds, moments
from oncall.models import CalendarFeed, Schedule
from oncall.queries import Shift

DAY = timedelta(days=1)
BACK = timedelta(days=30)
AHEAD = timedelta(days=180)
# How often a calendar should look, in the two spellings that clients know.
REFRESH = timedelta(hours=1)
REFRESH_TEXT = "PT1H"
# A sequence is a small number in many clients: seconds since then fit until 2093.
FIRST_SEQUENCE = datetime(2025, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A calendar, and when it was last another one."""

    body: bytes
    changed_at: datetime


def render(feed: CalendarFeed, at: datetime) -> Rendered:
    """Write the feed as it is at the instant; inside of its account's scope.

    It will be the same all day, as long as nobody changes anything.
    """
    today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since, until = today - BACK, today + AHEAD
    # Whole days more, so that shifts of a day keep their numbers while the first go.
    found = feeds.shifts(feed, since - 2 * DAY, until)
    calendar = _calendar(feed)
    for schedule, shifts in found:
        for uid, shift in _numbered(schedule, shifts):
            if shift.end > since:
                calendar.add_component(_event(feed, schedule, uid, shift))
    changes = [schedule.changed_at for schedule, _shifts in found]
    return Rendered(calendar.to_ical(), max([today, *changes]))


def _calendar(feed: CalendarFeed) -> Calendar:
    schedule, member = feed.schedule, feed.membership
    name = schedule.name if schedule else _("On call: %s") % member.name
    zone = schedule.time_zone if schedule else member.time_zone
    calendar = Calendar()
    calendar.add("prodid", "-//OnCall//Shifts//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # Some clients take a file for a bunch of invitations without it.
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(name))
    calendar.add("x-wr-timezone", vText(zone))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText(REFRESH_TEXT))
    return calendar


def _numbered(
    schedule: Schedule, shifts: Iterable[Shift]
) -> Iterator[tuple[str, Shift]]:
    zone, seen = ZoneInfo(schedule.time_zone), Counter[str]()
    for shift in shifts:
        day = f"{shift.start.astimezone(zone):%Y%m%d}"
        key = f"{schedule.public_id}-{shift.membership.public_id}-{day}"
        seen[key] += 1
        yield f"{key}-{seen[key]}@oncall", shift


def _event(feed: CalendarFeed, schedule: Schedule, uid: str, shift: Shift) -> Event:
    event = Event()
    changed_at = schedule.changed_at.replace(microsecond=0)
    event.add("uid", uid)
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("summary", _summary(feed, schedule, shift))
    event.add("description", _description(schedule, shift))
    event.add("url", _address(schedule))
    # Whoever is on call can still be invited to something.
    event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED")
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", max(0, (changed_at - FIRST_SEQUENCE) // SECOND))
    return event


def _summary(feed: CalendarFeed, schedule: Schedule, shift: Shift) -> str:
    names = {"schedule": schedule.name, "person": shift.membership.name}
    if feed.schedule is None:
        return _("On call: %(schedule)s") % names
    if not shift.membership.is_active:
        return _("Nobody on call: %(schedule)s (%(person)s has left)") % names
    return _("%(person)s on call: %(schedule)s") % names


def _description(schedule: Schedule, shift: Shift) -> str:
    zone = ZoneInfo(schedule.time_zone)
    start, end = (_local(instant, zone) for instant in (shift.start, shift.end))
    until = _("no end planned") if shift.endless else end
    return f"{start} - {until}\n{_address(schedule)}"


def _local(instant: datetime, zone: ZoneInfo) -> str:
    local = timezone.localtime(instant, zone)
    return f"{date_format(local, 'D j M Y, H:i')} {moments.zone_name(local)}"


def _address(schedule: Schedule) -> str:
    return f"{settings.SITE_URL}{reverse('schedule', args=[schedule.public_id])}"
