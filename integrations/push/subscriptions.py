"""A browser becomes a contact method, and stays one when its subscription changes.

Holding a subscription is the proof: its address and secret are known to the push
service, the browser and us only, so a browser that shows them needs no code.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts import audit, tenancy
from accounts.models import ContactMethod, Membership, PushSubscription
from accounts.onboarding import Refused
from accounts.permissions import Actor
from integrations.push import keys

KIND = "push"
MOST_BROWSERS = 10


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser says of itself: where its push service is, and its keys."""

    endpoint: str
    p256dh: str
    auth: str


@transaction.atomic
def add(
    membership: Membership,
    subscription: Subscription,
    *,
    browser: str,
    actor: Actor,
    at: datetime,
) -> ContactMethod:
    """Make the browser a confirmed contact method of the member, or renew it.

    Whoever used the same browser before is not paged there any more. Raises Refused.
    """
    if not keys.is_there():
        raise Refused(_("This installation cannot send pushes."))
    _release(subscription, membership, at)
    method = _known(membership, subscription)
    if method is None:
        method = _create(membership, subscription, browser, at)
    method.push_subscriptions.update_or_create(
        defaults={
            "account": membership.account,
            "endpoint": subscription.endpoint,
            "p256dh": subscription.p256dh,
            "auth": subscription.auth,
            "browser": browser,
        }
    )
    method.verified_at, method.disabled_at, method.disabled_reason = at, None, ""
    method.save(update_fields=["verified_at", "disabled_at", "disabled_reason"])
    details = {"kind": KIND, "address": method.masked}
    audit.record(actor, "added contact method", membership, at=at, details=details)
    return method


def renew(old: Subscription, new: Subscription) -> int:
    """Put a browser's new subscription in the place of its old one, wherever it is.

    The old one's secret is asked for, because nobody is signed in when a browser
    renews. This will return how many contact methods it has.
    """
    with tenancy.all_accounts():
        found = PushSubscription.across_accounts.filter(endpoint=old.endpoint)
        mine = [
            row
            for row in found.select_for_update(of=("self",)).select_related(
                "contact_method"
            )
            if constant_time_compare(row.auth, old.auth)
        ]
        for row in mine:
            _replace(row, new)
        return len(mine)


def is_held_by(membership: Membership, endpoint: str) -> bool:
    """Say whether the browser of that address is paged for the member."""
    held = membership.account.push_subscriptions.filter(endpoint=endpoint)
    mine = held.filter(contact_method__membership=membership)
    return mine.filter(contact_method__disabled_at=None).exists()


def _replace(row: PushSubscription, new: Subscription) -> None:
    row.endpoint, row.p256dh, row.auth = new.endpoint, new.p256dh, new.auth
    row.save(update_fields=["endpoint", "p256dh", "auth"])
    method = row.contact_method
    method.address = _address(row.browser, new.endpoint)
    method.disabled_at, method.disabled_reason = None, ""
    method.save(update_fields=["address", "disabled_at", "disabled_reason"])


def _release(subscription: Subscription, owner: Membership, at: datetime) -> None:
    """Stop paging others where now the owner reads: a browser shows all its pushes."""
    with tenancy.beyond():
        held = PushSubscription.across_accounts.filter(
            endpoint=subscription.endpoint, auth=subscription.auth
        ).exclude(contact_method__membership__user=owner.user_id)
        methods = [row.contact_method_id for row in held]
        if not methods:
            return
        # Without it the browser cannot renew what is not theirs any more.
        held.delete()
        ContactMethod.across_accounts.filter(pk__in=methods).update(
            disabled_at=at, disabled_reason=_("Somebody else uses this browser now.")
        )


def _known(membership: Membership, subscription: Subscription) -> ContactMethod | None:
    methods = membership.contact_methods.filter(kind=KIND)
    endpoint = subscription.endpoint
    return methods.filter(push_subscriptions__endpoint=endpoint).first()


def _create(
    membership: Membership, subscription: Subscription, browser: str, at: datetime
) -> ContactMethod:
    if membership.contact_methods.filter(kind=KIND).count() >= MOST_BROWSERS:
        raise Refused(
            _("%d browsers are the most. Remove one that you do not use.")
            % MOST_BROWSERS
        )
    return membership.contact_methods.create(
        account=membership.account,
        kind=KIND,
        address=_address(browser, subscription.endpoint),
        verified_at=at,
    )


def _address(browser: str, endpoint: str) -> str:
    """Name the browser so that its owner knows it from another one of the same make."""
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    return f"{browser} {digest[:6]}"
