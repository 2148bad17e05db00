"""One delivery of a webhook: what was sent, what was answered, and once more."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import sealing
from accounts.requests import AccountRequest, member
from integrations.inbound import values
from integrations.models import WebhookDelivery
from integrations.views.webhooks import find
from integrations.webhooks import signatures, subscriptions


@require_GET
@member("configure")
def webhook_delivery(
    request: AccountRequest, public_id: str, delivery_id: str
) -> HttpResponse:
    """Show what was sent, and what became of it."""
    delivery = _find(request, public_id, delivery_id)
    parts = {
        "subscription": delivery.subscription,
        "delivery": delivery,
        "number": _number(request, delivery),
        "sent_headers": _headers(delivery),
        "body": _indented(delivery.body),
    }
    return render(request, "integrations/webhooks/delivery.html", parts)


@require_POST
@member("configure")
def webhook_replay(
    request: AccountRequest, public_id: str, delivery_id: str
) -> HttpResponse:
    """Send the event once more; the new delivery's page says what becomes of it."""
    delivery = _find(request, public_id, delivery_id)
    try:
        again = subscriptions.replay(delivery, actor=request.actor, at=timezone.now())
    except subscriptions.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("webhook_delivery", public_id, delivery_id)
    messages.success(request, _("The event goes out once more."))
    return redirect("webhook_delivery", public_id, again.public_id)


def _number(request: AccountRequest, delivery: WebhookDelivery) -> int | None:
    """Return the number of the incident that it is about, if it is about one."""
    public_id = delivery.resource.rpartition(" ")[2]
    found = request.account.incidents.filter(public_id=public_id).first()
    return found.number if found else None


def _headers(delivery: WebhookDelivery) -> str:
    """Spell the request as it is sent now; values of custom headers stay hidden."""
    subscription = delivery.subscription
    secrets = subscription.secrets.filter(revoked_at=None)
    ours = signatures.headers(
        delivery.body.encode(),
        [sealing.unseal(secret.sealed) for secret in secrets],
        webhook_id=delivery.public_id,
        subscription_id=subscription.public_id,
    )
    own = {header["name"]: _("(hidden)") for header in subscription.headers}
    lines = [f"{name}: {value}" for name, value in {**own, **ours}.items()]
    return "\n".join([f"POST {subscription.url}", *lines])


def _indented(body: str) -> str:
    """Indent a body; that of one that was too large is not kept."""
    return values.indented(json.loads(body)) if body else ""


def _find(request: AccountRequest, public_id: str, delivery_id: str) -> WebhookDelivery:
    subscription = find(request, public_id)
    rows = subscription.deliveries.select_related("replay_of")
    found: WebhookDelivery = get_object_or_404(rows, public_id=delivery_id)
    # With its service and so on, which are loaded already.
    found.subscription = subscription
    return found
