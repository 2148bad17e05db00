"""Draws what lets a person use the browser in front of them for pushes."""

import hashlib
import json
from typing import Any

from django import template
from django.template import Context

from integrations.push import keys
from integrations.push.subscriptions import KIND

register = template.Library()


@register.inclusion_tag("integrations/_push.html", takes_context=True)
def push_browser(context: Context) -> dict[str, Any]:
    """Draw the button, or why there is none. The script shows the part that fits."""
    membership = context["request"].membership
    held = membership.account.push_subscriptions.filter(
        contact_method__membership=membership,
        contact_method__kind=KIND,
        contact_method__disabled_at=None,
    )
    endpoints = held.values_list("endpoint", flat=True)
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "key": keys.public(),
        "known": json.dumps([_digest(endpoint) for endpoint in endpoints]),
    }


def _digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
