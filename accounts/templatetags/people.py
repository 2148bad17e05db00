"""Words about contact methods and audit entries in templates."""

from typing import Any

from django import template

from accounts import notification_rules

register = template.Library()


@register.filter
def channel_label(kind: str) -> str:
    """Name a channel as people say it."""
    return notification_rules.label(kind)


@register.filter
def listed(value: Any) -> str:
    """Print a detail of an audit entry; a list with commas."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
