"""What pages about schedules and policies need besides the general components."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Membership
from oncall import moments
from oncall.models import Schedule
from oncall.timelines import Line
from oncall.timetable import Entry

register = template.Library()


@register.inclusion_tag("oncall/_row_button.html")
def row_button(
    command: str, label: str, icon: str, text: str = "", disabled: bool = False
) -> dict[str, Any]:
    """Draw a button that arranges rows (see `oncall.forms.rows`) by a command.

    Without a text only the icon is seen; with one, the label should contain it.
    """
    return {
        "command": command,
        "label": label,
        "icon": icon,
        "text": text,
        "disabled": disabled,
    }


@register.simple_tag
def cover_url(
    schedule: Schedule, since: datetime | None = None, until: datetime | None = None
) -> str:
    """Address the form that covers a period; it suggests what is left out."""
    given = {"since": since, "until": until}
    query = {name: at.isoformat() for name, at in given.items() if at}
    return f"{reverse('override_create', args=[schedule.public_id])}?{urlencode(query)}"


@register.simple_tag
def day_and_time(at: datetime, zone: tzinfo | None = None) -> SafeString:
    """Print an instant with its day, also today, because shifts are planned by days."""
    local = timezone.localtime(at, zone)
    this_year = local.year == timezone.localtime(timezone=zone).year
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        moments.exact(at, zone),
        date_format(local, "D j M, H:i" if this_year else "D j M Y, H:i"),
    )


@register.simple_tag
def shift_words(entry: Entry, zone: tzinfo) -> str:
    """Say a whole shift in a line: Dana, Mon 9:00 to Tue 9:00 (24 h)."""
    facts = {
        "name": entry.membership.name if entry.membership else _("Nobody on call"),
        "start": _plain(entry.start, zone),
        "end": _plain(entry.end, zone),
        "length": moments.duration(entry.length),
    }
    if entry.endless:
        return _("%(name)s, from %(start)s without an end") % facts
    return _("%(name)s, %(start)s to %(end)s (%(length)s)") % facts


@register.simple_tag
def people_of(timeline: Iterable[Line]) -> list[Membership]:
    """List who stands in a timeline, each once, in the order of their names."""
    people = {bar.entry.membership for line in timeline for bar in line.bars}
    return sorted((one for one in people if one), key=lambda member: member.name)


@register.simple_tag
def shift_start(at: datetime, zone: tzinfo) -> str:
    """Say when a shift begins, for the name of a button."""
    return _plain(at, zone)


@register.simple_tag
def shift_hours(entry: Entry, zone: tzinfo) -> str:
    """Say when a shift is, as short as a bar needs it."""
    if entry.endless:
        return _plain(entry.start, zone)
    ends = [timezone.localtime(at, zone) for at in (entry.start, entry.end)]
    is_short = entry.length < timedelta(days=1)
    return " - ".join(date_format(at, "H:i" if is_short else "D H:i") for at in ends)


def _plain(at: datetime, zone: tzinfo) -> str:
    return date_format(timezone.localtime(at, zone), "D j M, H:i")


@register.simple_tag
def local_time(zone_name: str) -> str:
    """Print what time it is in a zone, and which one: 14:30 Europe/Berlin."""
    local = timezone.localtime(timezone=ZoneInfo(zone_name))
    return f"{date_format(local, 'H:i')} {zone_name}"
