"""What pages about schedules and policies need besides the general components."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from oncall import moments
from oncall.models import Schedule

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
def local_time(zone_name: str) -> str:
    """Print what time it is in a zone, and which one: 14:30 Europe/Berlin."""
    local = timezone.localtime(timezone=ZoneInfo(zone_name))
    return f"{date_format(local, 'H:i')} {moments.zone_name(local)}"
