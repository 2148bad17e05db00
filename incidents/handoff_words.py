"""What a notice of a hand-off says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from oncall import moments
from oncall.models import Schedule


@dataclass(frozen=True, slots=True)
class Facts:
    """A shift of the member starts or ends at an instant."""

    schedule: Schedule
    membership: Membership
    at: datetime
    # When a shift that starts will end; nothing if never.
    until: datetime | None
    # Who is on call before a shift that starts, or after one that ends.
    other: Membership | None
    is_past: bool

    @property
    def named(self) -> dict[str, str]:
        return {
            "schedule": self.schedule.name,
            "at": self.local(self.at),
            "until": self.local(self.until) if self.until else "",
            "other": self.other.name if self.other else "",
        }

    def local(self, at: datetime) -> str:
        """Print an instant in the member's zone, which is named."""
        local = timezone.localtime(at, ZoneInfo(self.membership.time_zone))
        return f"{date_format(local, 'l j F Y, H:i')} {moments.zone_name(local)}"


def start(facts: Facts) -> dict[str, Any]:
    """Say that the member comes on call; the content of a notice."""
    if facts.is_past:
        subject = _("You are on call for %(schedule)s")
        first = _("You have been on call for %(schedule)s since %(at)s.")
    else:
        subject = _("You go on call for %(schedule)s on %(at)s")
        first = _("You go on call for %(schedule)s on %(at)s.")
    ending = (
        _("Your shift ends on %(until)s.")
        if facts.until
        else _("Your shift has no end yet.")
    )
    before = _("You take over from %(other)s.") if facts.other else ""
    cover = _("You cannot take it? Add an override: %s")
    lines = [first, ending, before]
    return _content(facts, subject, lines, cover % _cover(facts, facts.until))


def end(facts: Facts) -> dict[str, Any]:
    """Say that the member goes off call; the content of a notice."""
    if facts.is_past:
        subject = _("You are off call for %(schedule)s")
        first = _("Your shift for %(schedule)s ended on %(at)s.")
    else:
        subject = _("You go off call for %(schedule)s on %(at)s")
        first = _("Your shift for %(schedule)s ends on %(at)s.")
    if facts.other:
        return _content(facts, subject, [first, _("%(other)s takes over.")])
    gap = _("Nobody is on call for %(schedule)s after that.")
    cover = _("To change that, add an override: %s") % _cover(facts, None)
    return _content(facts, subject, [first, gap], cover)


def _content(
    facts: Facts, subject: str, lines: list[str], *added: str
) -> dict[str, Any]:
    named = facts.named
    return {
        "subject": subject % named,
        "lines": [*(line % named for line in lines if line), *added],
        "link": f"{settings.SITE_URL}{reverse('my_shifts')}",
        "action": _("Show my shifts"),
    }


def _cover(facts: Facts, until: datetime | None) -> str:
    """Address the form for an override from the hand-off on."""
    path = reverse("override_create", args=[facts.schedule.public_id])
    given = {"since": facts.at, "until": until}
    query = urlencode({name: at.isoformat() for name, at in given.items() if at})
    return f"{settings.SITE_URL}{path}?{query}"
