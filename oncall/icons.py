"""Icons by what they stand for, so that one thing looks the same everywhere."""

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from heroicons import _load_icon, _render_icon

# Our word -> (style, name in heroicons). A name not listed here is heroicons' own.
MEANINGS = {
    "account": ("outline", "building-office"),
    "acknowledge": ("outline", "hand-raised"),
    "add": ("outline", "plus"),
    "analytics": ("outline", "chart-bar"),
    "call": ("outline", "phone"),
    "close": ("outline", "x-mark"),
    "copy": ("outline", "square-2-stack"),
    "delete": ("outline", "trash"),
    "edit": ("outline", "pencil-square"),
    "email": ("outline", "envelope"),
    "error": ("outline", "exclamation-circle"),
    "help": ("outline", "question-mark-circle"),
    "high": ("micro", "chevron-double-up"),
    "incident": ("outline", "fire"),
    "info": ("outline", "information-circle"),
    "maintenance": ("outline", "wrench-screwdriver"),
    "merge": ("outline", "arrows-pointing-in"),
    "more": ("outline", "ellipsis-horizontal"),
    "note": ("outline", "chat-bubble-left"),
    "notification": ("outline", "bell"),
    "on-call": ("outline", "phone-arrow-down-left"),
    "outbox": ("outline", "inbox-arrow-down"),
    "person": ("outline", "user"),
    "people": ("outline", "users"),
    "push": ("outline", "device-phone-mobile"),
    "reassign": ("outline", "arrow-right-circle"),
    "resolve": ("outline", "check-circle"),
    "resolved": ("micro", "check"),
    "schedule": ("outline", "calendar"),
    "search": ("outline", "magnifying-glass"),
    "service": ("outline", "cube"),
    "settings": ("outline", "cog-6-tooth"),
    "sms": ("outline", "chat-bubble-left-ellipsis"),
    "snooze": ("outline", "moon"),
    "snoozed": ("micro", "moon"),
    "suppressed": ("micro", "bell-slash"),
    "team": ("outline", "user-group"),
    "triggered": ("micro", "exclamation-triangle"),
    "undo": ("outline", "arrow-uturn-left"),
    "warning": ("outline", "exclamation-triangle"),
    "webhook": ("outline", "arrow-up-right"),
}
# Shapes that heroicons lacks, drawn on its grid of 24.
OWN = {
    "acknowledged": '<circle cx="12" cy="12" r="8" fill="currentColor"/>',
    "escalation": '<path d="M4 19.5h4.5m-4.5-5h8.5m-8.5-5h12.5m-12.5-5H20"/>',
    "integration": (
        '<path d="M9 3v5m6-5v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0V8ZM12 17v4"/>'
    ),
}


@lru_cache(maxsize=512)
def svg(name: str, size: int, label: str) -> SafeString:
    """Draw an icon; without a label this will hide it from screen readers.

    Raises heroicons.IconDoesNotExist.
    """
    if name in OWN:
        return _own(OWN[name], size, label)
    style, heroicon = MEANINGS.get(name, ("outline", name))
    _load_icon(style, heroicon)
    stroke = {"stroke_width": "1.75" if size <= 16 else "1.5"}
    attributes = {**_naming(label), **(stroke if style == "outline" else {})}
    return mark_safe(_render_icon(style, heroicon, size, attributes))  # noqa: S308


def _naming(label: str) -> dict[str, object]:
    """Name the icon, or hide it."""
    return {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}


def _own(shape: str, size: int, label: str) -> SafeString:
    """Draw one of our own shapes."""
    attributes = " ".join(
        format_html('{}="{}"', key.replace("_", "-"), value)
        for key, value in _naming(label).items()
    )
    return format_html(
        '<svg fill="none" viewBox="0 0 24 24" width="{size}" height="{size}"'
        ' stroke="currentColor" stroke-width="1.5" stroke-linecap="round"'
        ' stroke-linejoin="round" {attributes}>{shape}</svg>',
        size=size,
        attributes=mark_safe(attributes),  # noqa: S308
        shape=mark_safe(shape),  # noqa: S308
    )
