"""Pages about partners' apps: those one registered, and those that are connected."""

from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.requests import AccountRequest, member
from integrations import connect, partners
from integrations.forms.partners import AppForm
from integrations.models import App, Connection

# More than anybody reads; the newest come first.
SHOWN: Final = 200


@require_GET
@member()
def connected_apps(request: AccountRequest) -> HttpResponse:
    """List which app was connected to which service, when and by whom."""
    context = {
        "connections": _connections(request)[:SHOWN],
        "may_configure": request.actor.may("configure"),
    }
    return render(request, "integrations/partners_connected.html", context)


@require_http_methods(["GET", "POST"])
@member("configure")
def disconnect(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask whether to disconnect an app, or do it; the integration names it."""
    connection = get_object_or_404(
        _connections(request), integration__public_id=public_id
    )
    if request.method == "POST":
        connect.disconnect(connection, actor=request.actor, at=timezone.now())
        messages.success(
            request,
            _("%(app)s is disconnected from %(service)s.")
            % {"app": connection.app, "service": connection.integration.service},
        )
        return redirect("connected_apps")
    context = {"connection": connection}
    return render(request, "integrations/partners_disconnect.html", context)


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
    found = _app(request, public_id)
    context = {
        "app": found,
        "addresses": found.redirect_uris.split(),
        "connections": _connections(request).filter(app=found)[:SHOWN],
        "connect_url": request.build_absolute_uri("/connect"),
        "install_url": request.build_absolute_uri("/install/integration"),
    }
    return render(request, "integrations/partners_app.html", context)


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


def _app(request: AccountRequest, public_id: str) -> App:
    found: App = get_object_or_404(request.account.apps, public_id=public_id)
    return found


def _connections(request: AccountRequest) -> QuerySet[Connection]:
    return request.account.connections.select_related(
        "app", "integration__service", "connected_by__user"
    ).order_by("-id")
