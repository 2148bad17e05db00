"""Draws the channel of an incident in Slack, or the way to have one."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context

from incidents.models import Incident
from integrations.slack.channels import incident_channels

register = template.Library()


@register.inclusion_tag("integrations/slack/_incident_channel.html", takes_context=True)
def incident_channel(context: Context, incident: Incident) -> dict[str, Any]:
    """Draw it; nothing where Slack is not connected."""
    if not settings.SLACK_CLIENT_ID:
        return {}
    channel = incident_channels.of(incident)
    request = context["request"]
    may_ask = request.actor.may("respond", of=incident.service) and incident.is_open
    is_needed = channel is None or bool(channel.failed_at)
    return {
        "csrf_token": context.get("csrf_token"),
        "incident": incident,
        "channel": channel,
        "workspaces": incident_channels.workspaces(incident.account)
        if may_ask and is_needed
        else [],
    }
