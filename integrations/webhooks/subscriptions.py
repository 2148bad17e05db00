"""What people and tools do to webhook subscriptions.

Every door calls these with who and when; each leaves an audit entry. They raise
Refused or permissions.NotPermitted in words fit for a person.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, sealing
from accounts.models import Account
from accounts.permissions import Actor
from incidents import relay
from integrations.models import WebhookDelivery, WebhookSecret, WebhookSubscription
from integrations.webhooks import queue, rendering, rights
from integrations.webhooks.refusals import Refused
from integrations.webhooks.values import Values, checked

__all__ = [
    "MOST_SECRETS",
    "MOST_SUBSCRIPTIONS",
    "Refused",
    "add_secret",
    "change",
    "create",
    "delete",
    "disable",
    "enable",
    "ping",
    "replay",
    "replay_dropped",
    "replay_held",
    "revoke_secret",
]

MOST_SUBSCRIPTIONS = 500
# Each is one more signature in every message.
MOST_SECRETS = 5
State = WebhookDelivery.State


@transaction.atomic
def create(
    account: Account, *, actor: Actor, at: datetime, values: Mapping[str, Any]
) -> tuple[WebhookSubscription, str]:
    """Let an address be told of events; this will tell its secret, once.

    Values: url and events are needed; description, filter_type ("account" by
    default), service or team (rows of the account, for their filter types), headers
    ([{"name", "value"}]) and is_active may be given. A name and password in the url
    become a sealed Authorization header.
    """
    if account.webhook_subscriptions.count() >= MOST_SUBSCRIPTIONS:
        raise Refused(
            _("The account has %(most)d webhook subscriptions, and cannot have more.")
            % {"most": MOST_SUBSCRIPTIONS}
        )
    subscription = WebhookSubscription(
        account=account, created_by=actor.user, created_at=at
    )
    _set(subscription, checked({"url": "", "events": [], **values}))
    rights.require(subscription, actor)
    subscription.save()
    secret = _add_secret(subscription, actor=actor, at=at)
    relay.reconsider(account)
    audit.record(actor, "created webhook subscription", subscription, at=at)
    return subscription, secret


@transaction.atomic
def change(
    subscription: WebhookSubscription,
    *,
    actor: Actor,
    at: datetime,
    values: Mapping[str, Any],
) -> WebhookSubscription:
    """Change whatever values are given, of those that `create` takes.

    What waits already is sent to the new address with the new headers. Switching
    `is_active` off holds what waits; switching it on sends it.
    """
    fresh = _locked(subscription)
    rights.require(fresh, actor)
    was_active = fresh.is_active
    _set(fresh, checked(values, fresh))
    # Nor to where they have no say.
    rights.require(fresh, actor)
    fresh.save()
    if was_active and not fresh.is_active:
        queue.hold(fresh)
    elif fresh.is_active and not was_active and not fresh.disabled_until:
        queue.release(fresh, at=at)
    relay.reconsider(fresh.account)
    details = {"changed": sorted(values)}
    audit.record(actor, "updated webhook subscription", fresh, at=at, details=details)
    return fresh


@transaction.atomic
def delete(subscription: WebhookSubscription, *, actor: Actor, at: datetime) -> None:
    """Delete a subscription with its queue and its log."""
    fresh = _locked(subscription)
    rights.require(fresh, actor)
    audit.record(actor, "deleted webhook subscription", fresh, at=at)
    fresh.delete()
    relay.reconsider(fresh.account)


@transaction.atomic
def enable(
    subscription: WebhookSubscription, *, actor: Actor, at: datetime
) -> WebhookSubscription:
    """End a temporary disabling, make it active, and send what is held, in order."""
    fresh = _locked(subscription)
    rights.require(fresh, actor)
    if fresh.is_active and not fresh.disabled_until:
        return fresh
    fresh.is_active = True
    queue.end_disabling(fresh, at=at)
    relay.reconsider(fresh.account)
    audit.record(actor, "enabled webhook subscription", fresh, at=at)
    return fresh


@transaction.atomic
def disable(
    subscription: WebhookSubscription, *, actor: Actor, at: datetime
) -> WebhookSubscription:
    """Stop telling it of new events, and hold what waits; does nothing twice."""
    fresh = _locked(subscription)
    rights.require(fresh, actor)
    if fresh.is_active:
        fresh.is_active = False
        fresh.save(update_fields=["is_active"])
        queue.hold(fresh)
        relay.reconsider(fresh.account)
        audit.record(actor, "disabled webhook subscription", fresh, at=at)
    return fresh


@transaction.atomic
def add_secret(
    subscription: WebhookSubscription, *, actor: Actor, at: datetime
) -> tuple[WebhookSecret, str]:
    """Add a secret, which signs besides the others; this will tell it, once."""
    fresh = _locked(subscription)
    rights.require(fresh, actor)
    if fresh.secrets.filter(revoked_at=None).count() >= MOST_SECRETS:
        raise Refused(
            _("It has %(most)d secrets already; revoke one first.")
            % {"most": MOST_SECRETS}
        )
    told = _add_secret(fresh, actor=actor, at=at)
    audit.record(actor, "added webhook secret", fresh, at=at)
    return fresh.secrets.latest("id"), told


@transaction.atomic
def revoke_secret(
    secret: WebhookSecret, *, actor: Actor, at: datetime
) -> WebhookSecret:
    """Stop signing with a secret; does nothing twice. The last one cannot go."""
    subscription = _locked(secret.subscription)
    rights.require(subscription, actor)
    fresh: WebhookSecret = subscription.secrets.get(pk=secret.pk)
    if fresh.revoked_at is not None:
        return fresh
    if subscription.secrets.filter(revoked_at=None).count() == 1:
        raise Refused(_("This is its only secret; add another one first."))
    fresh.revoked_at = at
    fresh.save(update_fields=["revoked_at"])
    details = {"prefix": fresh.prefix}
    audit.record(actor, "revoked webhook secret", subscription, at=at, details=details)
    return fresh


@transaction.atomic
def ping(
    subscription: WebhookSubscription, *, actor: Actor, at: datetime
) -> WebhookDelivery:
    """Send a greeting at once, also while it is disabled; see what becomes of it."""
    fresh = _locked(subscription)
    rights.require(fresh, actor)
    delivery = queue.add(fresh, rendering.ping(at=at), at=at, state=State.WAITING)
    audit.record(actor, "pinged webhook subscription", fresh, at=at)
    return delivery


@transaction.atomic
def replay(delivery: WebhookDelivery, *, actor: Actor, at: datetime) -> WebhookDelivery:
    """Send the same event once more, at once, also while it is disabled.

    This will return the new delivery; its event id is the same.
    """
    subscription = _locked(delivery.subscription)
    rights.require(subscription, actor)
    fresh: WebhookDelivery = subscription.deliveries.get(pk=delivery.pk)
    if not fresh.is_ended:
        raise Refused(_("It is still on its way; it can be sent again afterwards."))
    if not fresh.body:
        raise Refused(_("It is larger than we send."))
    again = queue.again(fresh, subscription, at=at)
    audit.record(actor, "replayed webhook", subscription, at=at)
    return again


@transaction.atomic
def replay_held(
    subscription: WebhookSubscription, *, actor: Actor, at: datetime
) -> int:
    """Send what is held, in order, which ends a temporary disabling.

    This will return how many go out.
    """
    fresh = _locked(subscription)
    rights.require(fresh, actor)
    if not fresh.is_active:
        raise Refused(_("The subscription is not active; enable it first."))
    count = queue.end_disabling(fresh, at=at)
    audit.record(
        actor, "replayed held webhooks", fresh, at=at, details={"count": count}
    )
    return count


@transaction.atomic
def replay_dropped(
    subscription: WebhookSubscription, *, actor: Actor, at: datetime
) -> int:
    """Send once more what was given up in the last 48 hours, in order.

    Each goes once, however often this is asked. This will return how many go out.
    """
    fresh = _locked(subscription)
    rights.require(fresh, actor)
    if not fresh.is_active:
        raise Refused(_("The subscription is not active; enable it first."))
    queue.end_disabling(fresh, at=at)
    dropped = queue.dropped(fresh, at=at)
    for delivery in dropped:
        queue.again(delivery, fresh, at=at)
    details = {"count": len(dropped)}
    audit.record(actor, "replayed dropped webhooks", fresh, at=at, details=details)
    return len(dropped)


def _locked(subscription: WebhookSubscription) -> WebhookSubscription:
    found: WebhookSubscription = (
        subscription.account.webhook_subscriptions.select_for_update(
            of=("self",), no_key=True
        )
        .select_related("account", "service", "team")
        .get(pk=subscription.pk)
    )
    return found


def _set(subscription: WebhookSubscription, values: Values) -> None:
    for name, value in values.items():
        setattr(subscription, name, value)


def _add_secret(
    subscription: WebhookSubscription, *, actor: Actor, at: datetime
) -> str:
    told = secrets.token_hex(32)
    subscription.secrets.create(
        account=subscription.account,
        sealed=sealing.seal(told),
        prefix=told[:4],
        created_by=actor.user,
        created_at=at,
    )
    return told
