"""Shows webhooks on pages: how they are, what they hear, and a service's own."""

from datetime import timedelta
from typing import Any

from django import template
from django.db.models import Q
from django.template import Context

from incidents.models import Service
from integrations.models import WebhookDelivery, WebhookSubscription
from integrations.webhooks import rights, words

register = template.Library()
register.filter("heard", words.heard)
register.filter("webhook_scope", words.scope)
register.filter("event_words", words.event)
# A page of a service is about more than its webhooks.
SHOWN = 20


@register.filter
def milliseconds(length: timedelta) -> int:
    """Say a length of time in thousandths of a second."""
    return round(length / timedelta(milliseconds=1))


@register.inclusion_tag("components/_chip.html")
def webhook_state(subscription: WebhookSubscription) -> dict[str, Any]:
    """Label how a subscription fares."""
    return _chip(words.standing(subscription))


@register.inclusion_tag("components/_chip.html")
def delivery_state(delivery: WebhookDelivery) -> dict[str, Any]:
    """Label how far a delivery is."""
    return _chip(words.progress(delivery))


@register.inclusion_tag("integrations/webhooks/_of_service.html", takes_context=True)
def service_webhooks(context: Context, service: Service) -> dict[str, Any]:
    """List the webhooks that hear of a service, to those who may configure it."""
    actor = context["request"].actor
    if not actor.may("configure", of=service):
        return {}
    hears = Q(filter_type="account") | Q(service=service)
    if service.team_id is not None:
        hears |= Q(team=service.team_id)
    found = rights.visible(service.account.webhook_subscriptions.filter(hears), actor)
    found = found.select_related("service", "team", "extension")
    return {
        "service": service,
        "may_configure": True,
        "subscriptions": found.order_by("-id")[:SHOWN],
    }


def _chip(mark: words.Mark) -> dict[str, Any]:
    return {"text": mark.text, "tone": mark.tone, "icon": mark.icon}
