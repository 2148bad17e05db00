"""Draws the tags of people, teams and policies."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from oncall import tags

register = template.Library()


@register.inclusion_tag("oncall/_tags.html", takes_context=True)
def tags_of(context: Context, subject: tags.Subject, page: str) -> dict[str, Any]:
    """Draw the tags of something, whose page has this name."""
    actor = context["request"].actor
    return {
        "tags": tags.of(subject),
        "address": reverse(f"{page}_tags", args=[subject.public_id]),
        "may_tag": tags.may(actor, subject),
    }
