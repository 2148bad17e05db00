"""Webhooks: their list, each one's page, and what may be done to one."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts import cursors
from accounts.requests import AccountRequest, member
from integrations.extensions import changes
from integrations.models import WebhookDelivery, WebhookSecret, WebhookSubscription
from integrations.webhooks import (
    event_types,
    queue,
    revealing,
    rights,
    subscriptions,
)

# What was done, once a button has been pressed.
ACTS: Final[dict[str, tuple[Callable[..., object], str | Promise]]] = {
    "pause": (
        subscriptions.disable,
        gettext_lazy("The webhook is paused. What waits for it is held."),
    ),
    "enable": (
        subscriptions.enable,
        gettext_lazy("The webhook is enabled. What was held goes out now, in order."),
    ),
}
State = WebhookDelivery.State


@require_GET
@member("configure")
def webhooks(request: AccountRequest) -> HttpResponse:
    """List the account's webhooks, the newest first."""
    cursor = request.GET.get("cursor", "")
    rows, newer, older = cursors.page(_rows(request), cursor)
    parts = {
        "subscriptions": rows,
        "newer": newer,
        "older": older,
    }
    return render(request, "integrations/webhooks/list.html", parts)


@require_GET
@member("configure")
def webhook(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show a webhook: how it is, its secrets, and what was sent to it."""
    found = find(request, public_id)
    given = request.GET.get("secret", "")
    return _page(
        request,
        found,
        secret=revealing.secret(found, given, request.membership) if given else "",
    )


@require_POST
@member("configure")
def webhook_act(request: AccountRequest, public_id: str, verb: str) -> HttpResponse:
    """Pause a webhook or enable it."""
    act, done = ACTS[verb]
    act(find(request, public_id), actor=request.actor, at=timezone.now())
    messages.success(request, str(done))
    return redirect("webhook", public_id)


@require_POST
@member("configure")
def webhook_ping(request: AccountRequest, public_id: str) -> HttpResponse:
    """Send a ping; its page says what becomes of it."""
    found = find(request, public_id)
    ping = subscriptions.ping(found, actor=request.actor, at=timezone.now())
    return redirect("webhook_delivery", public_id, ping.public_id)


@require_POST
@member("configure")
def webhook_replay_dropped(request: AccountRequest, public_id: str) -> HttpResponse:
    """Send once more what was given up of late."""
    found = find(request, public_id)
    try:
        number = subscriptions.replay_dropped(
            found, actor=request.actor, at=timezone.now()
        )
    except subscriptions.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("webhook", public_id)
    text = ngettext(
        "%(n)d event goes out once more.", "%(n)d events go out once more.", number
    )
    messages.success(request, text % {"n": number})
    return redirect("webhook", public_id)


@require_http_methods(["GET", "POST"])
@member("configure")
def webhook_delete(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask whether to delete a webhook, or do it; an extension's goes with it."""
    found = find(request, public_id)
    if request.method == "GET":
        parts = {"subscription": found}
        return render(request, "integrations/webhooks/delete.html", parts)
    by: dict[str, Any] = {"actor": request.actor, "at": timezone.now()}
    if found.extension is not None:
        changes.delete(found.extension, **by)
    else:
        subscriptions.delete(found, **by)
    messages.success(request, _("The webhook is deleted."))
    return redirect("webhooks")


@require_POST
@member("configure")
def webhook_secret_create(request: AccountRequest, public_id: str) -> HttpResponse:
    """Add a secret, which its page shows once."""
    found = find(request, public_id)
    try:
        secret, _told = subscriptions.add_secret(
            found, actor=request.actor, at=timezone.now()
        )
    except subscriptions.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("webhook", public_id)
    return to_page_with(request, found, secret)


@require_http_methods(["GET", "POST"])
@member("configure")
def webhook_secret_revoke(
    request: AccountRequest, public_id: str, secret_id: str
) -> HttpResponse:
    """Ask whether to stop signing with a secret, or do it."""
    found = find(request, public_id)
    live = found.secrets.filter(revoked_at=None)
    secret = get_object_or_404(live, public_id=secret_id)
    if request.method == "GET":
        parts = {"subscription": found, "secret": secret}
        return render(request, "integrations/webhooks/revoke.html", parts)
    try:
        subscriptions.revoke_secret(secret, actor=request.actor, at=timezone.now())
    except subscriptions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The secret signs nothing any more."))
    return redirect("webhook", public_id)


def to_page_with(
    request: AccountRequest, subscription: WebhookSubscription, secret: WebhookSecret
) -> HttpResponse:
    """Send a member on to the webhook's page, which shows them their new secret."""
    token = revealing.token(secret, request.membership)
    address = reverse("webhook", args=[subscription.public_id])
    return redirect(f"{address}?{urlencode({'secret': token})}")


def find(request: AccountRequest, public_id: str) -> WebhookSubscription:
    """Find a webhook of the account; raises Http404."""
    return get_object_or_404(_rows(request), public_id=public_id)


def _page(
    request: AccountRequest, found: WebhookSubscription, *, secret: str
) -> HttpResponse:
    log, state, event_type = _log(request, found)
    rows, newer, older = cursors.page(log, request.GET.get("cursor", ""))
    parts = {
        "subscription": found,
        "secret": secret,
        "secrets": found.secrets.filter(revoked_at=None).select_related(
            "created_by__user"
        ),
        "events": _events(found),
        "held": found.deliveries.filter(state=State.HELD).count(),
        "dropped": _dropped(found),
        "deliveries": _with_incidents(request, rows),
        "newer": newer,
        "older": older,
        "state": state,
        "event_type": event_type,
        "states": State.choices,
        "types": [*event_types.OFFERED, event_types.PING],
    }
    return render(request, "integrations/webhooks/detail.html", parts)


def _dropped(found: WebhookSubscription) -> int:
    """Count what could be sent once more, where something failed of late."""
    since = timezone.now() - queue.KEPT
    if found.last_error_at is None or found.last_error_at < since:
        return 0
    return found.deliveries.filter(
        state=State.DROPPED, ended_at__gte=since, replays=None, attempts__gt=0
    ).count()


def _log(
    request: AccountRequest, found: WebhookSubscription
) -> tuple[QuerySet[WebhookDelivery], str, str]:
    """Return the deliveries that the filters let through, and the filters."""
    log: QuerySet[WebhookDelivery] = found.deliveries.defer("body", "last_answer")
    state, event_type = request.GET.get("state", ""), request.GET.get("event", "")
    if state in State.values:
        log = log.filter(state=state)
    if event_type in event_types.KNOWN:
        log = log.filter(event_type=event_type)
    return log, state, event_type


def _events(found: WebhookSubscription) -> list[str]:
    known = [name for name in event_types.OFFERED if name in found.events]
    return known + [name for name in found.events if name not in known]


def _with_incidents(
    request: AccountRequest, rows: list[WebhookDelivery]
) -> list[tuple[WebhookDelivery, int | None]]:
    """Pair deliveries with the numbers of the incidents that they are about."""
    ids = {row.resource.rpartition(" ")[2] for row in rows}
    found = request.account.incidents.filter(public_id__in=ids)
    numbers = dict(found.values_list("public_id", "number"))
    return [(row, numbers.get(row.resource.rpartition(" ")[2])) for row in rows]


def _rows(request: AccountRequest) -> QuerySet[WebhookSubscription]:
    rows = request.account.webhook_subscriptions.select_related(
        "service", "team", "extension", "created_by__user"
    )
    return rights.visible(rows, request.actor)
