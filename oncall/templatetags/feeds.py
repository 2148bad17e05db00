"""Draws the reader's calendar links."""

from typing import Any

from django import template
from django.template import Context

from oncall import feeds
from oncall.models import Schedule

register = template.Library()


@register.inclusion_tag("oncall/_feeds.html", takes_context=True)
def calendar_feeds(
    context: Context, schedule: Schedule | None = None
) -> dict[str, Any]:
    """Draw a panel with the reader's links: of a schedule, or of their own shifts."""
    request = context["request"]
    found = feeds.live(request.membership).filter(schedule=schedule)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "schedule": schedule,
        "feeds": found,
    }
