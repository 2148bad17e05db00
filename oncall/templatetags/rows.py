"""Buttons that arrange the rows of a form; see `oncall.forms.rows`."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("oncall/_row_button.html")
def row_button(
    command: str, label: str, icon: str, text: str = "", disabled: bool = False
) -> dict[str, Any]:
    """Draw a button that sends a command; the label names its object for readers.

    Without a text only the icon is seen; with one, the label should contain it.
    """
    return {
        "command": command,
        "label": label,
        "icon": icon,
        "text": text,
        "disabled": disabled,
    }
