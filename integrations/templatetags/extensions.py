"""Shows extensions on pages: how they are, what they hear, and a service's own."""

from datetime import datetime
from typing import Any

from django import template
from django.db.models import Q
from django.template import Context
from django.urls import reverse
from django.utils import timezone

from incidents.models import Service
from integrations.extensions import rights, words
from integrations.models import ChatMessage, Extension
from integrations.slack.people import linking
from integrations.telegram import linking as telegram
from integrations.webhooks.words import UNTRIED, Mark

register = template.Library()
register.filter("extension_scope", words.scope)
register.filter("extension_kind", words.kind)
register.filter("extension_updates", words.updates)
# A page of a service is about more than its extensions.
SHOWN = 20


@register.inclusion_tag("components/_chip.html")
def extension_state(extension: Extension) -> dict[str, Any]:
    """Label how an extension fares."""
    return _chip(words.standing(extension))


@register.inclusion_tag("components/_chip.html")
def test_state(message: ChatMessage | None) -> dict[str, Any]:
    """Label how far a test message is."""
    return _chip(words.progress(message) if message else UNTRIED)


@register.filter
def extension_which(extension: Extension) -> str:
    """Say which of its incidents an extension hears of."""
    return words.which(extension, extension.account)


@register.filter
def last_success(extension: Extension) -> datetime | None:
    """Say when something arrived last."""
    found = [each.last_success_at for each in words.ways(extension)]
    return max(filter(None, found), default=None)


@register.filter
def last_error(extension: Extension) -> dict[str, Any]:
    """Say when something failed last, and why."""
    failed = [
        (each.last_error_at, each.last_error)
        for each in words.ways(extension)
        if each.last_error_at is not None
    ]
    return dict(zip(("at", "words"), max(failed), strict=True)) if failed else {}


@register.inclusion_tag("integrations/extensions/_of_service.html", takes_context=True)
def service_extensions(context: Context, service: Service) -> dict[str, Any]:
    """List the extensions that hear of a service, to those who may configure it."""
    actor = context["request"].actor
    if not actor.may("configure", of=service):
        return {}
    hears = Q(scope=Extension.Scope.ACCOUNT) | Q(extended_services__service=service)
    if service.team_id is not None:
        hears |= Q(team=service.team_id)
    ids = service.account.extensions.filter(hears).values("pk")
    found = rights.visible(service.account.extensions.filter(pk__in=ids), actor)
    found = found.select_related("team", "room").prefetch_related(
        "extended_services__service", "subscriptions"
    )
    return {
        "service": service,
        "may_configure": True,
        "extensions": found.order_by("-id")[:SHOWN],
    }


@register.inclusion_tag("integrations/_my_chats.html", takes_context=True)
def my_chats(context: Context) -> dict[str, Any]:
    """Draw who the person is in chats, each with a way to end it."""
    membership = context["request"].membership
    workspaces = membership.account.slack_workspaces.filter(removed_at=None)
    named = {each.place: f"Slack, {each.name}" for each in workspaces}
    slack_address = reverse("slack_link") if named else ""
    bots = telegram.links(membership, at=timezone.now())
    named |= {each.place: f"Telegram, {each.bot}" for each in bots}
    return {
        "csrf_token": context.get("csrf_token"),
        "chats": [
            (each, named.get(each.place, each.place.capitalize()))
            for each in linking.linked(membership)
        ],
        "slack_address": slack_address,
        "bots": bots,
    }


def _chip(mark: Mark) -> dict[str, Any]:
    return {"text": mark.text, "tone": mark.tone, "icon": mark.icon}
