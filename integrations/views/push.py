"""Pushes in the browser: the worker, the manifest, subscribing and answering."""

import json
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import contact_methods
from accounts.onboarding import Refused
from accounts.requests import AccountRequest, member
from incidents import results
from integrations import outgoing, replies
from integrations.forms.push import SubscribeForm, read
from integrations.messages import PRODUCT
from integrations.push import browsers, subscriptions, tokens
from oncall.bare import bare

WORKER = Path(settings.BASE_DIR / "static/js/worker.js").read_text()
# The size of a renewal: two subscriptions.
LONGEST_RENEWAL = 8000
ICONS = (("192", "any"), ("512", "any"), ("192", "maskable"), ("512", "maskable"))


@bare
def worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker; from the root, because it works for all pages."""
    response = HttpResponse(WORKER, "text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@bare
def manifest(request: HttpRequest) -> HttpResponse:
    """Say how OnCall looks when it is installed as an app."""
    found = {
        "id": "/",
        "name": PRODUCT,
        "short_name": PRODUCT,
        "description": _("Who is on call, what is broken, and who takes it on."),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [_icon(size, purpose) for size, purpose in ICONS],
    }
    return JsonResponse(found, content_type="application/manifest+json")


@require_POST
@member()
def subscribe(request: AccountRequest) -> HttpResponse:
    """Take the browser's subscription, and send a test to it."""
    form, at = SubscribeForm(request.POST), timezone.now()
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["subscription"])))
        return _back()
    try:
        method = subscriptions.add(
            request.membership,
            form.cleaned_data["subscription"],
            browser=browsers.name(request.headers.get("User-Agent", "")),
            actor=request.actor,
            at=at,
        )
        contact_methods.test(method, at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("%s shows pushes now. A test is on its way to it.")
        messages.success(request, words % method.address)
    return _back()


@bare
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Take a new subscription from a browser that shows the old one's secret."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST_RENEWAL:
        return JsonResponse({"error": _("This is too long.")}, status=413)
    try:
        given = json.loads(request.body)
        old, new = read(given["old"]), read(given["new"])
    except (ValueError, TypeError, KeyError, AttributeError, outgoing.Refused):
        words = _("This is not a pair of subscriptions.")
        return JsonResponse({"error": words}, status=400)
    if not subscriptions.renew(old, new):
        return JsonResponse({"error": _("This browser is not known.")}, status=404)
    return HttpResponse(status=204)


@bare
@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Do what a notification's button says, and tell what came of it."""
    try:
        delivery = tokens.read(token)
    except tokens.Forged:
        words = _("This notification is too old to be answered. Open the page.")
        return JsonResponse({"title": PRODUCT, "body": words}, status=410)
    verb = request.POST.get("verb", "")
    known = verb in replies.VERBS or verb in replies.ANSWERS
    if not known or not replies.offers(delivery, verb):
        words = _("Choose one of the buttons.")
        return JsonResponse({"title": PRODUCT, "body": words}, status=400)
    reply = replies.answer(delivery, verb, via="push", at=timezone.now())
    title = _("Done") if reply.ok else _("Not done")
    status = 200 if reply.ok else 409
    return JsonResponse({"title": title, "body": reply.text}, status=status)


@bare
@require_POST
def received(request: HttpRequest, token: str) -> HttpResponse:
    """Record that a browser has shown a push."""
    try:
        delivery = tokens.read(token)
    except tokens.Forged:
        return HttpResponse(status=410)
    results.receipt(delivery, "delivered", "", at=timezone.now())
    return HttpResponse(status=204)


def _icon(size: str, purpose: str) -> dict[str, str]:
    name = f"img/app-{size}.png" if purpose == "any" else f"img/app-maskable-{size}.png"
    return {
        "src": static(name),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


def _back() -> HttpResponse:
    back = redirect("profile")
    back["Location"] += "#contact-methods"
    return back
