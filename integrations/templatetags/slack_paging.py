"""Draws what lets a linked person be paged in Slack."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context

from accounts import companions
from accounts.models import Account, Membership
from accounts.onboarding import Refused
from integrations.slack.direct_messages import paging

register = template.Library()


@register.inclusion_tag("integrations/slack/_paging.html", takes_context=True)
def slack_paging(context: Context) -> dict[str, Any]:
    """Draw a button for each link, or what is missing for it."""
    membership: Membership = context["request"].membership
    names = _workspaces(membership.account) if settings.SLACK_CLIENT_ID else {}
    if not names:
        return {"is_there": False}
    methods = membership.contact_methods
    return {
        "csrf_token": context.get("csrf_token"),
        "is_there": True,
        "offers": [
            (user, names[user.place], paging.address_of(user))
            for user in paging.offered(membership)
            if user.place in names
        ],
        "is_linked": membership.chat_users.filter(place__in=names).exists(),
        "is_paged": methods.filter(kind=paging.KIND, disabled_at=None).exists(),
        "refusal": _refusal(membership),
    }


def _workspaces(account: Account) -> dict[str, str]:
    """Name the connected workspaces by their people's places."""
    rows = account.slack_workspaces.filter(removed_at=None)
    return {workspace.place: workspace.name for workspace in rows}


def _refusal(membership: Membership) -> str:
    try:
        companions.require_another(membership)
    except Refused as refusal:
        return str(refusal)
    return ""
