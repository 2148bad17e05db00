"""Leaves a receiver alone that takes nothing; nothing is lost, and people are told."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit, channels
from accounts.models import Membership
from accounts.models.people import Role
from accounts.permissions import Actor
from integrations.models import WebhookSubscription
from integrations.webhooks import queue

MOST_DROPS: Final = 3
DISABLED_FOR: Final = timedelta(hours=24)


def consider(subscription: WebhookSubscription, *, at: datetime) -> None:
    """Disable a locked subscription for a day if too many were given up in a row.

    What waits and what comes is held meanwhile.
    """
    if subscription.drops < MOST_DROPS or subscription.disabled_until:
        return
    subscription.disabled_until = at + DISABLED_FOR
    words = _("%(count)d webhooks in a row were given up; of the last: %(error)s")
    facts = {"count": subscription.drops, "error": subscription.last_error}
    subscription.disabled_reason = (words % facts)[:300]
    is_news = subscription.told_at is None
    subscription.told_at = subscription.told_at or at
    subscription.save(update_fields=["disabled_until", "disabled_reason", "told_at"])
    queue.hold(subscription)
    audit.record(
        Actor("engine"), "disabled webhook subscription for a day", subscription, at=at
    )
    # Once, until it works again; it will be tried each day.
    if is_news:
        _tell(subscription, at=at)


def _tell(subscription: WebhookSubscription, *, at: datetime) -> None:
    """Write to whoever made it, the owners and the admins."""
    people = subscription.account.memberships.filter(
        Q(role__in=(Role.OWNER, Role.ADMIN)) | Q(pk=subscription.created_by_id),
        deactivated_at=None,
        user__is_active=True,
    )
    for person in people.prefetch_related("contact_methods"):
        _write(person, subscription, at=at)


def _write(
    person: Membership, subscription: WebhookSubscription, *, at: datetime
) -> None:
    usable = [method for method in person.contact_methods.all() if method.may_be_paged]
    usable.sort(key=lambda method: (method.kind != "email", method.pk))
    for method in usable[:1]:
        channels.post(
            subscription.account,
            purpose="notice",
            at=at,
            contact_method=method,
            content=_content(subscription),
        )


def _content(subscription: WebhookSubscription) -> dict[str, object]:
    link = reverse("webhook", args=[subscription.public_id])
    return {
        "subject": _("The webhook “%(name)s” is switched off for a day")
        % {"name": str(subscription)[:100]},
        "lines": [
            subscription.disabled_reason,
            _("What happens meanwhile is kept for 48 hours, and sent in order once you")
            + " "
            + _("enable it. It is tried again by itself after 24 hours."),
        ],
        "link": f"{settings.SITE_URL}{link}",
        "action": _("Look at it"),
    }
