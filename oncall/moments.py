"""Instants and durations in the words that pages use."""

from datetime import date, datetime, timedelta, tzinfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

DAY = timedelta(days=1)


def zone_name(at: datetime) -> str:
    """Name the zone of an aware instant with its offset: Europe/Berlin (UTC+01:00)."""
    offset = at.strftime("%z") or "+0000"
    name = getattr(at.tzinfo, "key", None) or at.tzname() or "UTC"
    return f"{name} (UTC{offset[:3]}:{offset[3:5]})"


def exact(at: datetime, zone: tzinfo | None = None) -> str:
    """Print an instant in full; this will leave no doubt about the zone."""
    local = timezone.localtime(at, zone)
    return f"{date_format(local, 'l j F Y, H:i:s')} {zone_name(local)}"


def absolute(at: datetime, *, now: datetime, zone: tzinfo | None = None) -> str:
    """Print an instant as short as the distance from now permits."""
    local = timezone.localtime(at, zone)
    today = timezone.localtime(now, zone)
    if local.date() == today.date():
        return date_format(local, "H:i")
    if abs(local.date() - today.date()) < timedelta(days=7):
        return date_format(local, "D j M, H:i")
    pattern = "j M, H:i" if local.year == today.year else "j M Y, H:i"
    return date_format(local, pattern)


def relative(at: datetime, *, now: datetime, zone: tzinfo | None = None) -> str:
    """Say how far away an instant is, up to a day; then this will print its date."""
    distance = abs(now - at)
    if distance >= DAY:
        return absolute(at, now=now, zone=zone)
    minutes = int(distance.total_seconds()) // 60
    if minutes == 0:
        return _("just now") if at <= now else _("in a moment")
    words = _in_minutes if minutes < 60 else _in_hours
    return words(minutes, past=at <= now)


def duration(length: timedelta | float) -> str:
    """Say a length of time in its two largest units: 2 h 5 min."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    if abs(seconds) < 60:
        return _("%(count)d s") % {"count": seconds}
    minutes = int(abs(seconds)) // 60
    parts = [
        _("%(count)d d") % {"count": minutes // 1440} if minutes >= 1440 else "",
        _("%(count)d h") % {"count": minutes // 60 % 24} if minutes // 60 % 24 else "",
        _("%(count)d min") % {"count": minutes % 60} if minutes % 60 else "",
    ]
    return " ".join([part for part in parts if part][:2])


def duration_in_hours(length: timedelta) -> str:
    """Say a length of time without days, because a day may have 23 hours."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if minutes:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return _("%(count)d h") % {"count": hours}


def day(of: date) -> str:
    """Print a day with its weekday."""
    return date_format(of, "D j M")


def words() -> dict[str, str]:
    """Give the browser the same words, for keeping relative times true."""
    return {
        "now": _("just now"),
        "soon": _("in a moment"),
        "minutesAgo": _("%(count)d min ago"),
        "hoursAgo": _("%(count)d h ago"),
        "inMinutes": _("in %(count)d min"),
        "inHours": _("in %(count)d h"),
    }


def _in_minutes(minutes: int, *, past: bool) -> str:
    text = _("%(count)d min ago") if past else _("in %(count)d min")
    return text % {"count": minutes}


def _in_hours(minutes: int, *, past: bool) -> str:
    text = _("%(count)d h ago") if past else _("in %(count)d h")
    return text % {"count": minutes // 60}
