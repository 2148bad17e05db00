"""The building blocks of pages: one tag for each component of the style page."""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oncall import icons, moments, navigation

register = template.Library()

STATUSES = {
    "triggered": gettext_lazy("Triggered"),
    "acknowledged": gettext_lazy("Acknowledged"),
    "resolved": gettext_lazy("Resolved"),
    "snoozed": gettext_lazy("Snoozed"),
    "suppressed": gettext_lazy("Suppressed"),
}
NOTICE_ICONS = {
    "info": "info",
    "triggered": "warning",
    "acknowledged": "warning",
    "resolved": "resolve",
    "snoozed": "snooze",
}
MESSAGE_TONES = {"error": "triggered", "warning": "acknowledged", "success": "resolved"}


# Text and small marks


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """Draw an icon; this will hide it from screen readers unless it has a label."""
    return icons.svg(str(name), size, str(label))


@register.filter
def initials(name: str) -> str:
    """Shorten a name to at most two letters."""
    words = str(name).split("@")[0].replace(".", " ").split()
    letters = [word[0] for word in words[:1] + words[1:][-1:]]
    return "".join(letters).upper() or "?"


@register.filter
def person_colour(key: object) -> int:
    """Pick a colour from 1 to 8; this will pick the same one in every process."""
    return zlib.crc32(str(key).encode()) % 8 + 1


@register.filter
def duration(length: timedelta | float | None) -> str:
    """Say a length of time as 2 h 5 min; nothing for None."""
    return "" if length is None else moments.duration(length)


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """Print an instant relative to now, as the tag `when` does; nothing for None."""
    return when(at)


@register.simple_tag
def when(
    at: datetime | None, style: str = "relative", zone: tzinfo | None = None
) -> SafeString | str:
    """Print an instant in the viewer's zone; this will keep the full date at hand.

    Styles: relative (4 min ago), short (14:30 or Mon 23 Nov, 14:30), full.
    """
    if at is None:
        return ""
    now = timezone.now()
    text = {
        "relative": lambda: moments.relative(at, now=now, zone=zone),
        "short": lambda: moments.absolute(at, now=now, zone=zone),
        "full": lambda: moments.exact(at, zone),
    }[style]()
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        at.isoformat(timespec="seconds"),
        moments.exact(at, zone),
        SafeString(" data-relative") if style == "relative" else "",
        text,
    )


@register.inclusion_tag("components/_status.html")
def status(name: str, detail: str = "") -> dict[str, Any]:
    """Say an incident's status, and by whom or until when."""
    return {"name": name, "label": STATUSES.get(name, name), "detail": detail}


@register.inclusion_tag("components/_chip.html")
def chip(text: str, tone: str = "snoozed", icon: str = "") -> dict[str, Any]:
    """Label something; tones are those of the states, info and outline."""
    return {"text": text, "tone": tone, "icon": icon}


@register.inclusion_tag("components/_filter_chip.html")
def filter_chip(text: str, url: str) -> dict[str, Any]:
    """Show an active filter with the link that removes it."""
    return {"text": text, "url": url}


@register.inclusion_tag("components/_urgency.html")
def urgency(name: str) -> dict[str, Any]:
    """Say an incident's urgency, high or low."""
    return {"name": name}


@register.inclusion_tag("components/_priority.html")
def priority(name: str = "") -> dict[str, Any]:
    """Say an incident's priority, P1 to P5; nothing without one."""
    return {"name": name}


@register.inclusion_tag("components/_avatar.html")
def avatar(name: str, key: object = None) -> dict[str, Any]:
    """Draw somebody's initials; the name must stand beside it."""
    return {"name": name, "colour": person_colour(key or name)}


@register.inclusion_tag("components/_person.html")
def person(name: str, url: str = "", detail: str = "") -> dict[str, Any]:
    """Show a person by initials and name; without a name, that nobody is on call."""
    return {"name": name, "url": url, "detail": detail}


# Navigation


@register.inclusion_tag("components/_nav.html", takes_context=True)
def nav(context: Context, where: str) -> dict[str, Any]:
    """List the links of a bar: main, end, bottom or more."""
    places = {
        "main": navigation.MAIN,
        "end": navigation.END,
        "bottom": navigation.BOTTOM,
        "more": navigation.MAIN[2:3] + navigation.MAIN[4:] + navigation.END,
    }[where]
    path = request.path if (request := context.get("request")) else ""
    return {
        "where": where,
        "links": navigation.links(places, path),
        "open_incident_count": context.get("open_incident_count"),
        "has_outbox": _has_outbox(context),
    }


def _has_outbox(context: Context) -> bool:
    """Say whether the local outbox opens to this person; elsewhere it is a 404."""
    return bool(context.get("embedded") and context.get("account"))


@register.inclusion_tag("components/_create_menu.html", takes_context=True)
def create_menu(context: Context) -> dict[str, Any]:
    """Offer to create what there are pages for and the member may create."""
    actor = context.get("actor")
    places = tuple(
        p for p in navigation.CREATE if actor and actor.may_anywhere(p.ability)
    )
    return {"links": navigation.links(places, "")}


@register.simple_tag(takes_context=True)
def repeat_block(context: Context, name: str) -> SafeString | str:
    """Print another block's content once more, as the heading does with the title."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return SafeString(block.render(context).strip()) if block else ""


@register.simple_block_tag
def tabs(content: str, label: str, style: str = "tabs") -> SafeString:
    """Frame tabs, or with style="segments" a switch between few views."""
    parts = {"content": content, "label": label, "style": style}
    return render_to_string("components/_tabs.html", parts)


@register.inclusion_tag("components/_tab.html")
def tab(
    label: str,
    url: str,
    current: bool = False,
    count: int | None = None,
    style: str = "tab",
) -> dict[str, Any]:
    """Link one tab; style="segment" inside of segments."""
    return {
        "label": label,
        "url": url,
        "current": current,
        "count": count,
        "style": style,
    }


@register.inclusion_tag("components/_pagination.html", takes_context=True)
def pagination(
    context: Context, newer: str | None = None, older: str | None = None
) -> dict[str, Any]:
    """Link the newer and older page by cursor; this will keep all filters."""
    return {
        "newer": newer and _with_cursor(context, newer),
        "older": older and _with_cursor(context, older),
    }


def _with_cursor(context: Context, cursor: str) -> str:
    """Spell the current address with another cursor."""
    query = context["request"].GET.copy()
    query["cursor"] = cursor
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/_sort.html", takes_context=True)
def sort_header(
    context: Context, label: str, name: str, css: str = ""
) -> dict[str, Any]:
    """Head a sortable column; this will turn the direction round at each click."""
    query = context["request"].GET.copy()
    current = query.get("sort", "")
    direction = {name: "ascending", f"-{name}": "descending"}.get(current, "")
    query["sort"] = f"-{name}" if current == name else name
    query.pop("cursor", None)
    return {
        "label": label,
        "direction": direction,
        "url": f"?{query.urlencode()}",
        "css": css,
    }


# Blocks with content


@register.simple_block_tag
def panel(content: str, title: str, id: str = "") -> SafeString:
    """Frame a section with its heading."""
    parts = {"content": content, "title": title, "id": id}
    return render_to_string("components/_panel.html", parts)


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: str = "") -> SafeString:
    """Say what matters here, with the fix beside it."""
    parts = {"content": content, "tone": tone, "title": title}
    parts["icon"] = NOTICE_ICONS[tone]
    return render_to_string("components/_notice.html", parts)


@register.simple_block_tag
def banner(content: str, tone: str = "info") -> SafeString:
    """Say across the page what concerns the whole product."""
    parts = {"content": content, "tone": tone, "icon": NOTICE_ICONS[tone]}
    return render_to_string("components/_banner.html", parts)


@register.simple_block_tag
def empty_state(content: str, title: str, icon: str = "info") -> SafeString:
    """Say what would be here, why it is empty and the one next action."""
    parts = {"content": content, "title": title, "icon": icon}
    return render_to_string("components/_empty_state.html", parts)


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:
    """Hold a dialog, opened by an element with data-dialog="its id"."""
    parts = {"content": content, "id": id, "title": title}
    return render_to_string("components/_dialog.html", parts)


@register.simple_block_tag
def menu(
    content: str, label: str, icon: str = "", css: str = "button", side: str = "end"
) -> SafeString:
    """Hold links and buttons behind a button; css="button button-icon" hides the label.

    The side is end, start or up.
    """
    parts = {"content": content, "label": label, "icon": icon, "css": css, "side": side}
    return render_to_string("components/_menu.html", parts)


@register.simple_block_tag
def timeline(content: str, label: str = "") -> SafeString:
    """Frame timeline entries."""
    parts = {"content": content, "label": label or _("Timeline")}
    return render_to_string("components/_timeline.html", parts)


@register.simple_block_tag
def entry(
    content: str, at: datetime | None = None, icon: str = "info", tone: str = ""
) -> SafeString:
    """Tell one thing that happened."""
    parts = {"content": content, "at": at, "icon": icon, "tone": tone}
    return render_to_string("components/_entry.html", parts)


@register.simple_block_tag
def levels(content: str) -> SafeString:
    """Frame the levels of an escalation."""
    return render_to_string("components/_levels.html", {"content": content})


@register.simple_block_tag
def level(
    content: str, number: int, title: str = "", current: bool = False
) -> SafeString:
    """Show one level with its targets."""
    parts = {"content": content, "number": number, "title": title, "current": current}
    return render_to_string("components/_level.html", parts)


@register.simple_block_tag
def steps(content: str) -> SafeString:
    """Frame the steps of something that has an end."""
    return render_to_string("components/_steps.html", {"content": content})


@register.simple_block_tag
def step(content: str, title: str, state: str = "open", hint: str = "") -> SafeString:
    """Show one step: open, current or done; the content is its button."""
    parts = {"content": content, "title": title, "state": state, "hint": hint}
    return render_to_string("components/_step.html", parts)


# Values to take away


@register.inclusion_tag("components/_copy_field.html")
def copy_field(value: str, label: str, masked: str = "") -> dict[str, Any]:
    """Show an address, key or id with a copy button; masked is what is shown of it."""
    return {"value": value, "label": label, "masked": masked}


@register.inclusion_tag("components/_code.html")
def code_sample(text: str, label: str) -> dict[str, Any]:
    """Show lines to copy."""
    return {"text": text, "label": label}


# Forms and messages


@register.inclusion_tag("components/_error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """List a form's errors with links to their fields; nothing for a form without."""
    return {"form": form}


@register.simple_tag(takes_context=True)
def page_settings(context: Context) -> Mapping[str, Any]:
    """Give the scripts the words they say, in the viewer's language."""
    return {
        "times": moments.words(),
        "copied": _("Copied"),
        "close": _("Close"),
        "undo": _("Undo"),
        "leave": _("You have unsaved changes."),
        "stale": _("Not updating since %(time)s - retrying"),
        "selected": _("%(count)d selected"),
        "routes": {
            "i": navigation.address("incidents"),
            "o": navigation.address("on_call"),
            "s": navigation.address("services"),
            "c": navigation.address("schedules"),
            "e": navigation.address("escalation_policies"),
        },
    }


@register.filter
def message_tone(level: str) -> str:
    """Translate the level of a Django message to the tone of its notice."""
    return MESSAGE_TONES.get(level, "info")
