"""Draws which apps have access, on pages of those who know nothing of apps."""

from typing import Any

from django import template
from django.template import Context

from incidents.models import Integration
from integrations import grants

register = template.Library()


@register.inclusion_tag("integrations/_my_apps.html", takes_context=True)
def my_apps(context: Context) -> dict[str, Any]:
    """Draw what apps may do for the person, each with a way to end it."""
    membership = context["request"].membership
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "account": membership.account,
        "grants": grants.of_member(membership),
    }


@register.inclusion_tag("integrations/_connected_by.html")
def connected_by(integration: Integration) -> dict[str, Any]:
    """Say who connected the integration, from which app and when; else nothing."""
    found = integration.account.connections.filter(integration=integration)
    return {"connection": found.select_related("app", "connected_by__user").first()}
