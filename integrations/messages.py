"""Renders what a channel carries from the templates of its kind of message."""

import re
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.channels import Message, Page, Request

PRODUCT = "OnCall"
# Where a template's text is markup, what a tool or a person wrote is escaped.
MARKUP = {"html", "xml"}
# Characters that no XML document may have, even escaped.
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
STATUSES = {
    "triggered": _("Triggered"),
    "acknowledged": _("Acknowledged"),
    "resolved": _("Resolved"),
}


def render(message: Message, form: str, **extra: Any) -> str:
    """Render a message as txt, html, sms or xml."""
    kind = type(message).__name__.lower()
    template = get_template(f"integrations/messages/{kind}.{form}")
    profile = f"{settings.SITE_URL}{reverse('profile')}"
    context = Context(
        {"message": message, "product": PRODUCT, "profile_url": profile}
        | _of_incident(message)
        | extra,
        autoescape=form in MARKUP,
    )
    text = str(template.template.render(context)).strip()  # type: ignore[attr-defined]
    return NOT_XML.sub("", text) if form in MARKUP else text


def one_line(text: str) -> str:
    """Put a text on one line; this will drop what cannot be printed."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)


def shortened(text: str, room: int) -> str:
    """Cut a text to so many characters, three of them dots."""
    if len(text) <= room:
        return text
    return text[: room - 3].rstrip() + "..." if room > 3 else ""


def _of_incident(message: Message) -> dict[str, Any]:
    if not isinstance(message, Page | Request):
        return {}
    title = one_line(message.title)
    facts = {"title": title, "spoken": shortened(title.rstrip("."), 200)}
    return facts | (
        _of_page(message)
        if isinstance(message, Page)
        else {"said": shortened(one_line(message.message).rstrip("."), 300)}
    )


def _of_page(message: Page) -> dict[str, Any]:
    return {
        "status": STATUSES.get(message.status, message.status),
        "details": shortened(message.details.strip(), 500),
    }
