"""Pages about the apps that an account has registered: what they are, and do."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.requests import AccountRequest, member
from integrations import app_secrets, examples, grants, partners
from integrations.forms.connected import EndAccessForm
from integrations.forms.partners import AppForm
from integrations.models import App, AppCall
from integrations.oauth import delegations, scopes

# More than anybody reads; the newest come first.
SHOWN: Final = 200
# How calls end, by what their status begins with.
OUTCOMES: Final[dict[str, dict[str, Any]]] = {
    "succeeded": {"status__lt": 400},
    "refused": {"status__range": (400, 499)},
    "failed": {"status__gte": 500},
}


@require_GET
@member("administer")
def apps(request: AccountRequest) -> HttpResponse:
    """List the apps that the account has registered."""
    context = {"apps": request.account.apps.order_by("name", "id")}
    return render(request, "integrations/partners.html", context)


@require_http_methods(["GET", "POST"])
@member("administer")
def app_create(request: AccountRequest) -> HttpResponse:
    """Ask what the app is, or register it."""
    form = AppForm(request.POST or None)
    if form.is_valid():
        made = partners.register(
            request.account,
            actor=request.actor,
            at=timezone.now(),
            values=form.values,
        )
        messages.success(request, _("%s is registered.") % made)
        return redirect("app", made.public_id)
    status = 422 if form.is_bound else 200
    return render(
        request, "integrations/partners_form.html", {"form": form}, status=status
    )


@require_GET
@member("administer")
def app(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show an app's keys, its addresses, and what is connected."""
    return _show(request, _app(request, public_id))


@require_http_methods(["GET", "POST"])
@member("administer")
def app_edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask what else the app is, or change it."""
    found = _app(request, public_id)
    form = AppForm(request.POST or None, instance=found)
    if form.is_valid():
        partners.change(
            found, actor=request.actor, at=timezone.now(), values=form.values
        )
        messages.success(request, _("The app is saved."))
        return redirect("app", found.public_id)
    context = {"form": form, "app": found}
    status = 422 if form.is_bound else 200
    return render(request, "integrations/partners_form.html", context, status=status)


@require_POST
@member("administer")
def app_switch(request: AccountRequest, public_id: str, verb: str) -> HttpResponse:
    """Disable an app or enable it again."""
    switch = {"disable": partners.disable, "enable": partners.enable}[verb]
    switch(_app(request, public_id), actor=request.actor, at=timezone.now())
    return redirect("app", public_id)


@never_cache
@require_POST
@member("administer")
def app_secret_add(request: AccountRequest, public_id: str) -> HttpResponse:
    """Give the app one more secret, which this answer alone shows."""
    found = _app(request, public_id)
    try:
        _row, secret = app_secrets.add(found, actor=request.actor, at=timezone.now())
    except app_secrets.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("app", public_id)
    return _show(request, found, secret=secret)


@require_POST
@member("administer")
def app_secret_revoke(
    request: AccountRequest, public_id: str, secret_id: str
) -> HttpResponse:
    """End one of the app's secrets."""
    secrets = request.account.app_secrets.filter(app=_app(request, public_id))
    secret = get_object_or_404(
        secrets.select_related("app__account", "account"), public_id=secret_id
    )
    app_secrets.revoke(secret, actor=request.actor, at=timezone.now())
    words = _("The secret that begins with %s does not work any more.")
    messages.success(request, words % secret.prefix)
    return redirect("app", public_id)


@require_POST
@member("administer")
def app_end_access(request: AccountRequest, public_id: str) -> HttpResponse:
    """End all that people let the app do, with every token; it stays registered."""
    found = _app(request, public_id)
    delegations.revoke_all(found, actor=request.actor, at=timezone.now())
    messages.success(request, _("Every token of %s has ended.") % found)
    return redirect("app", public_id)


@require_GET
@member("administer")
def app_calls(request: AccountRequest, public_id: str) -> HttpResponse:
    """List the app's last calls and how they ended."""
    found = _app(request, public_id)
    outcome = request.GET.get("outcome", "")
    calls: QuerySet[AppCall] = request.account.app_calls.filter(app=found)
    context: dict[str, Any] = {
        "app": found,
        "calls": calls.filter(**OUTCOMES.get(outcome, {})),
        "outcome": outcome if outcome in OUTCOMES else "",
    }
    return render(request, "integrations/partners_calls.html", context)


@require_http_methods(["GET", "POST"])
@member("administer")
def app_delete(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask whether to delete an app, saying what stops, or do it."""
    found = _app(request, public_id)
    live = grants.live_connections(found, request.account)
    form = EndAccessForm(request.POST or None, has_integrations=live.exists())
    if form.is_valid():
        partners.delete(
            found,
            keeps_integrations=form.keeps_integrations,
            actor=request.actor,
            at=timezone.now(),
        )
        messages.success(request, _("The app %s is deleted.") % found.name)
        return redirect("apps")
    context = {
        "app": found,
        "form": form,
        "connections": live[:SHOWN],
        "grants": grants.live(request.account).filter(app=found)[:SHOWN],
    }
    status = 422 if form.is_bound else 200
    return render(request, "integrations/partners_delete.html", context, status=status)


def _show(request: AccountRequest, found: App, secret: str = "") -> HttpResponse:
    connections = request.account.connections.select_related(
        "app", "integration__service", "connected_by__user"
    )
    context = {
        "app": found,
        "addresses": found.redirect_uris.split(),
        "scopes": scopes.in_words(found.scopes.split()),
        "secrets": app_secrets.valid(found),
        "may_add_secret": app_secrets.may_have_more(found),
        # Shown by this answer alone: it is kept nowhere.
        "secret": secret,
        "connections": connections.filter(app=found).order_by("-id")[:SHOWN],
        "grants": grants.rows(
            grants.live(request.account).filter(app=found).order_by("-id")[:SHOWN]
        ),
        "examples": examples.of(found, request.build_absolute_uri("/").rstrip("/")),
        "may_configure": True,
    }
    return render(request, "integrations/partners_app.html", context)


def _app(request: AccountRequest, public_id: str) -> App:
    found: App = get_object_or_404(
        request.account.apps.select_related("account"), public_id=public_id
    )
    return found
